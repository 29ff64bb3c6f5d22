//! Files of the demo: stored and recorded as an upload is, pictures through the image worker like everybody's.

use super::story::{Person, Story};
use portico_blobs::{is_picture, safe_name};
use portico_core::files::RecordUpload;
use portico_domain::file::File;
use portico_types::{Error, Result};

impl Story {
    /// Uploads a file as a member.
    pub(super) async fn uploads(&self, who: &Person, name: &str, bytes: &[u8]) -> Result<File> {
        let ctx = self.ctx(who);
        let mut record = RecordUpload {
            name: safe_name(name),
            kind: String::new(),
            size: bytes.len() as i64,
            sha256: [0; 32],
            dimensions: None,
            thumb: None,
        };
        let tenant = ctx.tenant.0;
        let (sha256, kind) = self.keep(tenant, bytes).await?;
        record.sha256 = sha256;
        kind.clone_into(&mut record.kind);
        if is_picture(kind) {
            match self.images.process(bytes).await {
                Ok(made) => {
                    record.sha256 = self.keep(tenant, &made.picture.bytes).await?.0;
                    record.size = made.picture.bytes.len() as i64;
                    record.dimensions = Some((i64::from(made.picture.width), i64::from(made.picture.height)));
                    let thumb = self.keep(tenant, &made.thumbnail.bytes).await?.0;
                    record.thumb = Some((thumb, made.thumbnail.kind.to_owned()));
                }
                // A machine too busy for it still gets its demo.
                Err(e) => {
                    tracing::warn!(error = %e, name, "a picture of the demo is only a file");
                    "application/octet-stream".clone_into(&mut record.kind);
                }
            }
        }
        self.app.run(ctx, record).await
    }

    async fn keep(&self, tenant: i64, bytes: &[u8]) -> Result<([u8; 32], &'static str)> {
        let mut upload =
            self.blobs.begin_upload(tenant, bytes.len() as u64).await.map_err(Error::internal)?;
        upload.write(bytes).await.map_err(Error::internal)?;
        let stored = upload.finish().await.map_err(Error::internal)?;
        Ok((stored.sha256, stored.kind))
    }
}

/// A PDF of one page with a few lines on it.
pub(super) fn pdf(lines: &[&str]) -> Vec<u8> {
    let printable = |c: &char| c.is_ascii() && !matches!(c, '(' | ')' | '\\');
    let lines: Vec<String> = lines
        .iter()
        .map(|line| ["(", &line.chars().filter(printable).collect::<String>(), ") Tj T*\n"].concat())
        .collect();
    let content = ["BT /F1 18 Tf 64 760 Td 28 TL\n", &lines.concat(), "ET"].concat();
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>"
            .to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
    ];
    let mut out = "%PDF-1.4\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (i, object) in objects.iter().enumerate() {
        table.push_str(&[&format!("{:010}", out.len()), " 00000 n \n"].concat());
        out.push_str(&[&(i + 1).to_string(), " 0 obj\n", object, "\nendobj\n"].concat());
    }
    let end =
        format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{}\n%%EOF\n", objects.len() + 1, out.len());
    [out, table, end].concat().into_bytes()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_of_a_pdf_points_at_its_objects() {
        let pdf = String::from_utf8(super::pdf(&["Northwind (Lamps)", "x"])).unwrap();
        let table =
            pdf.rsplit_once("startxref\n").unwrap().1.lines().next().unwrap().parse::<usize>().unwrap();
        assert!(pdf[table..].starts_with("xref\n0 6\n"));
        for (i, row) in pdf[table..].lines().skip(3).take(5).enumerate() {
            let at: usize = row[..10].parse().unwrap();
            assert!(pdf[at..].starts_with(&format!("{} 0 obj", i + 1)), "{row}");
        }
        assert!(pdf.contains("(Northwind Lamps) Tj"));
    }
}

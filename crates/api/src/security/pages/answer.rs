//! The reporter's answer as a form: words, and files as they are chosen in a browser without a script.

use crate::{
    Api, files,
    security::{Gate, track_files::admit},
};
use axum::extract::{
    Multipart,
    multipart::{Field, MultipartError},
};
use portico_core::Ctx;
use portico_domain::limits;
use portico_types::{Error, FileId, Result};
use std::fmt::Write;

/// Largest field of words, bytes: a message at its longest, with the line ends of forms.
const WORDS: usize = 128 * 1024;

/// What came of the form so far: what was typed is kept when a file is refused.
#[derive(Default)]
pub(super) struct Answer {
    pub(super) once: String,
    pub(super) body: String,
    pub(super) files: Vec<FileId>,
    /// Names and sizes of the files: the same form sent again has the same.
    pub(super) marks: String,
}

impl Answer {
    /// Reads the parts in the order they come; files go to the store as they are read.
    pub(super) async fn read(
        &mut self,
        api: &Api,
        gate: &Gate,
        ctx: &Ctx,
        form: &mut Multipart,
    ) -> Result<()> {
        while let Some(field) = form.next_field().await.map_err(|e| broken(&e))? {
            match field.name() {
                Some("once") => self.once = words(field).await?,
                // Browsers send the line ends of forms as two characters.
                Some("body") => self.body = words(field).await?.replace("\r\n", "\n"),
                Some("files") => self.file(api, gate, ctx, field).await?,
                // What nobody asked for is not read to its end.
                _ => return Err(unknown()),
            }
        }
        Ok(())
    }

    async fn file(&mut self, api: &Api, gate: &Gate, ctx: &Ctx, mut field: Field<'_>) -> Result<()> {
        let Some(name) = field.file_name().filter(|name| !name.is_empty()).map(ToOwned::to_owned) else {
            // A browser sends an empty part without a name where nothing was chosen.
            let first = field.chunk().await.map_err(|e| broken(&e))?;
            return if first.is_none_or(|bytes| bytes.is_empty()) { Ok(()) } else { Err(unknown()) };
        };
        if self.files.len() >= limits::MESSAGE_FILES {
            let say = format!(
                "a message holds {} files at most; send the others with another",
                limits::MESSAGE_FILES
            );
            return Err(Error::invalid("files", say));
        }
        admit(api, gate, ctx).await?;
        // A context of its own: what is drawn from one is drawn once.
        let own = api.edge.app.ctx(ctx.tenant, ctx.actor);
        let file = files::take_stream(api, own, &name, field).await?;
        // Writing into a String cannot fail.
        let _ = write!(self.marks, "{name}/{} ", file.size);
        self.files.push(file.id);
        Ok(())
    }
}

async fn words(mut field: Field<'_>) -> Result<String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|e| broken(&e))? {
        if bytes.len() + chunk.len() > WORDS {
            return Err(Error::too_large("body", "the message is too long; shorten it"));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| Error::invalid("body", "the message is not UTF-8"))
}

fn unknown() -> Error {
    Error::invalid("form", "the form holds what was not asked for; open it here and send it again")
}

fn broken(e: &MultipartError) -> Error {
    if e.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        Error::too_large("files", "the files are too large together; send some with another message")
    } else {
        Error::invalid("form", "the form broke off; send it again")
    }
}

//! Taking a file in.

use super::blob_error;
use crate::Api;
use axum::{
    Json,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, StatusCode, header},
};
use futures_util::{Stream, StreamExt};
use portico_blobs::{BlobError, ByteRange, image_worker::ImageError, is_picture, safe_name};
use portico_core::{
    Ctx,
    files::{RecordUpload, may_upload},
};
use portico_domain::file::File;
use portico_edge::{Member, Problem, Words};
use portico_types::{Error, Result};
use serde::Deserialize;
use tokio::io::AsyncReadExt;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Named {
    /// What the file is called.
    #[serde(default)]
    pub(crate) name: String,
}

/// Upload a file: the body is its bytes. Its type is found by content; pictures are made anew without their metadata.
#[utoipa::path(post, path = "/files", tag = "files", params(Named), request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = File), (status = 400), (status = 413), (status = 503)))]
pub(crate) async fn upload(
    State(api): State<Api>,
    Member(ctx): Member,
    Words(named): Words<Named>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<File>), Problem> {
    Ok((StatusCode::CREATED, Json(take(&api, ctx, &named.name, &headers, body).await?)))
}

/// Streams a body into the store and records it as the asker's.
pub(crate) async fn take(api: &Api, ctx: Ctx, name: &str, headers: &HeaderMap, body: Body) -> Result<File> {
    may_upload(&ctx.actor)?;
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if let Some(size) = announced.filter(|size| *size > api.max_file) {
        return Err(blob_error(BlobError::too_large(size, api.max_file)));
    }
    take_stream(api, ctx, name, body.into_data_stream()).await
}

/// The same for bytes of any origin, such as a part of a form.
pub(crate) async fn take_stream<E>(
    api: &Api,
    ctx: Ctx,
    name: &str,
    mut stream: impl Stream<Item = std::result::Result<Bytes, E>> + Unpin,
) -> Result<File> {
    may_upload(&ctx.actor)?;
    let tenant = ctx.tenant.0;
    let mut upload = api.blobs.begin_upload(tenant, api.max_file).await.map_err(blob_error)?;
    while let Some(chunk) = stream.next().await {
        // Whatever was written so far goes with `upload`.
        let chunk = chunk.map_err(|_| Error::invalid("file", "the upload broke off; send it again"))?;
        upload.write(&chunk).await.map_err(blob_error)?;
    }
    if upload.size() == 0 {
        return Err(Error::invalid("file", "the file is empty"));
    }
    let stored = upload.finish().await.map_err(blob_error)?;
    let mut record = RecordUpload {
        name: safe_name(name),
        kind: stored.kind.to_owned(),
        size: stored.size as i64,
        sha256: stored.sha256,
        dimensions: None,
        thumb: None,
    };
    if is_picture(stored.kind) {
        picture(api, tenant, &mut record).await?;
    }
    api.edge.app.run(ctx, record).await
}

/// Has a picture made anew, without its metadata, and a small one of it. What says it is a picture and is none, is
/// kept as a file that is only downloaded.
async fn picture(api: &Api, tenant: i64, record: &mut RecordUpload) -> Result<()> {
    let mut bytes = Vec::with_capacity(record.size as usize);
    let original = record.sha256;
    let mut reader = api.blobs.read(tenant, &original, ByteRange::All).await.map_err(blob_error)?;
    reader.read_to_end(&mut bytes).await.map_err(Error::internal)?;
    let made = match api.images.process(&bytes).await {
        Ok(made) => made,
        Err(ImageError::NotStarted(e)) => return Err(Error::internal(e)),
        Err(e) => {
            tracing::info!(reason = %e, "an upload says it is a picture and cannot be shown as one");
            record.kind = "application/octet-stream".into();
            return Ok(());
        }
    };
    let main = keep(api, tenant, &made.picture.bytes).await?;
    let thumb = keep(api, tenant, &made.thumbnail.bytes).await?;
    record.sha256 = main;
    record.size = made.picture.bytes.len() as i64;
    made.picture.kind.clone_into(&mut record.kind);
    record.dimensions = Some((i64::from(made.picture.width), i64::from(made.picture.height)));
    record.thumb = Some((thumb, made.thumbnail.kind.to_owned()));
    // The bytes as they came hold what was taken out: a place, a camera. Nothing refers to them unless someone else
    // uploaded the very same; then they would be that one's.
    if main != original {
        let unused = api
            .edge
            .app
            .db()
            .read(portico_types::TenantId(tenant), move |read| Ok(!read.bytes_in_use(&original)?))
            .await?;
        if unused {
            api.blobs.delete(tenant, &original).await.map_err(blob_error)?;
        }
    }
    Ok(())
}

async fn keep(api: &Api, tenant: i64, bytes: &[u8]) -> Result<[u8; 32]> {
    let mut upload = api.blobs.begin_upload(tenant, bytes.len() as u64).await.map_err(blob_error)?;
    upload.write(bytes).await.map_err(blob_error)?;
    Ok(upload.finish().await.map_err(blob_error)?.sha256)
}

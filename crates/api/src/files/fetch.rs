//! Giving a file out: in a sandbox, under a safe name, in ranges.

use super::blob_error;
use crate::Api;
use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use portico_blobs::{BlobError, ByteRange, content_disposition, inline_safe};
use portico_core::{Ctx, files::FetchFile};
use portico_edge::{Member, Problem};
use portico_types::{Error, FileId, Result};
use tokio_util::io::ReaderStream;

fn file_id(text: &str) -> Result<FileId> {
    text.parse().map_err(|_| Error::not_found())
}

/// A file's bytes.
#[utoipa::path(get, path = "/files/{id}", tag = "files", params(("id" = String, Path), ("Range" = Option<String>, Header)),
    responses((status = 200, content_type = "*/*"), (status = 206, content_type = "*/*"), (status = 404),
        (status = 416, description = "the range begins behind the end; Content-Range tells the size")))]
pub(crate) async fn file(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(serve(&api, ctx, file_id(&id)?, &headers).await?)
}

/// The small picture of a file.
#[utoipa::path(get, path = "/files/{id}/thumb", tag = "files", params(("id" = String, Path)),
    responses((status = 200, content_type = "image/*"), (status = 206, content_type = "image/*"), (status = 404), (status = 416)))]
pub(crate) async fn thumb(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(serve_thumb(&api, ctx, file_id(&id)?, &headers).await?)
}

/// A file for someone who may have it.
pub(crate) async fn serve(api: &Api, ctx: Ctx, id: FileId, headers: &HeaderMap) -> Result<Response> {
    let tenant = ctx.tenant.0;
    let row = api.edge.app.ask(ctx, FetchFile { id }).await?;
    respond(api, tenant, &row.sha256, &row.file.kind, &row.file.name, headers).await
}

/// A file's small picture for someone who may have the file.
pub(crate) async fn serve_thumb(api: &Api, ctx: Ctx, id: FileId, headers: &HeaderMap) -> Result<Response> {
    let tenant = ctx.tenant.0;
    let row = api.edge.app.ask(ctx, FetchFile { id }).await?;
    let (sha, kind) = row.thumb.ok_or_else(Error::not_found)?;
    respond(api, tenant, &sha, &kind, &row.file.name, headers).await
}

async fn respond(
    api: &Api,
    tenant: i64,
    sha: &[u8; 32],
    kind: &str,
    name: &str,
    headers: &HeaderMap,
) -> Result<Response> {
    let range = headers.get(header::RANGE).and_then(|v| v.to_str().ok()).and_then(ByteRange::parse);
    let reader = match api.blobs.read(tenant, sha, range.unwrap_or(ByteRange::All)).await {
        Ok(reader) => reader,
        Err(BlobError::Range { size }) => return beyond(size),
        Err(e) => return Err(blob_error(e)),
    };
    let (size, start, len) = (reader.size, reader.start, reader.len);
    let mut response = Body::from_stream(ReaderStream::with_capacity(reader, 64 * 1024)).into_response();
    if range.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let text = format!("bytes {start}-{}/{size}", (start + len).saturating_sub(1));
        response.headers_mut().insert(header::CONTENT_RANGE, value(&text)?);
    }
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, value(kind)?);
    out.insert(header::CONTENT_LENGTH, HeaderValue::from(len));
    out.insert(header::CONTENT_DISPOSITION, value(&content_disposition(name, inline_safe(kind)))?);
    out.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    // Whatever it is, it runs nothing, loads nothing and belongs to no origin.
    out.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=86400"));
    out.insert(header::VARY, HeaderValue::from_static("authorization, cookie"));
    Ok(response)
}

/// Nothing of the range is there; RFC 9110 has the size told with it.
fn beyond(size: u64) -> Result<Response> {
    let mut response = Problem(Error::range(format!("the file has {size} bytes"))).into_response();
    response.headers_mut().insert(header::CONTENT_RANGE, value(&format!("bytes */{size}"))?);
    Ok(response)
}

fn value(text: &str) -> Result<HeaderValue> {
    HeaderValue::from_str(text).map_err(Error::internal)
}

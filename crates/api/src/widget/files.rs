//! Files of a conversation, and the faces of those who answer.

use super::{
    gate::At,
    view::{base, below},
};
use crate::{
    Api,
    files::{self, Named},
};
use axum::{
    Extension, Json,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use portico_core::customers::widget;
use portico_domain::file::File;
use portico_edge::{Outsider, Peer, Problem, Words};
use portico_types::{Error, ErrorCode, FileId, Id, Result};
use std::collections::HashMap;

/// Upload a file: the body is its bytes.
#[utoipa::path(post, path = "/files", tag = "widget", params(("key" = String, Path, description = "The inbox's key, as in the page's snippet."), Named), security(("visitor" = [])),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = File), (status = 404), (status = 413), (status = 429)))]
pub(crate) async fn upload(
    State(api): State<Api>,
    Extension(at): Extension<At>,
    Outsider(ctx): Outsider,
    peer: Peer,
    Words(named): Words<Named>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<File>), Problem> {
    let ctx = at.visitor(ctx)?;
    api.edge.public.take(&format!("widget {}", peer.ip))?;
    // Who may not write may not fill the disk either.
    api.edge.app.ask(ctx.again(), widget::MayWrite).await?;
    let file = files::take(&api, ctx, &named.name, &headers, body).await?;
    Ok((StatusCode::CREATED, Json(below(file, &base(&at.key)))))
}

fn id<T: From<Id>>(params: &HashMap<String, String>) -> Result<T> {
    let text = params.get("id").ok_or_else(Error::not_found)?;
    text.parse::<Id>().map(T::from).map_err(|_| Error::not_found())
}

/// A file's bytes.
#[utoipa::path(get, path = "/files/{id}", tag = "widget", params(("key" = String, Path, description = "The inbox's key, as in the page's snippet."), ("id" = String, Path)), security(("visitor" = [])),
    responses((status = 200, content_type = "*/*"), (status = 206, content_type = "*/*"), (status = 404), (status = 416)))]
pub(crate) async fn file(
    State(api): State<Api>,
    Extension(at): Extension<At>,
    Outsider(ctx): Outsider,
    Path(params): Path<HashMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(files::serve(&api, at.visitor(ctx)?, id::<FileId>(&params)?, &headers).await?)
}

/// The small picture of a file.
#[utoipa::path(get, path = "/files/{id}/thumb", tag = "widget", params(("key" = String, Path, description = "The inbox's key, as in the page's snippet."), ("id" = String, Path)), security(("visitor" = [])),
    responses((status = 200, content_type = "image/*"), (status = 206, content_type = "image/*"), (status = 404), (status = 416)))]
pub(crate) async fn thumb(
    State(api): State<Api>,
    Extension(at): Extension<At>,
    Outsider(ctx): Outsider,
    Path(params): Path<HashMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(files::serve_thumb(&api, at.visitor(ctx)?, id::<FileId>(&params)?, &headers).await?)
}

/// The small picture of somebody who answers here; no content when they have none. Events name a face without asking
/// for it, and a refusal would stand as an error in the console of somebody else's site.
#[utoipa::path(get, path = "/faces/{id}", tag = "widget", params(("key" = String, Path, description = "The inbox's key, as in the page's snippet."), ("id" = String, Path)), security(("visitor" = [])),
    responses((status = 200, content_type = "image/*"), (status = 206, content_type = "image/*"), (status = 204), (status = 404), (status = 416)))]
pub(crate) async fn face(
    State(api): State<Api>,
    Extension(at): Extension<At>,
    Outsider(ctx): Outsider,
    Path(params): Path<HashMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ctx = at.visitor(ctx)?;
    let Some(picture) = api.edge.app.ask(ctx.again(), widget::Face { face: id::<Id>(&params)? }).await?
    else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    match files::serve_thumb(&api, ctx.again(), picture, &headers).await {
        Err(e) if e.code() == ErrorCode::NotFound => Ok(files::serve(&api, ctx, picture, &headers).await?),
        other => Ok(other?),
    }
}

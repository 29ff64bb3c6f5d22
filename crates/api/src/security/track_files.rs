//! Files of a reporter's own report: proof comes in, what the team shows goes out.

use super::{Gate, track};
use crate::{Api, files};
use axum::{
    Extension, Json,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use portico_core::{Ctx, security::MayAnswer};
use portico_domain::file::File;
use portico_edge::{Outsider, Problem, Words};
use portico_types::{Error, Result};
use serde::Deserialize;

/// Whoever is about to send a file may write to the report, and not without end.
pub(super) async fn admit(api: &Api, gate: &Gate, ctx: &Ctx) -> Result<()> {
    let report = track::own(ctx)?;
    api.edge.app.ask(ctx.again(), MayAnswer).await?;
    gate.file(&api.edge, &report.to_string()).await
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Named {
    /// What the file is called.
    #[serde(default)]
    name: String,
}

/// Upload a file for one's own report: the body is its bytes.
#[utoipa::path(post, path = "/reports/track/files", tag = "reporter", params(Named), request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = File), (status = 400), (status = 401), (status = 413), (status = 429), (status = 503)))]
pub(crate) async fn upload(
    State(api): State<Api>,
    Extension(gate): Extension<Gate>,
    Outsider(ctx): Outsider,
    Words(named): Words<Named>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<File>), Problem> {
    admit(&api, &gate, &ctx).await?;
    let mut file = files::take(&api, ctx, &named.name, &headers, body).await?;
    track::address(&mut file);
    Ok((StatusCode::CREATED, Json(file)))
}

/// A file's bytes.
#[utoipa::path(get, path = "/reports/track/files/{id}", tag = "reporter", params(("id" = String, Path)),
    responses((status = 200, content_type = "*/*"), (status = 206, content_type = "*/*"), (status = 401), (status = 404)))]
pub(crate) async fn file(
    State(api): State<Api>,
    Outsider(ctx): Outsider,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    track::own(&ctx)?;
    let id = id.parse().map_err(|_| Error::not_found())?;
    Ok(files::serve(&api, ctx, id, &headers).await?)
}

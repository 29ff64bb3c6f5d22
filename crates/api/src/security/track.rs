//! A reporter's own report, with the tracking token as bearer.

use crate::Api;
use axum::{Json, extract::State, http::StatusCode};
use portico_core::{
    Ctx, messages,
    security::{PostAsReporter, TrackReport, Tracked, TrackedMessage, WithdrawReport},
};
use portico_domain::{file::File, message::check_body};
use portico_edge::{Input, Outsider, Problem, Words};
use portico_policy::Actor;
use portico_types::{Error, FileId, Result, RoomId};
use serde::Deserialize;

/// The one report the token opens.
pub(super) fn own(ctx: &Ctx) -> Result<RoomId> {
    match ctx.actor {
        Actor::Reporter { room, .. } => Ok(room),
        _ => Err(Error::unauthenticated()),
    }
}

/// Writes as the reporter.
pub(super) async fn write(api: &Api, ctx: Ctx, body: &str, files: Vec<FileId>) -> Result<TrackedMessage> {
    let id = own(&ctx)?;
    let composed = messages::compose(&api.edge.app, &ctx, check_body(body, files.len())?).await?;
    api.edge.app.run(ctx, PostAsReporter { id, composed, files }).await.map(below)
}

/// With addresses of files that the reporter's token opens.
fn below(mut message: TrackedMessage) -> TrackedMessage {
    message.files.iter_mut().for_each(address);
    message
}

/// The address of a file below the reporter's own.
pub(super) fn address(file: &mut File) {
    file.url = format!("/api/portico/v1/reports/track/files/{}", file.id);
    file.thumb_url = None;
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Part {
    /// Messages before this number.
    before: Option<i64>,
}

/// What the reporter sees of the report.
#[utoipa::path(get, path = "/reports/track", tag = "reporter", security(("tracking" = [])), params(Part), responses((status = 200, body = Tracked), (status = 401)))]
pub(crate) async fn get(
    State(api): State<Api>,
    Outsider(ctx): Outsider,
    Words(part): Words<Part>,
) -> Result<Json<Tracked>, Problem> {
    let mut found = api.edge.app.ask(ctx, TrackReport { before: part.before }).await?;
    found.messages = found.messages.into_iter().map(below).collect();
    Ok(Json(found))
}

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Answer {
    /// Markdown; may be empty with files.
    #[serde(default)]
    body: String,
    /// Uploads of one's own, ten at most.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    file_ids: Vec<FileId>,
}

/// Answer the team.
#[utoipa::path(post, path = "/reports/track/messages", tag = "reporter", security(("tracking" = [])), request_body = Answer,
    responses((status = 201, body = TrackedMessage), (status = 400), (status = 401), (status = 413)))]
pub(crate) async fn post(
    State(api): State<Api>,
    Outsider(ctx): Outsider,
    Input(words): Input<Answer>,
) -> Result<(StatusCode, Json<TrackedMessage>), Problem> {
    Ok((StatusCode::CREATED, Json(write(&api, ctx, &words.body, words.file_ids).await?)))
}

/// Take the report back.
#[utoipa::path(post, path = "/reports/track/close", tag = "reporter", security(("tracking" = [])), responses((status = 204), (status = 401), (status = 409, description = "it is confirmed or closed")))]
pub(crate) async fn close(State(api): State<Api>, Outsider(ctx): Outsider) -> Result<StatusCode, Problem> {
    let id = own(&ctx)?;
    api.edge.app.run(ctx, WithdrawReport { id }).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! A reporter's own report, with the tracking token as bearer.

use crate::Api;
use axum::{Json, extract::State, http::StatusCode};
use portico_core::{
    Ctx, messages,
    security::{PostAsReporter, TrackReport, Tracked, TrackedMessage, WithdrawReport},
};
use portico_domain::message::check_body;
use portico_edge::{Input, Outsider, Problem, Words};
use portico_policy::Actor;
use portico_types::{Error, Result, RoomId};
use serde::Deserialize;

/// The one report the token opens.
pub(super) fn own(ctx: &Ctx) -> Result<RoomId> {
    match ctx.actor {
        Actor::Reporter { room, .. } => Ok(room),
        _ => Err(Error::unauthenticated()),
    }
}

/// Writes as the reporter.
pub(super) async fn write(api: &Api, ctx: Ctx, body: &str) -> Result<TrackedMessage> {
    let id = own(&ctx)?;
    let composed = messages::compose(&api.edge.app, &ctx, check_body(body, 0)?).await?;
    api.edge.app.run(ctx, PostAsReporter { id, composed }).await
}

#[derive(Deserialize, utoipa::IntoParams)]
pub(crate) struct Part {
    /// Messages before this number.
    before: Option<i64>,
}

/// What the reporter sees of the report.
#[utoipa::path(get, path = "/reports/track", tag = "reporter", params(Part), responses((status = 200, body = Tracked), (status = 401)))]
pub(crate) async fn get(
    State(api): State<Api>,
    Outsider(ctx): Outsider,
    Words(part): Words<Part>,
) -> Result<Json<Tracked>, Problem> {
    Ok(Json(api.edge.app.ask(ctx, TrackReport { before: part.before }).await?))
}

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Answer {
    /// Markdown.
    body: String,
}

/// Answer the team.
#[utoipa::path(post, path = "/reports/track/messages", tag = "reporter", params(("Idempotency-Key" = Option<String>, Header)), request_body = Answer,
    responses((status = 201, body = TrackedMessage), (status = 400), (status = 401), (status = 413)))]
pub(crate) async fn post(
    State(api): State<Api>,
    Outsider(ctx): Outsider,
    Input(words): Input<Answer>,
) -> Result<(StatusCode, Json<TrackedMessage>), Problem> {
    Ok((StatusCode::CREATED, Json(write(&api, ctx, &words.body).await?)))
}

/// Take the report back.
#[utoipa::path(post, path = "/reports/track/close", tag = "reporter", responses((status = 204), (status = 401), (status = 409, description = "it is confirmed or closed")))]
pub(crate) async fn close(State(api): State<Api>, Outsider(ctx): Outsider) -> Result<StatusCode, Problem> {
    let id = own(&ctx)?;
    api.edge.app.run(ctx, WithdrawReport { id }).await?;
    Ok(StatusCode::NO_CONTENT)
}

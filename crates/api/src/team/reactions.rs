//! Reactions and saved messages.

use super::messages::message_id;
use crate::{Api, Listed, Paging};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use portico_core::messages;
use portico_domain::message::Message;
use portico_edge::{Member, Problem, Words};
use portico_types::Millis;
use serde::Serialize;

/// Put an emoji on a message.
#[utoipa::path(put, path = "/messages/{id}/reactions/{emoji}", tag = "messages", params(("id" = String, Path), ("emoji" = String, Path)), responses((status = 204), (status = 400), (status = 404)))]
pub(crate) async fn add(
    State(api): State<Api>,
    Member(ctx): Member,
    Path((id, emoji)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    api.edge.app.run(ctx, messages::React { message: message_id(&id)?, emoji, on: true }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take it back.
#[utoipa::path(delete, path = "/messages/{id}/reactions/{emoji}", tag = "messages", params(("id" = String, Path), ("emoji" = String, Path)), responses((status = 204), (status = 404)))]
pub(crate) async fn remove(
    State(api): State<Api>,
    Member(ctx): Member,
    Path((id, emoji)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    api.edge.app.run(ctx, messages::React { message: message_id(&id)?, emoji, on: false }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keep a message for later.
#[utoipa::path(put, path = "/messages/{id}/save", tag = "messages", params(("id" = String, Path)), responses((status = 204), (status = 404)))]
pub(crate) async fn save(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    api.edge.app.run(ctx, messages::SaveMessage { id: message_id(&id)?, on: true }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let it go.
#[utoipa::path(delete, path = "/messages/{id}/save", tag = "messages", params(("id" = String, Path)), responses((status = 204), (status = 404)))]
pub(crate) async fn unsave(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    api.edge.app.run(ctx, messages::SaveMessage { id: message_id(&id)?, on: false }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A saved message.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct SavedRow {
    message: Message,
    #[schema(value_type = i64)]
    saved_at: Millis,
}

/// One's saved messages, newest saved first.
#[utoipa::path(get, path = "/saved", tag = "messages", params(Paging), responses((status = 200, body = Listed<SavedRow>)))]
pub(crate) async fn saved(
    State(api): State<Api>,
    Member(ctx): Member,
    Words(paging): Words<Paging>,
) -> Result<Json<Listed<SavedRow>>, Problem> {
    let query = messages::Saved { cursor: paging.cursor()?, limit: paging.limit()? };
    let page = api.edge.app.ask(ctx, query).await?;
    Ok(Json(Listed::page(page.map(|(message, saved_at)| SavedRow { message, saved_at }))))
}

//! `PUT /messages/{id}/reactions/{emoji}`: put an emoji on a message.

use crate::{Api, team::messages::message_id};
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use portico_core::messages;
use portico_edge::{Member, Problem};

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

//! `DELETE /messages/{id}/reactions/{emoji}`: take it back.

use crate::{Api, team::messages::message_id};
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use portico_core::messages;
use portico_edge::{Member, Problem};

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

//! `DELETE /messages/{id}`: delete a message: text, history and files are gone, its number stays.

use super::message_id;
use crate::Api;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use portico_core::messages;
use portico_edge::{Member, Problem};
use portico_types::Result;

/// Delete a message: text, history and files are gone, its number stays.
#[utoipa::path(delete, path = "/messages/{id}", tag = "messages", params(("id" = String, Path)), responses((status = 204), (status = 403), (status = 404)))]
pub(crate) async fn delete(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    api.edge.app.run(ctx, messages::DeleteMessage { id: message_id(&id)? }).await?;
    Ok(StatusCode::NO_CONTENT)
}

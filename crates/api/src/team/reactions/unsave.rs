//! `DELETE /messages/{id}/save`: let it go.

use crate::{Api, team::messages::message_id};
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use portico_core::messages;
use portico_edge::{Member, Problem};

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

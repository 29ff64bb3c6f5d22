//! `DELETE /invites/{id}`: withdraw an invitation.

use crate::Api;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use portico_core::people;
use portico_edge::{Member, Problem};
use portico_types::InviteId;

/// Withdraw an invitation.
#[utoipa::path(delete, path = "/invites/{id}", tag = "people", params(("id" = String, Path)), responses((status = 204), (status = 404)))]
pub(crate) async fn withdraw(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id: InviteId = id.parse().map_err(|_| portico_types::Error::not_found())?;
    api.edge.app.run(ctx, people::WithdrawInvite { id }).await?;
    Ok(StatusCode::NO_CONTENT)
}

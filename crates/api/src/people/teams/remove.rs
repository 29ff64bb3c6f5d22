//! `DELETE /teams/{id}`: remove a team.

use crate::Api;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use portico_core::people;
use portico_edge::{Member, Problem};
use portico_types::Error;

/// Remove a team.
#[utoipa::path(delete, path = "/teams/{id}", tag = "teams", params(("id" = String, Path)), responses((status = 204), (status = 404)))]
pub(crate) async fn remove(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = id.parse().map_err(|_| Error::not_found())?;
    api.edge.app.run(ctx, people::RemoveTeam { id }).await?;
    Ok(StatusCode::NO_CONTENT)
}

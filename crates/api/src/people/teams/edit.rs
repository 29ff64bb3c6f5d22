//! `PATCH /teams/{id}`: rename a team.

use crate::Api;
use axum::{
    Json,
    extract::{Path, State},
};
use portico_core::people;
use portico_domain::team::Team;
use portico_edge::{Input, Member, Problem};
use portico_types::Error;
use serde::Deserialize;

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = TeamChange)]
pub(crate) struct Change {
    name: Option<String>,
    handle: Option<String>,
}

/// Rename a team.
#[utoipa::path(patch, path = "/teams/{id}", tag = "teams", params(("id" = String, Path)), request_body = Change, responses((status = 200, body = Team), (status = 404)))]
pub(crate) async fn edit(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
    Input(change): Input<Change>,
) -> Result<Json<Team>, Problem> {
    let id = id.parse().map_err(|_| Error::not_found())?;
    let command = people::EditTeam { id, name: change.name, handle: change.handle };
    Ok(Json(api.edge.app.run(ctx, command).await?))
}

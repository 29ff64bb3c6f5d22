//! Teams.

use crate::{Api, Listed};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use portico_core::people;
use portico_domain::team::Team;
use portico_edge::{Input, Member, Problem};
use portico_types::Error;
use serde::Deserialize;

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct NewTeam {
    name: String,
    handle: Option<String>,
}

/// Make a team.
#[utoipa::path(post, path = "/teams", tag = "teams", request_body = NewTeam, responses((status = 201, body = Team), (status = 403), (status = 409)))]
pub(crate) async fn create(
    State(api): State<Api>,
    Member(ctx): Member,
    Input(new): Input<NewTeam>,
) -> Result<(StatusCode, Json<Team>), Problem> {
    let team = api.edge.app.run(ctx, people::CreateTeam { name: new.name, handle: new.handle }).await?;
    Ok((StatusCode::CREATED, Json(team)))
}

/// All teams.
#[utoipa::path(get, path = "/teams", tag = "teams", responses((status = 200, body = Listed<Team>)))]
pub(crate) async fn list(State(api): State<Api>, Member(ctx): Member) -> Result<Json<Listed<Team>>, Problem> {
    Ok(Json(Listed::all(api.edge.app.ask(ctx, people::Teams).await?)))
}

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

async fn set(
    api: Api,
    ctx: portico_core::Ctx,
    ids: (String, String),
    on: bool,
) -> Result<Json<Team>, Problem> {
    let team = ids.0.parse().map_err(|_| Error::not_found())?;
    let member = ids.1.parse().map_err(|_| Error::not_found())?;
    Ok(Json(api.edge.app.run(ctx, people::SetTeamMember { team, member, on }).await?))
}

/// Put someone into a team.
#[utoipa::path(put, path = "/teams/{id}/members/{member_id}", tag = "teams", params(("id" = String, Path), ("member_id" = String, Path)), responses((status = 200, body = Team), (status = 404)))]
pub(crate) async fn add_member(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(ids): Path<(String, String)>,
) -> Result<Json<Team>, Problem> {
    set(api, ctx, ids, true).await
}

/// Take someone out of a team.
#[utoipa::path(delete, path = "/teams/{id}/members/{member_id}", tag = "teams", params(("id" = String, Path), ("member_id" = String, Path)), responses((status = 200, body = Team), (status = 404)))]
pub(crate) async fn remove_member(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(ids): Path<(String, String)>,
) -> Result<Json<Team>, Problem> {
    set(api, ctx, ids, false).await
}

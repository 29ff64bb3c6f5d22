//! `POST /teams`: make a team.

use crate::Api;
use axum::{Json, extract::State, http::StatusCode};
use portico_core::people;
use portico_domain::team::Team;
use portico_edge::{Input, Member, Problem};
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

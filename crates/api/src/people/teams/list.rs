//! `GET /teams`: all teams.

use crate::{Api, Listed};
use axum::{Json, extract::State};
use portico_core::people;
use portico_domain::team::Team;
use portico_edge::{Member, Problem};

/// All teams.
#[utoipa::path(get, path = "/teams", tag = "teams", responses((status = 200, body = Listed<Team>)))]
pub(crate) async fn list(State(api): State<Api>, Member(ctx): Member) -> Result<Json<Listed<Team>>, Problem> {
    Ok(Json(Listed::all(api.edge.app.ask(ctx, people::Teams).await?)))
}

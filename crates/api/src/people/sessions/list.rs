//! `GET /sessions`: the devices one is signed in on.

use crate::{Api, Listed};
use axum::{Json, extract::State};
use portico_core::people;
use portico_domain::session::Session;
use portico_edge::{Member, Problem};

/// The devices one is signed in on.
#[utoipa::path(get, path = "/sessions", tag = "sessions", responses((status = 200, body = Listed<Session>)))]
pub(crate) async fn list(
    State(api): State<Api>,
    Member(ctx): Member,
) -> Result<Json<Listed<Session>>, Problem> {
    Ok(Json(Listed::all(api.edge.app.ask(ctx, people::Sessions).await?)))
}

//! `GET /organization`: the organization.

use crate::Api;
use axum::{Json, extract::State};
use portico_core::people;
use portico_domain::organization::Organization;
use portico_edge::{Member, Problem};

/// The organization.
#[utoipa::path(get, path = "/organization", tag = "organization", responses((status = 200, body = Organization)))]
pub(crate) async fn get(State(api): State<Api>, Member(ctx): Member) -> Result<Json<Organization>, Problem> {
    Ok(Json(api.edge.app.ask(ctx, people::Me).await?.organization))
}

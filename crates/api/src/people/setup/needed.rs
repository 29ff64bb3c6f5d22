//! `GET /setup`: whether the server waits to be set up, and whether the caller is signed in.

use crate::Api;
use axum::{Json, extract::State};
use portico_core::people;
use portico_edge::{Anyone, Problem};
use serde::Serialize;

#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Needed {
    /// There is no organization yet.
    needed: bool,
    /// The caller's cookie or token is good: a page asks here first, where no is an answer and no error.
    signed_in: bool,
}

/// Whether the server waits to be set up, and whether the caller is signed in.
#[utoipa::path(get, path = "/setup", tag = "setup", security(()), responses((status = 200, body = Needed)))]
pub(crate) async fn needed(
    State(api): State<Api>,
    who: Result<Anyone, Problem>,
) -> Result<Json<Needed>, Problem> {
    let signed_in = who.is_ok_and(|Anyone(ctx)| ctx.is_some_and(|c| c.actor.member().is_some()));
    Ok(Json(Needed { needed: people::setup_needed(&api.edge.app).await?, signed_in }))
}

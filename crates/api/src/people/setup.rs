//! The first start.

use super::sessions;
use crate::Api;
use axum::{Json, extract::State, response::Response};
use portico_core::people;
use portico_edge::{Anyone, Input, Peer, Problem};
use portico_types::Secret;
use serde::{Deserialize, Serialize};

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

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct OwnerToBe {
    name: String,
    email: String,
    #[schema(value_type = String)]
    password: Secret<String>,
}

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct SetupForm {
    /// Printed by the server at its first start.
    #[schema(value_type = String)]
    code: Secret<String>,
    organization: String,
    owner: OwnerToBe,
    #[serde(default)]
    cookie: bool,
}

/// Make the organization and its owner. Works once.
#[utoipa::path(post, path = "/setup", tag = "setup", security(()), request_body = SetupForm,
    responses((status = 201, body = sessions::SignedIn), (status = 400), (status = 410, description = "set up already")))]
pub(crate) async fn set_up(
    State(api): State<Api>,
    peer: Peer,
    Input(form): Input<SetupForm>,
) -> Result<Response, Problem> {
    api.edge.attempts.take(&format!("setup {}", peer.ip))?;
    let setup = people::Setup {
        code: Some(form.code),
        organization: form.organization,
        name: form.owner.name,
        email: form.owner.email,
        password: form.owner.password,
        user_agent: peer.agent.clone(),
        ip: Some(peer.ip.clone()),
    };
    let new = people::set_up(&api.edge.app, setup).await?;
    Ok(sessions::answer(new, &peer, form.cookie))
}

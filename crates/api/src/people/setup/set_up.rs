//! `POST /setup`: make the organization and its owner. Works once.

use crate::{Api, people::sessions};
use axum::{extract::State, response::Response};
use portico_core::people;
use portico_edge::{Input, Peer, Problem};
use portico_types::Secret;
use serde::Deserialize;

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
    api.edge.count(&api.edge.attempts, &format!("setup {}", peer.ip)).await?;
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

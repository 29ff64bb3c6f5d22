//! `POST /invites/{code}/accept`: accept an invitation: makes the account and signs in.

use crate::{Api, people::sessions};
use axum::{
    extract::{Path, State},
    response::Response,
};
use portico_core::people;
use portico_edge::{Input, Peer, Problem};
use portico_types::Secret;
use serde::Deserialize;

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Acceptance {
    name: String,
    email: String,
    #[schema(value_type = String)]
    password: Secret<String>,
    time_zone: Option<String>,
    language: Option<String>,
    #[serde(default)]
    cookie: bool,
}

/// Accept an invitation: makes the account and signs in.
#[utoipa::path(post, path = "/invites/{code}/accept", tag = "people", params(("code" = String, Path)), security(()), request_body = Acceptance,
    responses((status = 201, body = sessions::SignedIn), (status = 400), (status = 409), (status = 410)))]
pub(crate) async fn accept(
    State(api): State<Api>,
    peer: Peer,
    Path(code): Path<String>,
    Input(form): Input<Acceptance>,
) -> Result<Response, Problem> {
    api.edge.count(&api.edge.attempts, &format!("address {}", peer.ip)).await?;
    let accept = people::AcceptInvite {
        code,
        name: form.name,
        email: form.email,
        password: form.password,
        time_zone: form.time_zone,
        language: form.language,
        user_agent: peer.agent.clone(),
        ip: Some(peer.ip.clone()),
    };
    let new = people::accept_invite(&api.edge.app, accept).await?;
    Ok(sessions::answer(new, &peer, form.cookie))
}

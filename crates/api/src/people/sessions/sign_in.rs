//! `POST /sessions`: sign in.

use super::{SignedIn, answer};
use crate::Api;
use axum::{extract::State, response::Response};
use portico_core::people;
use portico_edge::{Input, Peer, Problem};
use portico_types::Secret;
use serde::Deserialize;

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Credentials {
    email: String,
    #[schema(value_type = String)]
    password: Secret<String>,
    /// Slug, where an address has accounts in several organizations.
    organization: Option<String>,
    /// Keep the session in a cookie instead of answering a token.
    #[serde(default)]
    cookie: bool,
}

/// Sign in.
#[utoipa::path(post, path = "/sessions", tag = "sessions", request_body = Credentials, security(()),
    responses((status = 201, body = SignedIn), (status = 401, description = "e-mail or password is wrong"), (status = 429, description = "too many attempts")))]
pub(crate) async fn sign_in(
    State(api): State<Api>,
    peer: Peer,
    Input(input): Input<Credentials>,
) -> Result<Response, Problem> {
    // By address and by account: neither one machine against many accounts nor many machines against one get far.
    let account = format!("account {}", portico_text::names::fold(input.email.trim()));
    api.edge.count_attempt(&format!("address {}", peer.ip), &account).await?;
    let attempt = people::Attempt {
        email: input.email,
        password: input.password,
        organization: input.organization,
        user_agent: peer.agent.clone(),
        ip: Some(peer.ip.clone()),
    };
    let new = people::sign_in(&api.edge.app, attempt).await?;
    api.edge.forgive(&account).await?;
    Ok(answer(new, &peer, input.cookie))
}

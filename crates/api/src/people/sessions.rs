//! Signing in and out.

use crate::{Api, Listed};
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use portico_core::{SignedInFor, people};
use portico_domain::{member::Member as Card, session::Session};
use portico_edge::{Input, Member, Peer, Problem, session_cookie};
use portico_policy::{Actor, Via};
use portico_types::{Error, Secret};
use serde::{Deserialize, Serialize};

/// A new session. `token` is null when the cookie carries it.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct SignedIn {
    token: Option<String>,
    csrf: String,
    member: Card,
}

/// Answers with a session, in a cookie or as a token.
pub(super) fn answer(new: SignedInFor, peer: &Peer, cookie: bool) -> Response {
    let signed_in = new.signed_in;
    let set = session_cookie(Some(&signed_in.token), peer.secure, signed_in.expires_in / 1_000);
    let token = (!cookie).then_some(signed_in.token);
    let body = SignedIn { token, csrf: signed_in.csrf, member: signed_in.member };
    let mut response = (StatusCode::CREATED, Json(body)).into_response();
    if cookie && let Ok(value) = HeaderValue::from_str(&set) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}

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

/// The devices one is signed in on.
#[utoipa::path(get, path = "/sessions", tag = "sessions", responses((status = 200, body = Listed<Session>)))]
pub(crate) async fn list(
    State(api): State<Api>,
    Member(ctx): Member,
) -> Result<Json<Listed<Session>>, Problem> {
    Ok(Json(Listed::all(api.edge.app.ask(ctx, people::Sessions).await?)))
}

/// Sign a device out: by id, or `current`.
#[utoipa::path(delete, path = "/sessions/{id}", tag = "sessions", params(("id" = String, Path, description = "id or `current`")),
    responses((status = 204), (status = 404)))]
pub(crate) async fn end(
    State(api): State<Api>,
    Member(ctx): Member,
    peer: Peer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let current = match ctx.actor {
        Actor::Member { via: Via::Session(session), .. } => Some(session),
        _ => None,
    };
    let only = if id == "current" {
        current.ok_or_else(Error::not_found)?
    } else {
        id.parse().map_err(|_| Error::not_found())?
    };
    api.edge.app.run(ctx, people::EndSessions { only: Some(only) }).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if Some(only) == current
        && let Ok(value) = HeaderValue::from_str(&session_cookie(None, peer.secure, 0))
    {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    Ok(response)
}

/// Sign out everywhere else.
#[utoipa::path(delete, path = "/sessions", tag = "sessions", responses((status = 204)))]
pub(crate) async fn end_others(State(api): State<Api>, Member(ctx): Member) -> Result<StatusCode, Problem> {
    api.edge.app.run(ctx, people::EndSessions { only: None }).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! Signing in and out.

mod end;
mod end_others;
mod list;
mod sign_in;

use crate::Api;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use portico_core::SignedInFor;
use portico_domain::member::Member as Card;
use portico_edge::{Peer, session_cookie};
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

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

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(sign_in::sign_in, list::list, end_others::end_others))
        .routes(routes!(end::end))
}

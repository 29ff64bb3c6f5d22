//! `DELETE /sessions/{id}`: sign a device out: by id, or `current`.

use crate::Api;
use axum::{
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use portico_core::people;
use portico_edge::{Member, Peer, Problem, session_cookie};
use portico_policy::{Actor, Via};
use portico_types::Error;

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

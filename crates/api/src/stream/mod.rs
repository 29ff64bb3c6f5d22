//! The stream: committed events and signals of the moment over a WebSocket.
//!
//! A socket is one small task on the bare TCP connection: it reads what the client says and owns no buffer while the
//! client says nothing. Events do not come by it; the hub writes them to the connection itself (`wire`), as frames that
//! were encoded once for everybody (`frame`).

mod begin;
mod frame;
mod hear;
mod live;
mod upgrade;
mod wire;

pub(crate) use upgrade::Upgrade;

use crate::Api;
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, header},
    response::Response,
    routing::get,
};
use bytes::Bytes;
use portico_core::Ctx;
use portico_edge::{Anyone, Peer, Problem, Seat};
use portico_types::{Error, Result};

/// The text frame of a JSON text, as the hub's envelope.
pub fn envelope(text: String) -> Bytes {
    frame::text(&text)
}

pub(crate) fn routes() -> Router<Api> {
    Router::new().route("/stream", get(open))
}

async fn open(
    State(api): State<Api>,
    Anyone(who): Anyone,
    peer: Peer,
    headers: HeaderMap,
    upgrade: Upgrade,
) -> Result<Response, Problem> {
    let seat = api.edge.sockets.sit(&peer.ip)?;
    // A page of another site can open a socket with our cookie; its origin gives it away.
    if headers.contains_key(header::COOKIE) && !headers.contains_key(header::AUTHORIZATION) {
        same_origin(&api, &headers)?;
    }
    Ok(accept(api, who, seat, upgrade))
}

fn same_origin(api: &Api, headers: &HeaderMap) -> Result<()> {
    let Some(origin) = headers.get(header::ORIGIN).and_then(|v| v.to_str().ok()) else { return Ok(()) };
    let host = |url: &str| url.split("://").nth(1).unwrap_or_default().to_ascii_lowercase();
    let ours = host(&api.edge.site.url(headers));
    let asked =
        headers.get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
    if host(origin) == ours || host(origin) == asked { Ok(()) } else { Err(Error::csrf()) }
}

/// Switches protocols; the rest happens when the answer is out. `who`: the caller, if the request said so.
pub(crate) fn accept(api: Api, who: Option<Ctx>, seat: Seat, upgrade: Upgrade) -> Response {
    let (answer, upgraded) = upgrade.accept();
    tokio::spawn(async move {
        match wire::take(upgraded).await {
            Ok((wire, early)) => begin::begin(api, who, seat, wire, early).await,
            Err(e) => tracing::debug!(error = %e, "a connection could not become a stream"),
        }
    });
    answer
}

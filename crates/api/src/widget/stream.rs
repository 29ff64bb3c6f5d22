//! The visitor's stream.

use crate::{Api, stream::Upgrade};
use axum::{extract::State, response::Response};
use portico_edge::{Peer, Problem};

/// The visitor's stream, a WebSocket. Who it is stands in the first frame, never in the address.
#[utoipa::path(get, path = "/stream", tag = "widget", params(("key" = String, Path, description = "The inbox's key, as in the page's snippet.")), security(()),
    responses((status = 101, description = "the stream begins; docs/api.md says what is spoken"), (status = 400, description = "no WebSocket was asked for"),
        (status = 404), (status = 429)))]
pub(crate) async fn open(State(api): State<Api>, peer: Peer, upgrade: Upgrade) -> Result<Response, Problem> {
    let seat = api.edge.sockets.sit(&peer.ip)?;
    Ok(crate::stream::accept(api, None, seat, upgrade))
}

//! The visitors' API under `/widget/v1/{inbox_key}`: what the widget on somebody's website speaks.

mod begin;
mod config;
mod events;
mod files;
mod gate;
mod messages;
mod notes;
mod view;

pub(crate) use events::outside;
pub(crate) use notes::typing;

use crate::Api;
use axum::{
    Router,
    extract::{State, WebSocketUpgrade},
    middleware,
    response::Response,
    routing::{get, post},
};
use portico_edge::{Peer, Problem};

/// Where it lives. The key stands in the page's snippet.
const BASE: &str = "/widget/v1/{key}";

pub(crate) fn routes(api: Api) -> Router<Api> {
    let inside = Router::new()
        .route("/config", get(config::get))
        .route("/visitor", post(begin::begin))
        .route("/messages", get(messages::page).post(messages::post))
        .route("/read", post(notes::read))
        .route("/page", post(notes::page))
        .route("/files", post(files::upload))
        .route("/files/{id}", get(files::file))
        .route("/files/{id}/thumb", get(files::thumb))
        .route("/faces/{id}", get(files::face))
        .route("/stream", get(stream))
        .layer(middleware::from_fn_with_state(api, gate::gate));
    Router::new().nest(BASE, inside)
}

/// The visitor's stream. Who it is stands in the first frame, never in the address.
async fn stream(State(api): State<Api>, peer: Peer, upgrade: WebSocketUpgrade) -> Result<Response, Problem> {
    let seat = api.edge.sockets.sit(&peer.ip)?;
    Ok(crate::stream::accept(api, None, seat, upgrade))
}

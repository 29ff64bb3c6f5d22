//! The native API: REST and stream under `/api/portico/v1`, the widget's API, and the public pages.
//!
//! Thin: a handler decodes, asks the application, encodes. No rule and no right is decided here.

mod answer;
mod customers;
mod files;
mod health;
mod people;
mod security;
mod stream;
mod team;
mod widget;

pub mod openapi;

pub use answer::{Listed, Paging};
pub use stream::envelope;
pub(crate) use widget::typing as widget_typing;

use axum::{Router, extract::FromRef, middleware};
use portico_blobs::{Blobs, image_worker::ImageWorker};
use portico_edge::Edge;
use portico_realtime::LogEvent;
use portico_realtime::{Hub, Viewer};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// What handlers need.
#[derive(Clone)]
pub struct Api {
    /// Authentication, limits, the application.
    pub edge: Edge,
    /// Live connections.
    pub hub: Arc<Hub>,
    /// Bytes of files.
    pub blobs: Arc<Blobs>,
    /// The sandboxed picture maker.
    pub images: Arc<ImageWorker>,
    /// Largest upload, bytes (`files.max_size`).
    pub max_file: u64,
}

impl FromRef<Api> for Edge {
    fn from_ref(api: &Api) -> Self {
        api.edge.clone()
    }
}

/// Where the native API lives.
pub const BASE: &str = "/api/portico/v1";

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .merge(people::routes())
        .merge(team::routes())
        .merge(files::routes())
        .merge(customers::routes())
        .merge(security::routes())
        .merge(health::routes())
}

/// The whole HTTP surface but the web app's own files, which the server adds as the fallback.
pub fn router(api: Api) -> Router<Api> {
    let parts = openapi::parts();
    let gate = middleware::from_fn_with_state(api.clone(), widget::gate);
    Router::new()
        .merge(parts.native)
        .nest(BASE, openapi::routes().merge(stream::routes()))
        .merge(security::pages::routes())
        .merge(parts.widget.layer(gate))
        .layer(axum::Extension(security::Gate::new(api.edge.app.clock())))
        .layer(middleware::from_fn(portico_edge::once))
        .layer(middleware::from_fn_with_state(api.edge, portico_edge::request_id))
}

/// What a person outside may see of an event.
pub fn outside(event: &LogEvent, viewer: &Viewer) -> Option<String> {
    match viewer {
        Viewer::Contact { id, inbox } => widget::outside(&event.event, *id, *inbox),
        Viewer::Reporter { .. } | Viewer::Member { .. } => None,
    }
}

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

pub mod openapi;

pub use answer::{Listed, Paging};

use axum::{Router, extract::FromRef, middleware};
use portico_blobs::{Blobs, image_worker::ImageWorker};
use portico_edge::Edge;
use portico_realtime::Hub;
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
    OpenApiRouter::new().merge(people::routes()).merge(team::routes()).merge(files::routes()).merge(customers::routes()).merge(security::routes())
}

/// The whole HTTP surface but the web app's own files, which the server adds as the fallback.
pub fn router(api: Api) -> Router<Api> {
    let (native, _) = openapi::parts();
    Router::new()
        .nest(BASE, native.merge(openapi::routes()).merge(health::routes()).merge(stream::routes()))
        .merge(security::pages::routes())
        .layer(axum::Extension(security::Gate::new(api.edge.app.clock())))
        .layer(middleware::from_fn(portico_edge::once))
        .layer(middleware::from_fn_with_state(api.edge, portico_edge::request_id))
}

/// A visitor is typing: in the conversation they have open, whichever that is.
pub(crate) async fn widget_typing(
    _api: &Api,
    _ctx: portico_core::Ctx,
    _text: Option<String>,
) -> portico_types::Result<()> {
    Ok(())
}

/// What a person outside may see of an event.
pub fn outside(_event: &portico_store::LogEvent, _viewer: &portico_realtime::Viewer) -> Option<String> {
    None
}

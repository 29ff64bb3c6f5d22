//! The visitors' API under `/widget/v1/{inbox_key}`: what the widget on somebody's website speaks.

mod begin;
mod config;
mod events;
mod files;
mod gate;
mod messages;
mod notes;
mod stream;
mod view;

pub(crate) use events::outside;
pub(crate) use gate::gate;
pub(crate) use notes::typing;

use crate::Api;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Where it lives. The key stands in the page's snippet.
pub(crate) const BASE: &str = "/widget/v1/{key}";

/// Its routes, which expect [`gate`] around them.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(config::get))
        .routes(routes!(begin::begin))
        .routes(routes!(messages::page, messages::post))
        .routes(routes!(notes::read))
        .routes(routes!(notes::page))
        .routes(routes!(files::upload))
        .routes(routes!(files::file))
        .routes(routes!(files::thumb))
        .routes(routes!(files::face))
        .routes(routes!(stream::open))
}

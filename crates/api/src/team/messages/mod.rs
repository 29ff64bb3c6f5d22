//! Messages, on every desk.

mod delete;
mod edit;
mod get;
mod history;
mod page;
mod post;
mod preview;
mod render;

use crate::Api;
use portico_types::{Error, MessageId, Result};
use utoipa_axum::{router::OpenApiRouter, routes};

/// An id from the path; what is none, is nothing one may see.
pub(crate) fn message_id(text: &str) -> Result<MessageId> {
    text.parse().map_err(|_| Error::not_found())
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(page::page, post::post))
        .routes(routes!(get::get, edit::edit, delete::delete))
        .routes(routes!(history::history))
        .routes(routes!(preview::preview))
        .routes(routes!(render::render))
}

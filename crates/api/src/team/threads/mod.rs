//! Threads.

mod get;
mod list;
mod set;

use crate::Api;
use portico_domain::message::Message;
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

/// A root with its replies.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct ThreadAnswer {
    root: Message,
    items: Vec<Message>,
    following: bool,
    read_number: i64,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(get::get, set::set)).routes(routes!(list::list))
}

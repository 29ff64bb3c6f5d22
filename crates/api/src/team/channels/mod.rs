//! Channels and direct messages.

mod create;
mod direct;
mod list;

use crate::Api;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(create::create, list::list)).routes(routes!(direct::direct))
}

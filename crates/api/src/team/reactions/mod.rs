//! Reactions and saved messages.

mod add;
mod remove;
mod save;
mod saved;
mod unsave;

use crate::Api;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(add::add, remove::remove))
        .routes(routes!(save::save, unsave::unsave))
        .routes(routes!(saved::saved))
}

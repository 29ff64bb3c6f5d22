//! Invitations by link.

mod accept;
mod create;
mod list;
mod offer;
mod withdraw;

use crate::Api;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(create::create, list::list))
        .routes(routes!(withdraw::withdraw))
        .routes(routes!(offer::offer))
        .routes(routes!(accept::accept))
}

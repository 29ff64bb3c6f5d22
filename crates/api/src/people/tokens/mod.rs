//! Personal access tokens.

mod create;
mod list;
mod withdraw;

use crate::Api;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(create::create, list::list)).routes(routes!(withdraw::withdraw))
}

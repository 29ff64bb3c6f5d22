//! The first start.

mod needed;
mod set_up;

use crate::Api;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(needed::needed, set_up::set_up))
}

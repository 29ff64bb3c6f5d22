//! The organization and its audit record.

mod audit;
mod edit;
mod get;

use crate::Api;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(get::get, edit::edit)).routes(routes!(audit::audit))
}

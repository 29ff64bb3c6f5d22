//! The Team desk, and the timeline all desks share.

mod attention;
mod channels;
mod drafts;
mod messages;
mod reactions;
mod rooms;
mod search;
mod threads;

pub(crate) use rooms::{place, signal_typing};

use crate::Api;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .merge(channels::routes())
        .merge(rooms::routes())
        .merge(messages::routes())
        .merge(reactions::routes())
        .merge(threads::routes())
        .merge(drafts::routes())
        .routes(routes!(search::search))
        .routes(routes!(attention::inbox))
}

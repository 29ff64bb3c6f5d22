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
        .routes(routes!(channels::create, channels::list))
        .routes(routes!(channels::direct))
        .routes(routes!(rooms::get, rooms::edit))
        .routes(routes!(rooms::members, rooms::add_member))
        .routes(routes!(rooms::remove_member))
        .routes(routes!(rooms::set_state))
        .routes(routes!(rooms::read))
        .routes(routes!(rooms::typing))
        .routes(routes!(messages::page, messages::post))
        .routes(routes!(messages::get, messages::edit, messages::delete))
        .routes(routes!(messages::history))
        .routes(routes!(messages::preview))
        .routes(routes!(messages::render))
        .routes(routes!(reactions::add, reactions::remove))
        .routes(routes!(reactions::save, reactions::unsave))
        .routes(routes!(reactions::saved))
        .routes(routes!(threads::get, threads::set))
        .routes(routes!(threads::list))
        .routes(routes!(drafts::save, drafts::list))
        .routes(routes!(search::search))
        .routes(routes!(attention::inbox))
}

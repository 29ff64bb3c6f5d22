//! The Customers desk for agents.

mod agents;
mod contacts;
mod conversations;
mod inboxes;
mod share;

use crate::Api;
use portico_domain::inbox::Inbox;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

/// An inbox with the snippet that puts its widget on a page.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct InboxView {
    #[serde(flatten)]
    inbox: Inbox,
    snippet: String,
}

impl InboxView {
    pub(crate) fn of(inbox: Inbox, url: &str) -> Self {
        let snippet = format!("<script src=\"{url}/w.js\" data-key=\"{}\" async></script>", inbox.key);
        Self { inbox, snippet }
    }
}

/// Tells a field that is missing from one that is null.
#[expect(clippy::option_option, reason = "missing, null and given are three things")]
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(d).map(Some)
}

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(inboxes::create, inboxes::list))
        .routes(routes!(inboxes::get, inboxes::edit))
        .routes(routes!(inboxes::identity_secret))
        .routes(routes!(agents::add, agents::remove))
        .routes(routes!(conversations::list))
        .routes(routes!(conversations::counts))
        .routes(routes!(conversations::get, conversations::edit))
        .routes(routes!(share::share))
        .routes(routes!(contacts::list))
        .routes(routes!(contacts::get, contacts::edit))
        .routes(routes!(contacts::conversations))
}

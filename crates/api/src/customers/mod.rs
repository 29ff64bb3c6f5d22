//! The Customers desk for agents.

use crate::Api;
use portico_domain::inbox::Inbox;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;

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

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
}

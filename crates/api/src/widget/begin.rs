//! Coming in.

use super::gate::At;
use crate::Api;
use axum::{Extension, Json, extract::State};
use portico_core::customers::widget::{self, PublicConversation, PublicVisitor};
use portico_edge::{Input, Peer, Problem};
use portico_policy::Actor;
use portico_realtime::Viewer;
use serde::{Deserialize, Serialize};

/// A page somebody is on.
#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct PageForm {
    /// `https:` or `http:`.
    pub(super) url: String,
    #[serde(default)]
    pub(super) title: String,
}

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct BeginForm {
    /// The token of an earlier visit.
    token: Option<String>,
    /// The host's signed word for who this is.
    jwt: Option<String>,
    name: Option<String>,
    email: Option<String>,
    /// BCP 47.
    locale: Option<String>,
    /// IANA name.
    time_zone: Option<String>,
    page: Option<PageForm>,
}

#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct BegunView {
    /// The bearer token for everything else.
    token: String,
    visitor: PublicVisitor,
    conversation: Option<PublicConversation>,
    unread: i64,
    /// Where the stream goes on from this state; sealed to this visitor.
    cursor: String,
}

/// Begin as a visitor: known again by token, vouched for by the host, or new. Takes no Idempotency-Key.
#[utoipa::path(post, path = "/visitor", tag = "widget", params(("key" = String, Path, description = "The inbox's key, as in the page's snippet.")), request_body = BeginForm, security(()),
    responses((status = 200, body = BegunView), (status = 401, description = "token or jwt does not hold"),
        (status = 403, description = "this inbox takes only visitors its host vouches for"), (status = 404)))]
pub(crate) async fn begin(
    State(api): State<Api>,
    Extension(at): Extension<At>,
    peer: Peer,
    Input(form): Input<BeginForm>,
) -> Result<Json<BegunView>, Problem> {
    api.edge.public.take(&format!("widget {}", peer.ip))?;
    let (tenant, inbox) = (at.door.tenant, at.door.inbox);
    let mut ctx = api.edge.app.ctx(tenant, Actor::Anonymous);
    ctx.ip = Some(peer.ip);
    let begin = widget::Begin {
        inbox,
        token: form.token,
        jwt: form.jwt,
        name: form.name,
        email: form.email,
        locale: form.locale,
        time_zone: form.time_zone,
        page: form.page.map(|p| (p.url, p.title)),
    };
    let begun = widget::begin(&api.edge.app, ctx, begin).await?;
    let viewer = Viewer::Contact { id: begun.visitor.id, inbox };
    Ok(Json(BegunView {
        token: begun.token,
        visitor: begun.visitor,
        conversation: begun.conversation,
        unread: begun.unread,
        cursor: api.hub.cursor(
            tenant,
            &viewer,
            None,
            portico_types::LogPlace { epoch: begun.epoch, seq: begun.seq },
        ),
    }))
}

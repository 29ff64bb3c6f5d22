//! What the widget needs before anybody has written.

use super::gate::At;
use crate::Api;
use axum::{Extension, Json, extract::State};
use portico_core::customers::widget::{Config, PublicConfig};
use portico_edge::{Anyone, Problem};
use portico_policy::Actor;
use serde::Serialize;

#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct ConfigView {
    #[serde(flatten)]
    config: PublicConfig,
    /// Whether anybody is there to answer.
    online: bool,
}

/// The public side of an inbox; with a visitor's token also how much they have not read.
#[utoipa::path(get, path = "/config", tag = "widget", params(("key" = String, Path, description = "The inbox's key, as in the page's snippet.")), security((), ("visitor" = [])),
    responses((status = 200, body = ConfigView), (status = 401, description = "the token does not hold"), (status = 404)))]
pub(crate) async fn get(
    State(api): State<Api>,
    Extension(at): Extension<At>,
    Anyone(who): Anyone,
) -> Result<Json<ConfigView>, Problem> {
    let (tenant, inbox) = (at.door.tenant, at.door.inbox);
    // A member who looks at their own website is nobody in particular there.
    let ctx = match who {
        Some(ctx) if matches!(ctx.actor, Actor::Contact { .. }) => at.visitor(ctx)?,
        _ => api.edge.app.ctx(tenant, Actor::Anonymous),
    };
    let config = api.edge.app.ask(ctx, Config { inbox }).await?;
    Ok(Json(ConfigView { config, online: api.hub.inbox_online(tenant, inbox) }))
}

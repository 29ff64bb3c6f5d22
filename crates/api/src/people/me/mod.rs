//! Oneself.

mod edit;
mod get;
mod password;
mod presence;

use crate::Api;
use portico_core::{Ctx, people};
use portico_domain::{member::Member as Card, organization::Organization};
use portico_edge::Problem;
use serde::Serialize;
use serde_json::Value;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Which desks one has.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Desks {
    team: bool,
    customers: bool,
    security: bool,
    admin: bool,
}

/// Who one is here.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Me {
    pub(super) member: Card,
    organization: Organization,
    session_id: Option<String>,
    /// The guard to send as `X-Portico-CSRF` with the cookie.
    csrf: Option<String>,
    desks: Desks,
    preferences: Value,
}

pub(super) fn shape(me: people::MeView) -> Me {
    Me {
        desks: Desks {
            team: true,
            customers: me.customers,
            security: me.security,
            admin: me.member.role.is_admin(),
        },
        member: me.member,
        organization: me.organization,
        session_id: me.session.map(|s| s.to_string()),
        csrf: me.csrf,
        preferences: me.preferences,
    }
}

async fn fresh(api: &Api, ctx: Ctx) -> Result<Me, Problem> {
    Ok(shape(api.edge.app.ask(ctx, people::Me).await?))
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(get::get, edit::edit))
        .routes(routes!(password::password))
        .routes(routes!(presence::presence))
}

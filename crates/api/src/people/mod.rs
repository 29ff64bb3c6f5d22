//! People: setup, sessions, oneself, members, invitations, tokens, teams, the organization.

mod boot;
mod invites;
mod me;
mod members;
mod organization;
mod presence;
mod sessions;
mod setup;
mod teams;
mod tokens;

use crate::Api;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .merge(setup::routes())
        .merge(sessions::routes())
        .merge(me::routes())
        .routes(routes!(boot::boot))
        .routes(routes!(presence::get))
        .merge(members::routes())
        .merge(invites::routes())
        .merge(tokens::routes())
        .merge(teams::routes())
        .merge(organization::routes())
}

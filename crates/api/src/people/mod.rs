//! People: setup, sessions, oneself, members, invitations, tokens, teams, the organization.

mod boot;
mod invites;
mod me;
mod members;
mod organization;
mod sessions;
mod setup;
mod teams;
mod tokens;

use crate::Api;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(setup::needed, setup::set_up))
        .routes(routes!(sessions::sign_in, sessions::list, sessions::end_others))
        .routes(routes!(sessions::end))
        .routes(routes!(me::me, me::edit))
        .routes(routes!(me::password))
        .routes(routes!(me::presence))
        .routes(routes!(boot::boot))
        .routes(routes!(members::list))
        .routes(routes!(members::get, members::edit))
        .routes(routes!(invites::create, invites::list))
        .routes(routes!(invites::withdraw))
        .routes(routes!(invites::offer))
        .routes(routes!(invites::accept))
        .routes(routes!(tokens::create, tokens::list))
        .routes(routes!(tokens::withdraw))
        .routes(routes!(teams::create, teams::list))
        .routes(routes!(teams::edit, teams::remove))
        .routes(routes!(teams::add_member, teams::remove_member))
        .routes(routes!(organization::get, organization::edit))
        .routes(routes!(organization::audit))
}

//! `GET /invites`: open invitations.

use crate::{Api, Listed};
use axum::{Json, extract::State};
use portico_core::people;
use portico_domain::session::Invite;
use portico_edge::{Member, Problem};

/// Open invitations.
#[utoipa::path(get, path = "/invites", tag = "people", responses((status = 200, body = Listed<Invite>), (status = 403)))]
pub(crate) async fn list(
    State(api): State<Api>,
    Member(ctx): Member,
) -> Result<Json<Listed<Invite>>, Problem> {
    Ok(Json(Listed::all(api.edge.app.ask(ctx, people::Invites).await?)))
}

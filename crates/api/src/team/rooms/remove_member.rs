//! `DELETE /rooms/{id}/members/{member_id}`: leave (`me`), or send someone out.

use super::room_id;
use crate::Api;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use portico_core::rooms;
use portico_edge::{Member, Problem};
use portico_types::{Error, Result};

/// Leave (`me`), or send someone out.
#[utoipa::path(delete, path = "/rooms/{id}/members/{member_id}", tag = "team", params(("id" = String, Path), ("member_id" = String, Path, description = "id or `me`")),
    responses((status = 204), (status = 403), (status = 404)))]
pub(crate) async fn remove_member(
    State(api): State<Api>,
    Member(ctx): Member,
    Path((id, member)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let room = room_id(&id)?;
    let me = ctx.me()?;
    let member = if member == "me" { me } else { member.parse().map_err(|_| Error::not_found())? };
    if member == me {
        api.edge.app.run(ctx, rooms::LeaveRoom { room }).await?;
    } else {
        api.edge.app.run(ctx, rooms::RemoveFromRoom { room, member }).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

//! `GET /rooms/{id}/members`: who is in a room.

use super::room_id;
use crate::{Api, Listed};
use axum::{
    Json,
    extract::{Path, State},
};
use portico_core::rooms;
use portico_domain::room::GroupRole;
use portico_edge::{Member, Problem};
use portico_types::{MemberId, Millis, Result};
use serde::Serialize;

/// Someone in a room.
#[derive(Serialize, utoipa::ToSchema)]
#[expect(clippy::struct_field_names, reason = "the name on the wire")]
pub(crate) struct Joined {
    #[schema(value_type = String)]
    member_id: MemberId,
    role: GroupRole,
    #[schema(value_type = i64)]
    joined_at: Millis,
}

/// Who is in a room.
#[utoipa::path(get, path = "/rooms/{id}/members", tag = "team", params(("id" = String, Path)), responses((status = 200, body = Listed<Joined>), (status = 404)))]
pub(crate) async fn members(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
) -> Result<Json<Listed<Joined>>, Problem> {
    let list = api.edge.app.ask(ctx, rooms::RoomMembers { room: room_id(&id)? }).await?;
    let items =
        list.into_iter().map(|(member_id, role, joined_at)| Joined { member_id, role, joined_at }).collect();
    Ok(Json(Listed::all(items)))
}

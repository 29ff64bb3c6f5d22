//! `GET /rooms/{id}`: one room.

use super::room_id;
use crate::Api;
use axum::{
    Json,
    extract::{Path, State},
};
use portico_core::rooms;
use portico_domain::room::Room;
use portico_edge::{Member, Problem};
use portico_types::Result;

/// One room.
#[utoipa::path(get, path = "/rooms/{id}", tag = "team", params(("id" = String, Path)), responses((status = 200, body = Room), (status = 404)))]
pub(crate) async fn get(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
) -> Result<Json<Room>, Problem> {
    Ok(Json(api.edge.app.ask(ctx, rooms::GetRoom { room: room_id(&id)? }).await?))
}

//! `POST /rooms/{id}/read`: move one's reading mark.

use super::room_id;
use crate::Api;
use axum::{
    Json,
    extract::{Path, State},
};
use portico_core::rooms;
use portico_domain::room::RoomState;
use portico_edge::{Input, Member, Problem};
use portico_types::Result;
use serde::Deserialize;

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Mark {
    /// The last message read; a smaller number marks as unread.
    number: i64,
}

/// Move one's reading mark.
#[utoipa::path(post, path = "/rooms/{id}/read", tag = "team", params(("id" = String, Path)), request_body = Mark, responses((status = 200, body = RoomState), (status = 404)))]
pub(crate) async fn read(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
    Input(mark): Input<Mark>,
) -> Result<Json<RoomState>, Problem> {
    Ok(Json(api.edge.app.run(ctx, rooms::MarkRead { room: room_id(&id)?, number: mark.number }).await?))
}

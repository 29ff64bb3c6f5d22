//! `PATCH /rooms/{id}/state`: mute, star, choose notifications.

use super::room_id;
use crate::Api;
use axum::{
    Json,
    extract::{Path, State},
};
use portico_core::rooms;
use portico_domain::room::{Notify, RoomState};
use portico_edge::{Input, Member, Problem};
use portico_types::Result;
use serde::Deserialize;

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Choice {
    muted: Option<bool>,
    starred: Option<bool>,
    notify: Option<Notify>,
}

/// Mute, star, choose notifications.
#[utoipa::path(patch, path = "/rooms/{id}/state", tag = "team", params(("id" = String, Path)), request_body = Choice, responses((status = 200, body = RoomState), (status = 404)))]
pub(crate) async fn set_state(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
    Input(choice): Input<Choice>,
) -> Result<Json<RoomState>, Problem> {
    let command = rooms::SetRoomState {
        room: room_id(&id)?,
        muted: choice.muted,
        starred: choice.starred,
        notify: choice.notify,
    };
    Ok(Json(api.edge.app.run(ctx, command).await?))
}

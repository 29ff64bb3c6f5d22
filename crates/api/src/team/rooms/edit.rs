//! `PATCH /rooms/{id}`: rename, describe, archive or bring back a channel.

use super::room_id;
use crate::Api;
use axum::{
    Json,
    extract::{Path, State},
};
use portico_core::rooms;
use portico_domain::room::Room;
use portico_edge::{Input, Member, Problem};
use portico_types::{Error, Result};
use serde::Deserialize;

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = RoomChange)]
pub(crate) struct Change {
    name: Option<String>,
    topic: Option<String>,
    purpose: Option<String>,
    archived: Option<bool>,
}

/// Rename, describe, archive or bring back a channel.
#[utoipa::path(patch, path = "/rooms/{id}", tag = "team", params(("id" = String, Path)), request_body = Change,
    responses((status = 200, body = Room), (status = 400), (status = 403), (status = 404), (status = 409)))]
pub(crate) async fn edit(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
    Input(change): Input<Change>,
) -> Result<Json<Room>, Problem> {
    let room = room_id(&id)?;
    let words = change.name.is_some() || change.topic.is_some() || change.purpose.is_some();
    if words && change.archived.is_some() {
        return Err(Error::invalid("archived", "archive or bring back in a request of its own").into());
    }
    let room = if let Some(archived) = change.archived {
        api.edge.app.run(ctx, rooms::ArchiveRoom { room, archived }).await?
    } else {
        let command =
            rooms::EditRoom { room, name: change.name, topic: change.topic, purpose: change.purpose };
        api.edge.app.run(ctx, command).await?
    };
    Ok(Json(room))
}

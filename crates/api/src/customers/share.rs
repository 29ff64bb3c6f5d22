//! Showing a conversation to colleagues.

use super::conversations::conversation_id;
use crate::Api;
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use portico_core::customers;
use portico_domain::message::Message;
use portico_edge::{Input, Member, Peer, Problem};
use portico_types::RoomId;
use serde::Deserialize;

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Sharing {
    /// A channel or direct message.
    #[schema(value_type = String)]
    room_id: RoomId,
    #[serde(default)]
    comment: String,
}

/// Post a link to a conversation into a channel. Who may not see the conversation finds nothing behind it.
#[utoipa::path(post, path = "/conversations/{id}/share", tag = "customers", params(("id" = String, Path)), request_body = Sharing,
    responses((status = 201, body = Message), (status = 400), (status = 403), (status = 404)))]
pub(crate) async fn share(
    State(api): State<Api>,
    Member(ctx): Member,
    peer: Peer,
    Path(id): Path<String>,
    Input(sharing): Input<Sharing>,
) -> Result<(StatusCode, Json<Message>), Problem> {
    let id = conversation_id(&id)?;
    let message =
        customers::share(&api.edge.app, ctx, id, sharing.room_id, &sharing.comment, &peer.url).await?;
    Ok((StatusCode::CREATED, Json(message)))
}

//! `POST /rooms/{id}/members`: join a channel, or bring someone in.

use super::room_id;
use crate::Api;
use axum::{
    Json,
    extract::{Path, State},
};
use portico_core::rooms;
use portico_domain::room::Room;
use portico_edge::{Input, Member, Problem};
use portico_types::{MemberId, Result};
use serde::Deserialize;

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Newcomer {
    /// Oneself unless said.
    #[schema(value_type = Option<String>)]
    member_id: Option<MemberId>,
}

/// Join a channel, or bring someone in.
#[utoipa::path(post, path = "/rooms/{id}/members", tag = "team", params(("id" = String, Path)), request_body = Newcomer,
    responses((status = 200, body = Room), (status = 403), (status = 404)))]
pub(crate) async fn add_member(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
    Input(newcomer): Input<Newcomer>,
) -> Result<Json<Room>, Problem> {
    let room = room_id(&id)?;
    let me = ctx.actor.member();
    let room = match newcomer.member_id {
        Some(member) if Some(member) != me => {
            api.edge.app.run(ctx, rooms::InviteToRoom { room, member }).await?
        }
        _ => api.edge.app.run(ctx, rooms::JoinRoom { room }).await?,
    };
    Ok(Json(room))
}

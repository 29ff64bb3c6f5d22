//! One room: its settings, people, and one's own state in it.

use crate::{Api, Listed};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use portico_core::{Ctx, messages, rooms};
use portico_domain::room::{GroupRole, Notify, Ring, Room, RoomKind, RoomState};
use portico_edge::{Input, Member, Problem};
use portico_realtime::{Place, Signal, Typing};
use portico_types::{Error, MemberId, MessageId, Millis, Result, RoomId};
use serde::{Deserialize, Serialize};

/// An id from the path; what is none, is nothing one may see.
pub(crate) fn room_id(text: &str) -> Result<RoomId> {
    text.parse().map_err(|_| Error::not_found())
}

/// One room.
#[utoipa::path(get, path = "/rooms/{id}", tag = "team", params(("id" = String, Path)), responses((status = 200, body = Room), (status = 404)))]
pub(crate) async fn get(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
) -> Result<Json<Room>, Problem> {
    Ok(Json(api.edge.app.ask(ctx, rooms::GetRoom { room: room_id(&id)? }).await?))
}

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

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct TypingIn {
    /// For whom it is meant; everyone unless said.
    ring: Option<Ring>,
    #[schema(value_type = Option<String>)]
    thread_id: Option<MessageId>,
}

/// Signal that one is writing.
#[utoipa::path(post, path = "/rooms/{id}/typing", tag = "team", params(("id" = String, Path)), request_body = TypingIn, responses((status = 204), (status = 404)))]
pub(crate) async fn typing(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
    Input(input): Input<TypingIn>,
) -> Result<StatusCode, Problem> {
    let ring = input.ring.unwrap_or(Ring::Everyone);
    signal_typing(&api, ctx, room_id(&id)?, ring, input.thread_id, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks whether the asker may, then tells those who may see it.
pub(crate) async fn signal_typing(
    api: &Api,
    ctx: Ctx,
    room: RoomId,
    ring: Ring,
    thread: Option<MessageId>,
    text: Option<String>,
) -> Result<()> {
    let tenant = ctx.tenant;
    let (row, author) = api.edge.app.ask(ctx, messages::MayType { room }).await?;
    api.hub.signal(tenant, Signal::Typing(Typing { place: place(&row), ring, author, thread, text }));
    Ok(())
}

/// Where a signal belongs.
pub(crate) fn place(row: &portico_core::RoomRow) -> Place {
    Place {
        room: row.room.id,
        group: row.room.audience,
        outside: row.outside,
        admins: row.room.kind == RoomKind::Conversation,
    }
}

//! Threads.

use super::messages::message_id;
use crate::{Api, Listed, Paging};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use portico_core::messages;
use portico_domain::message::Message;
use portico_edge::{Input, Member, Problem, Words};
use portico_types::RoomId;
use serde::{Deserialize, Serialize};

/// A root with its replies.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct ThreadAnswer {
    root: Message,
    items: Vec<Message>,
    following: bool,
    read_number: i64,
}

/// Read a thread.
#[utoipa::path(get, path = "/messages/{id}/thread", tag = "messages", params(("id" = String, Path)), responses((status = 200, body = ThreadAnswer), (status = 404)))]
pub(crate) async fn get(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
) -> Result<Json<ThreadAnswer>, Problem> {
    let view = api.edge.app.ask(ctx, messages::Thread { root: message_id(&id)? }).await?;
    Ok(Json(ThreadAnswer {
        root: view.root,
        items: view.items,
        following: view.following,
        read_number: view.read_number,
    }))
}

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct ThreadChoice {
    following: Option<bool>,
    /// The last reply read.
    read: Option<i64>,
}

/// Follow a thread or not; move one's reading mark in it.
#[utoipa::path(put, path = "/messages/{id}/thread", tag = "messages", params(("id" = String, Path)), request_body = ThreadChoice, responses((status = 204), (status = 404)))]
pub(crate) async fn set(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
    Input(choice): Input<ThreadChoice>,
) -> Result<StatusCode, Problem> {
    let command =
        messages::SetThread { root: message_id(&id)?, following: choice.following, read: choice.read };
    api.edge.app.run(ctx, command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A thread one follows.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Followed {
    root: Message,
    #[schema(value_type = String)]
    room_id: RoomId,
    unread: i64,
    mentions: i64,
    following: bool,
}

/// The threads one follows, newest reply first.
#[utoipa::path(get, path = "/threads", tag = "messages", params(Paging), responses((status = 200, body = Listed<Followed>)))]
pub(crate) async fn list(
    State(api): State<Api>,
    Member(ctx): Member,
    Words(paging): Words<Paging>,
) -> Result<Json<Listed<Followed>>, Problem> {
    let query = messages::Threads { cursor: paging.cursor()?, limit: paging.limit()? };
    let page = api.edge.app.ask(ctx, query).await?;
    Ok(Json(Listed::page(page.map(|(state, root)| Followed {
        root,
        room_id: state.room,
        unread: state.unread,
        mentions: state.mentions,
        following: state.following,
    }))))
}

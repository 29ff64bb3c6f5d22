//! `GET /threads`: the threads one follows, newest reply first.

use crate::{Api, Listed, Paging};
use axum::{Json, extract::State};
use portico_core::messages;
use portico_domain::message::Message;
use portico_edge::{Member, Problem, Words};
use portico_types::RoomId;
use serde::Serialize;

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

//! Searching.

use crate::{Api, Paging};
use axum::{Json, extract::State};
use portico_core::messages;
use portico_domain::{message::Message, room::RoomKind};
use portico_edge::{Member, Problem, Words};
use portico_types::{Error, RoomId};
use serde::{Deserialize, Serialize};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asked {
    /// Words, "phrases", from: in: before: after: on: has:, -not.
    q: String,
    cursor: Option<String>,
    limit: Option<i64>,
}

/// Where a message was found.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct FoundIn {
    #[schema(value_type = String)]
    id: RoomId,
    #[schema(value_type = String)]
    kind: RoomKind,
    /// The contact of a conversation, the title of a report, else the room's name.
    name: String,
}

/// A message that was found.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Hit {
    message: Message,
    room: FoundIn,
    /// Safe HTML with `<mark>`.
    snippet_html: String,
}

/// A part of the query that was ignored, and why.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Ignored {
    token: String,
    message: String,
}

/// What was found, newest first.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Hits {
    items: Vec<Hit>,
    next: Option<String>,
    ignored: Vec<Ignored>,
}

/// Search everything one may see.
#[utoipa::path(get, path = "/search", tag = "messages", params(Asked), responses((status = 200, body = Hits), (status = 400)))]
pub(crate) async fn search(
    State(api): State<Api>,
    Member(ctx): Member,
    Words(asked): Words<Asked>,
) -> Result<Json<Hits>, Problem> {
    if asked.q.len() > 1_000 {
        return Err(Error::too_large("q", "a search holds 1000 bytes at most").into());
    }
    let paging = Paging { cursor: asked.cursor, limit: asked.limit };
    let query = messages::Search { text: asked.q, cursor: paging.cursor()?, limit: paging.limit()? };
    let found = api.edge.app.ask(ctx, query).await?;
    let items = found
        .page
        .items
        .into_iter()
        .map(|(hit, snippet_html)| Hit {
            room: FoundIn { id: hit.message.room_id, kind: hit.room_kind, name: hit.room_name },
            message: hit.message,
            snippet_html,
        })
        .collect();
    let ignored = found.errors.into_iter().map(|e| Ignored { token: e.token, message: e.message }).collect();
    Ok(Json(Hits { items, next: found.page.next.map(|c| c.encode()), ignored }))
}

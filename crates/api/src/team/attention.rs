//! Everything that needs me.

use crate::{Api, Listed};
use axum::{Json, extract::State};
use portico_core::people::{self, Needs};
use portico_domain::message::Message;
use portico_edge::{Member, Problem};
use portico_types::{Millis, RoomId};
use serde::Serialize;

/// Why something needs me.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Mention,
    Direct,
    Thread,
    Assigned,
    Report,
}

/// One thing that needs me.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Waiting {
    kind: Kind,
    #[schema(value_type = String)]
    room_id: RoomId,
    message: Option<Message>,
    unread: i64,
    #[schema(value_type = i64)]
    at: Millis,
}

/// The unified inbox, newest first.
#[utoipa::path(get, path = "/inbox", tag = "me", responses((status = 200, body = Listed<Waiting>)))]
pub(crate) async fn inbox(
    State(api): State<Api>,
    Member(ctx): Member,
) -> Result<Json<Listed<Waiting>>, Problem> {
    let rows = api.edge.app.ask(ctx, people::Attention).await?;
    let items = rows
        .into_iter()
        .map(|r| Waiting {
            kind: match r.needs {
                Needs::Mention => Kind::Mention,
                Needs::Direct => Kind::Direct,
                Needs::Thread => Kind::Thread,
                Needs::Assigned => Kind::Assigned,
                Needs::Report => Kind::Report,
            },
            room_id: r.room,
            message: r.message,
            unread: r.unread,
            at: r.at,
        })
        .collect();
    Ok(Json(Listed::all(items)))
}

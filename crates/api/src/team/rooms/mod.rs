//! One room: its settings, people, and one's own state in it.

mod add_member;
mod edit;
mod get;
mod members;
mod read;
mod remove_member;
mod set_state;
mod typing;

use crate::Api;
use portico_core::{Ctx, messages};
use portico_domain::room::{Ring, RoomKind};
use portico_realtime::{Place, Signal, Typing};
use portico_types::{Error, MessageId, Result, RoomId};
use utoipa_axum::{router::OpenApiRouter, routes};

/// An id from the path; what is none, is nothing one may see.
pub(crate) fn room_id(text: &str) -> Result<RoomId> {
    text.parse().map_err(|_| Error::not_found())
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

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(get::get, edit::edit))
        .routes(routes!(members::members, add_member::add_member))
        .routes(routes!(remove_member::remove_member))
        .routes(routes!(set_state::set_state))
        .routes(routes!(read::read))
        .routes(routes!(typing::typing))
}

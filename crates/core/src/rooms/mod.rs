//! Rooms of the Team desk: channels and direct messages, and what a member has read and chosen in any room.

mod archive;
mod create_channel;
mod direct;
mod edit;
mod find;
mod join;
mod leave;
mod members;
mod state;

pub use archive::ArchiveRoom;
pub use create_channel::CreateChannel;
pub(crate) use create_channel::create;
pub use direct::OpenDirect;
pub use edit::EditRoom;
pub use find::{Channels, GetRoom, MyRooms};
pub(crate) use join::admit;
pub use join::{InviteToRoom, JoinRoom};
pub use leave::{LeaveRoom, RemoveFromRoom};
pub use members::RoomMembers;
pub use state::{MarkRead, SetRoomState};

use crate::Ctx;
use portico_domain::{event::Audience, event::Event, room::Ring, room::Room, room::Visibility};
use portico_policy::ReadRoom;
use portico_store::{RoomRow, Tx};
use portico_types::{Result, RoomId};

/// A channel everybody may find is everybody's news; the others are their people's.
fn audience(room: &RoomRow) -> Audience {
    match room.room.visibility {
        Some(Visibility::Public) => Audience::Members,
        _ => room.audience(Ring::Everyone),
    }
}

/// Tells everyone concerned how a room is now.
fn emit_updated(ctx: &Ctx, tx: &mut Tx<'_>, id: RoomId) -> Result<Room> {
    let (row, _) =
        tx.access_room::<ReadRoom>(&portico_policy::Actor::System(portico_policy::Reason::Job), id)?;
    tx.emit(ctx.now, Some(id), audience(&row), Event::RoomUpdated { room: Box::new(row.shared()) });
    // Guests are no members of the organization at large, but they are in this room.
    if row.room.visibility == Some(Visibility::Public) {
        tx.emit(
            ctx.now,
            Some(id),
            row.audience(Ring::Everyone),
            Event::RoomUpdated { room: Box::new(row.shared()) },
        );
    }
    Ok(row.shared())
}

/// The room as the asker sees it now.
fn mine(ctx: &Ctx, tx: &mut Tx<'_>, id: RoomId) -> Result<Room> {
    Ok(tx.access_room::<ReadRoom>(&ctx.actor, id)?.0.room)
}

/// A checked display name.
pub(crate) fn name(field: &'static str, text: &str) -> Result<String> {
    portico_text::names::clean_name(text, portico_domain::limits::NAME_CHARS)
        .map_err(|e| portico_types::Error::invalid(field, e.to_string()))
}

/// A checked free text of one line or a few; may be empty.
pub(crate) fn words(field: &'static str, text: &str, limit: usize) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(String::new());
    }
    portico_text::names::clean_name(text, limit)
        .map_err(|e| portico_types::Error::invalid(field, e.to_string()))
}

//! Archiving a channel and bringing it back.

use super::{emit_updated, mine};
use crate::{Command, Ctx, Record, messages::system_message};
use portico_domain::room::{Ring, Room};
use portico_policy::{Action, ArchiveRoom as May};
use portico_store::Tx;
use portico_types::{Result, RoomId};

/// Archives or brings back. Already so: nothing changes.
pub struct ArchiveRoom {
    pub room: RoomId,
    pub archived: bool,
}

impl Command for ArchiveRoom {
    type Out = Room;
    const AUDITED: Option<&'static str> = Some(May::NAME);

    fn lane(&self) -> u64 {
        self.room.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Room> {
        let (before, permit) = tx.access_room::<May>(&ctx.actor, self.room)?;
        if before.room.archived_at.is_some() == self.archived {
            return Ok(before.room);
        }
        let by = [("by", before.my_name.as_str())];
        // The line stands in the channel, so it is written while the channel takes messages.
        if self.archived {
            system_message(ctx, tx, self.room, Ring::Everyone, "archived", &by)?;
        }
        tx.archive_room(&permit, self.archived.then_some(ctx.now))?;
        if !self.archived {
            system_message(ctx, tx, self.room, Ring::Everyone, "unarchived", &by)?;
        }
        emit_updated(ctx, tx, self.room)?;
        Record::of(May::NAME)
            .target("room", self.room, &before.room.name)
            .with("archived", self.archived)
            .write(ctx, tx)?;
        mine(ctx, tx, self.room)
    }
}

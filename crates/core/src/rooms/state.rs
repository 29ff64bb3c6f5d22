//! What a member has read and chosen in a room.

use crate::{Command, Ctx};
use portico_domain::{
    event::{Audience, Event},
    room::{Notify, RoomKind, RoomState},
};
use portico_policy::KeepState;
use portico_store::{RoomRow, Tx};
use portico_types::{Error, MemberId, Result, RoomId};

/// Moves one's reading mark, either way: a smaller number marks as unread.
pub struct MarkRead {
    pub room: RoomId,
    pub number: i64,
}

impl Command for MarkRead {
    type Out = RoomState;

    fn lane(&self) -> u64 {
        self.room.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<RoomState> {
        let me = ctx.me()?;
        let (room, permit) = tx.access_room::<KeepState>(&ctx.actor, self.room)?;
        if self.number < 0 {
            return Err(Error::invalid("number", "a message number is 0 or more"));
        }
        let number = self.number.min(room.room.last_number);
        tx.move_read(&permit, me, number)?;
        if room.room.kind == RoomKind::Conversation {
            crate::customers::after_read(ctx, tx, &room, number)?;
        }
        tell(ctx, tx, me, self.room)
    }
}

/// Mutes, stars, chooses notifications.
pub struct SetRoomState {
    pub room: RoomId,
    pub muted: Option<bool>,
    pub starred: Option<bool>,
    pub notify: Option<Notify>,
}

impl Command for SetRoomState {
    type Out = RoomState;

    fn lane(&self) -> u64 {
        self.room.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<RoomState> {
        let me = ctx.me()?;
        let (_, permit) = tx.access_room::<KeepState>(&ctx.actor, self.room)?;
        tx.set_room_state(&permit, me, self.muted, self.starred, self.notify)?;
        tell(ctx, tx, me, self.room)
    }
}

/// Tells one's other devices, and answers.
fn tell(ctx: &Ctx, tx: &mut Tx<'_>, me: MemberId, room: RoomId) -> Result<RoomState> {
    let (row, _): (RoomRow, _) = tx.access_room::<KeepState>(&ctx.actor, room)?;
    let state = row.room.state.ok_or_else(Error::not_found)?;
    let event = Event::ReadMoved { room_id: room, state: state.clone() };
    tx.emit(ctx.now, Some(room), Audience::Member(me), event);
    Ok(state)
}

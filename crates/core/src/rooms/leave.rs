//! Leaving a channel, or being sent out of it.

use super::emit_updated;
use crate::{Command, Ctx, Record, messages::system_message};
use portico_domain::{
    event::Event,
    room::{GroupKind, Ring},
};
use portico_policy::{Action, LeaveRoom as MayLeave, RemoveFromRoom as MayRemove};
use portico_store::{RoomRow, Tx};
use portico_types::{Error, MemberId, Result, RoomId};

/// Goes.
pub struct LeaveRoom {
    pub room: RoomId,
}

impl Command for LeaveRoom {
    type Out = ();

    fn lane(&self) -> u64 {
        self.room.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<()> {
        let (room, _) = tx.access_room::<MayLeave>(&ctx.actor, self.room)?;
        let name = room.my_name.clone();
        dismiss(ctx, tx, &room, ctx.me()?, "member_left", &[("name", &name)])
    }
}

/// Sends someone out.
pub struct RemoveFromRoom {
    pub room: RoomId,
    pub member: MemberId,
}

impl Command for RemoveFromRoom {
    type Out = ();
    const AUDITED: Option<&'static str> = Some(MayRemove::NAME);

    fn lane(&self) -> u64 {
        self.room.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<()> {
        let (room, _) = tx.access_room::<MayRemove>(&ctx.actor, self.room)?;
        if tx.group_role(room.room.audience, self.member)?.is_none() {
            return Err(Error::invalid("member_id", "they are not in this channel"));
        }
        let name = tx.member(self.member)?.map_or(String::new(), |m| m.name);
        let params = [("by", room.my_name.as_str()), ("name", name.as_str())];
        dismiss(ctx, tx, &room, self.member, "member_removed", &params)?;
        Record::of(MayRemove::NAME)
            .target("member", self.member, &name)
            .with("room", self.room)
            .write(ctx, tx)
    }
}

fn dismiss(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    room: &RoomRow,
    member: MemberId,
    line: &str,
    params: &[(&str, &str)],
) -> Result<()> {
    let id = room.room.id;
    if !tx.leave_room(id, member)? {
        return Ok(());
    }
    // First out of the index, then the line about it: the one who left does not get what follows.
    let left = Event::MemberLeft { group: id.0, kind: GroupKind::Room, member_id: member };
    tx.emit(ctx.now, Some(id), room.audience(Ring::Everyone), left);
    system_message(ctx, tx, id, Ring::Everyone, line, params)?;
    emit_updated(ctx, tx, id)?;
    Ok(())
}

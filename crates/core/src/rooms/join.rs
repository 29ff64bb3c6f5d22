//! Coming into a channel: by oneself, or brought by a member.

use super::{emit_updated, mine};
use crate::{Command, Ctx, messages::system_message};
use portico_domain::{
    event::Audience,
    event::Event,
    room::{GroupKind, GroupRole, Ring, Room},
};
use portico_policy::{InviteToRoom as MayInvite, JoinRoom as MayJoin};
use portico_store::{RoomRow, Tx};
use portico_types::{Error, MemberId, Result, RoomId};

/// Joins a channel one can find. Already in it: nothing changes.
pub struct JoinRoom {
    pub room: RoomId,
}

impl Command for JoinRoom {
    type Out = Room;

    fn lane(&self) -> u64 {
        self.room.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Room> {
        let (room, _) = tx.access_room::<MayJoin>(&ctx.actor, self.room)?;
        let me = ctx.me()?;
        admit(ctx, tx, &room, me, "member_joined", &[("name", &room.my_name)])?;
        mine(ctx, tx, self.room)
    }
}

/// Brings someone into a channel. Already in it: nothing changes.
pub struct InviteToRoom {
    pub room: RoomId,
    pub member: MemberId,
}

impl Command for InviteToRoom {
    type Out = Room;

    fn lane(&self) -> u64 {
        self.room.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Room> {
        let (room, _) = tx.access_room::<MayInvite>(&ctx.actor, self.room)?;
        let member = tx
            .member(self.member)?
            .filter(|m| !m.suspended)
            .ok_or_else(|| Error::invalid("member_id", "there is no such person here"))?;
        let params = [("by", room.my_name.as_str()), ("name", member.name.as_str())];
        admit(ctx, tx, &room, self.member, "member_invited", &params)?;
        mine(ctx, tx, self.room)
    }
}

/// Puts a member in and tells everyone: the newcomer first learns the room, then what is said in it.
pub(crate) fn admit(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    room: &RoomRow,
    member: MemberId,
    line: &str,
    params: &[(&str, &str)],
) -> Result<()> {
    let id = room.room.id;
    if !tx.join_room(id, member, GroupRole::Member, ctx.now)? {
        return Ok(());
    }
    let joined = Event::MemberJoined {
        group: id.0,
        kind: GroupKind::Room,
        member_id: member,
        role: GroupRole::Member,
    };
    tx.emit(ctx.now, Some(id), room.audience(Ring::Everyone), joined);
    tx.emit(
        ctx.now,
        Some(id),
        Audience::Member(member),
        Event::RoomCreated { room: Box::new(room.shared()) },
    );
    system_message(ctx, tx, id, Ring::Everyone, line, params)?;
    emit_updated(ctx, tx, id)?;
    Ok(())
}

//! Who is in a room.

use crate::{Ctx, Query};
use portico_domain::room::GroupRole;
use portico_policy::ReadRoom;
use portico_store::Read;
use portico_types::{MemberId, Millis, Result, RoomId};

/// The members of a room one may see, oldest first.
pub struct RoomMembers {
    pub room: RoomId,
}

impl Query for RoomMembers {
    type Out = Vec<(MemberId, GroupRole, Millis)>;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        let (room, _) = read.access_room::<ReadRoom>(&ctx.actor, self.room)?;
        if !ctx.actor.inside() {
            return Err(portico_types::Error::not_found());
        }
        read.group_members(room.room.audience)
    }
}

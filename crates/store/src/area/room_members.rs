//! Who is in a channel or direct room: the group, the count, and what goes with whoever leaves.

use crate::Tx;
use portico_domain::room::{GroupKind, GroupRole};
use portico_types::{MemberId, Millis, Result, RoomId};

impl Tx<'_> {
    /// Puts someone into a channel or direct room, with everything so far counted as read. Says whether they are new.
    pub fn join_room(&mut self, room: RoomId, member: MemberId, role: GroupRole, at: Millis) -> Result<bool> {
        if !self.join_group(room.0, GroupKind::Room, member, role, at)? {
            return Ok(false);
        }
        self.send(
            "UPDATE room SET member_count = member_count + 1 WHERE tenant_id = $1 AND id = $2",
            &[room.into()],
        )?;
        self.send(
            "INSERT INTO room_state (tenant_id, room_id, member_id, read_number, read_roots, mentions, muted, starred, notify)
             SELECT r.tenant_id, r.id, $3, r.last_number, r.root_count, 0, 0, 0, 0 FROM room r WHERE r.tenant_id = $1 AND r.id = $2
             ON CONFLICT (tenant_id, room_id, member_id) DO UPDATE SET read_number = excluded.read_number, read_roots = excluded.read_roots, mentions = 0",
            &[room.into(), member.into()],
        )?;
        Ok(true)
    }

    /// Takes someone out of a channel. Says whether they were in it.
    pub fn leave_room(&mut self, room: RoomId, member: MemberId) -> Result<bool> {
        if !self.leave_group(room.0, member)? {
            return Ok(false);
        }
        self.send(
            "UPDATE room SET member_count = member_count - 1 WHERE tenant_id = $1 AND id = $2",
            &[room.into()],
        )?;
        self.send(
            "DELETE FROM draft WHERE tenant_id = $1 AND room_id = $2 AND member_id = $3",
            &[room.into(), member.into()],
        )?;
        self.send(
            "DELETE FROM thread_state WHERE tenant_id = $1 AND room_id = $2 AND member_id = $3",
            &[room.into(), member.into()],
        )?;
        self.send(
            "DELETE FROM room_state WHERE tenant_id = $1 AND room_id = $2 AND member_id = $3",
            &[room.into(), member.into()],
        )?;
        Ok(true)
    }
}

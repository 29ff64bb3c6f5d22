//! What a member has read and chosen in a room.

use crate::Tx;
use portico_domain::room::Notify;
use portico_policy::{KeepState, Permit};
use portico_types::{MemberId, Result};

impl Tx<'_> {
    /// Moves a member's reading mark to a message number, either way, and clears the mentions up to it.
    pub fn move_read(&mut self, permit: &Permit<KeepState>, member: MemberId, number: i64) -> Result<()> {
        let room = *permit.target();
        let roots = self
            .one(
                "SELECT root_number FROM message WHERE tenant_id = $1 AND room_id = $2 AND number <= $3 ORDER BY number DESC LIMIT 1",
                &[room.into(), number.into()],
                |r| r.int(0),
            )?
            .unwrap_or(0);
        // Mentions after the mark: the few rows of this member in this room, never a count over messages.
        let mentions = self
            .one(
                "SELECT COUNT(*) FROM mention x JOIN message m ON m.tenant_id = x.tenant_id AND m.id = x.message_id
                 WHERE x.tenant_id = $1 AND x.member_id = $2 AND x.room_id = $3 AND m.number > $4 AND m.thread_id IS NULL",
                &[member.into(), room.into(), number.into()],
                |r| r.int(0),
            )?
            .unwrap_or(0);
        self.send(
            "INSERT INTO room_state (tenant_id, room_id, member_id, read_number, read_roots, mentions, muted, starred, notify)
             VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0)
             ON CONFLICT (tenant_id, room_id, member_id) DO UPDATE SET read_number = excluded.read_number, read_roots = excluded.read_roots, mentions = excluded.mentions",
            &[room.into(), member.into(), number.into(), roots.into(), mentions.into()],
        )?;
        Ok(())
    }

    /// Star, mute and choice of notifications.
    pub fn set_room_state(
        &mut self,
        permit: &Permit<KeepState>,
        member: MemberId,
        muted: Option<bool>,
        starred: Option<bool>,
        notify: Option<Notify>,
    ) -> Result<()> {
        self.send(
            "INSERT INTO room_state (tenant_id, room_id, member_id, read_number, read_roots, mentions, muted, starred, notify)
             VALUES ($1, $2, $3, 0, 0, 0, COALESCE($4, 0), COALESCE($5, 0), COALESCE($6, 0))
             ON CONFLICT (tenant_id, room_id, member_id) DO UPDATE SET muted = COALESCE($4, room_state.muted),
             starred = COALESCE($5, room_state.starred), notify = COALESCE($6, room_state.notify)",
            &[
                (*permit.target()).into(),
                member.into(),
                muted.into(),
                starred.into(),
                notify.map(Notify::code).into(),
            ],
        )?;
        Ok(())
    }
}

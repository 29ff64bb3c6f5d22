//! Emoji on messages.

use crate::Tx;
use portico_policy::{Permit, React};
use portico_types::{Error, MemberId, Millis, Result};

impl Tx<'_> {
    /// Adds an emoji. Says whether it is new.
    pub fn add_reaction(
        &mut self,
        permit: &Permit<React>,
        member: MemberId,
        emoji: &str,
        at: Millis,
    ) -> Result<bool> {
        let (room, message) = *permit.target();
        let different = self
            .one(
                "SELECT COUNT(DISTINCT emoji) FROM reaction WHERE tenant_id = $1 AND message_id = $2 AND emoji <> $3",
                &[message.into(), emoji.into()],
                |r| r.int(0),
            )?
            .unwrap_or(0);
        if different >= portico_domain::limits::REACTIONS {
            return Err(Error::conflict(
                Some("emoji"),
                "this message has as many different reactions as it can hold",
            ));
        }
        let added = self.exec(
            "INSERT INTO reaction (tenant_id, message_id, emoji, member_id, room_id, number, at)
             SELECT m.tenant_id, m.id, $4, $5, m.room_id, m.number, $6 FROM message m WHERE m.tenant_id = $1 AND m.id = $2 AND m.room_id = $3 AND m.body_kind <> 2
             ON CONFLICT (tenant_id, message_id, emoji, member_id) DO NOTHING",
            &[message.into(), room.into(), emoji.into(), member.into(), at.into()],
        )?;
        if added > 0 {
            self.send(
                "UPDATE message SET reaction_count = reaction_count + 1 WHERE tenant_id = $1 AND id = $2",
                &[message.into()],
            )?;
        }
        Ok(added > 0)
    }

    /// Takes one's emoji back. Says whether it was there.
    pub fn remove_reaction(&mut self, permit: &Permit<React>, member: MemberId, emoji: &str) -> Result<bool> {
        let (_, message) = *permit.target();
        let gone = self.exec(
            "DELETE FROM reaction WHERE tenant_id = $1 AND message_id = $2 AND emoji = $3 AND member_id = $4",
            &[message.into(), emoji.into(), member.into()],
        )?;
        if gone > 0 {
            self.send(
                "UPDATE message SET reaction_count = reaction_count - 1 WHERE tenant_id = $1 AND id = $2",
                &[message.into()],
            )?;
        }
        Ok(gone > 0)
    }
}

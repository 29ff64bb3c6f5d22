//! What has not been read yet and calls somebody.

use super::Sight;
use crate::Read;
use portico_domain::message::Message;
use portico_types::{MessageId, Result};

impl Read<'_> {
    /// Root messages that call a member and are after their reading mark, in rooms they still read, newest first.
    pub fn unread_mentions(&mut self, sight: Sight, limit: i64) -> Result<Vec<Message>> {
        let ids: Vec<MessageId> = self.all(
            "SELECT x.message_id FROM mention x JOIN message m ON m.tenant_id = x.tenant_id AND m.id = x.message_id AND m.thread_id IS NULL
             JOIN room r ON r.tenant_id = m.tenant_id AND r.id = m.room_id
             JOIN membership g ON g.tenant_id = r.tenant_id AND g.group_id = r.audience_id AND g.member_id = x.member_id
             JOIN member a ON a.tenant_id = x.tenant_id AND a.id = x.member_id
             LEFT JOIN room_state s ON s.tenant_id = m.tenant_id AND s.room_id = m.room_id AND s.member_id = x.member_id
             WHERE x.tenant_id = $1 AND x.member_id = $2 AND r.kind <> 1 AND m.number > COALESCE(s.read_number, 0)
             AND (r.kind <> 2 OR $4 = 1) AND (r.kind <> 3 OR $5 = 1)
             AND (r.kind < 2 OR a.role > 0 OR m.ring >= 1)
             ORDER BY x.at DESC LIMIT $3",
            &[sight.member.into(), limit.into(), sight.customers.into(), sight.security.into()],
            |r| r.id(0),
        )?;
        let mut found = self.seen_messages(ids.iter().copied())?;
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }
}

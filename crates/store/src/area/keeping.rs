//! What a member keeps for themselves: drafts and saved messages.

use super::{Page, Sight};
use crate::{Read, Tx};
use portico_domain::{event::Draft, message::Message};
use portico_policy::{KeepMessage, KeepState, Permit};
use portico_types::{Id, MemberId, MessageId, Millis, PageCursor, Result, RoomId};

impl Read<'_> {
    /// One's drafts in places one can still write, newest first.
    pub fn drafts(&mut self, sight: Sight) -> Result<Vec<Draft>> {
        self.all(
            "SELECT d.room_id, d.thread_id, d.body, d.updated_at FROM draft d JOIN room r ON r.tenant_id = d.tenant_id AND r.id = d.room_id
             JOIN member a ON a.tenant_id = d.tenant_id AND a.id = d.member_id
             LEFT JOIN membership g ON g.tenant_id = r.tenant_id AND g.group_id = r.audience_id AND g.member_id = d.member_id
             WHERE d.tenant_id = $1 AND d.member_id = $2 AND (g.role IS NOT NULL OR (r.kind = 2 AND a.role > 1))
             AND (r.kind <> 2 OR $3 = 1) AND (r.kind <> 3 OR $4 = 1) ORDER BY d.updated_at DESC LIMIT 500",
            &[sight.member.into(), sight.customers.into(), sight.security.into()],
            |r| Ok(Draft { room_id: r.id(0)?, thread_id: r.maybe_id(1)?, body: r.text(2)?, updated_at: r.at(3)? }),
        )
    }

    /// Messages one has saved and may still see, newest saved first.
    pub fn saved(
        &mut self,
        sight: Sight,
        before: Option<PageCursor>,
        limit: i64,
    ) -> Result<Page<(Message, Millis)>> {
        let before = before.unwrap_or(PageCursor { number: i64::MAX, id: Id([0xff; 16]) });
        let rows: Vec<(MessageId, Millis)> = self.all(
            "SELECT s.message_id, s.at FROM saved s JOIN message m ON m.tenant_id = s.tenant_id AND m.id = s.message_id
             JOIN room r ON r.tenant_id = m.tenant_id AND r.id = m.room_id
             JOIN member a ON a.tenant_id = s.tenant_id AND a.id = s.member_id
             LEFT JOIN membership g ON g.tenant_id = r.tenant_id AND g.group_id = r.audience_id AND g.member_id = s.member_id
             WHERE s.tenant_id = $1 AND s.member_id = $2 AND (s.at < $3 OR (s.at = $3 AND s.message_id < $7))
             AND (g.role IS NOT NULL OR (r.kind = 0 AND r.visibility = 0 AND a.role > 0) OR (r.kind = 2 AND a.role > 1))
             AND (r.kind <> 2 OR $5 = 1) AND (r.kind <> 3 OR $6 = 1)
             AND (r.kind < 2 OR a.role > 0 OR m.ring >= 1)
             ORDER BY s.at DESC, s.message_id DESC LIMIT $4",
            &[
                sight.member.into(),
                before.number.into(),
                (limit + 1).into(),
                sight.customers.into(),
                sight.security.into(),
                before.id.into(),
            ],
            |r| Ok((r.id(0)?, r.at(1)?)),
        )?;
        let page = Page::cut(rows, limit, |(id, at)| (at.0, id.0));
        let mut found = self.seen_messages(page.items.iter().map(|(id, _)| *id))?;
        let items = page
            .items
            .into_iter()
            .filter_map(|(id, at)| found.remove(&id).map(|message| (message, at)))
            .collect();
        Ok(Page { items, next: page.next })
    }
}

impl Tx<'_> {
    /// Keeps a draft, or forgets it when it is empty.
    pub fn set_draft(
        &mut self,
        permit: &Permit<KeepState>,
        member: MemberId,
        thread: Option<MessageId>,
        body: &str,
        at: Millis,
    ) -> Result<()> {
        let room: RoomId = *permit.target();
        let place: Id = thread.map_or(room.0, |t| t.0);
        if body.is_empty() {
            self.send(
                "DELETE FROM draft WHERE tenant_id = $1 AND member_id = $2 AND place_id = $3",
                &[member.into(), place.into()],
            )?;
        } else {
            self.send(
                "INSERT INTO draft (tenant_id, member_id, place_id, room_id, thread_id, body, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
                 ON CONFLICT (tenant_id, member_id, place_id) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at",
                &[member.into(), place.into(), room.into(), thread.into(), body.into(), at.into()],
            )?;
        }
        Ok(())
    }

    /// Saves a message for later, or lets it go. Says whether that changed anything.
    pub fn set_saved(
        &mut self,
        permit: &Permit<KeepMessage>,
        member: MemberId,
        saved: bool,
        at: Millis,
    ) -> Result<bool> {
        let (_, message) = *permit.target();
        let n = if saved {
            self.exec(
                "INSERT INTO saved (tenant_id, member_id, message_id, at) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, member_id, message_id) DO NOTHING",
                &[member.into(), message.into(), at.into()],
            )?
        } else {
            self.exec(
                "DELETE FROM saved WHERE tenant_id = $1 AND member_id = $2 AND message_id = $3",
                &[member.into(), message.into()],
            )?
        };
        Ok(n > 0)
    }
}

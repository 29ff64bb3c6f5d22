//! Threads: a root's counters and what each member follows and has read.

use super::{Page, Sight};
use crate::{Read, Tx};
use portico_domain::{
    message::{Message, ThreadInfo},
    room::Ring,
};
use portico_policy::{KeepMessage, Permit, PostMessage};
use portico_types::{Error, Id, MemberId, MessageId, Millis, PageCursor, Result, RoomId};

/// A thread as one member has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadRow {
    /// The root.
    pub message: MessageId,
    /// Its room.
    pub room: RoomId,
    /// Whether replies are news.
    pub following: bool,
    /// Number of the last reply read.
    pub read_number: i64,
    /// Replies after it.
    pub unread: i64,
    /// Calls after it.
    pub mentions: i64,
    /// When the last reply came.
    pub last_at: Millis,
}

impl Read<'_> {
    /// One's own state of a thread.
    pub fn thread_state(&mut self, member: MemberId, root: MessageId) -> Result<Option<ThreadRow>> {
        self.one(
            "SELECT s.message_id, s.room_id, s.following, s.read_number, m.reply_count - s.read_replies, s.mentions, m.last_reply_at
             FROM thread_state s JOIN message m ON m.tenant_id = s.tenant_id AND m.id = s.message_id
             WHERE s.tenant_id = $1 AND s.message_id = $2 AND s.member_id = $3",
            &[root.into(), member.into()],
            thread,
        )
    }

    /// Threads one follows and may see (owners and admins see every conversation), newest reply first, with their roots.
    pub fn threads(
        &mut self,
        sight: Sight,
        before: Option<PageCursor>,
        limit: i64,
    ) -> Result<Page<(ThreadRow, Message)>> {
        let before = before.unwrap_or(PageCursor { number: i64::MAX, id: Id([0xff; 16]) });
        let rows = self.all(
            "SELECT s.message_id, s.room_id, s.following, s.read_number, m.reply_count - s.read_replies, s.mentions, s.last_at
             FROM thread_state s JOIN message m ON m.tenant_id = s.tenant_id AND m.id = s.message_id
             JOIN room r ON r.tenant_id = s.tenant_id AND r.id = s.room_id
             JOIN member a ON a.tenant_id = s.tenant_id AND a.id = s.member_id
             LEFT JOIN membership g ON g.tenant_id = r.tenant_id AND g.group_id = r.audience_id AND g.member_id = s.member_id
             WHERE s.tenant_id = $1 AND s.member_id = $2 AND s.following = 1
             AND (s.last_at < $3 OR (s.last_at = $3 AND s.message_id < $7))
             AND (g.role IS NOT NULL OR (r.kind = 0 AND r.visibility = 0 AND a.role > 0) OR (r.kind = 2 AND a.role > 1))
             AND (r.kind <> 2 OR $5 = 1) AND (r.kind <> 3 OR $6 = 1)
             AND (r.kind < 2 OR a.role > 0 OR m.ring >= 1)
             ORDER BY s.last_at DESC, s.message_id DESC LIMIT $4",
            &[
                sight.member.into(),
                before.number.into(),
                (limit + 1).into(),
                sight.customers.into(),
                sight.security.into(),
                before.id.into(),
            ],
            thread,
        )?;
        let page = Page::cut(rows, limit, |t| (t.last_at.0, t.message.0));
        let mut found = self.seen_messages(page.items.iter().map(|state| state.message))?;
        let items = page
            .items
            .into_iter()
            .filter_map(|state| found.remove(&state.message).map(|root| (state, root)))
            .collect();
        Ok(Page { items, next: page.next })
    }

    /// How many of these have news, and how many calls are in them.
    pub fn thread_counts(&mut self, sight: impl Into<Sight>) -> Result<(i64, i64)> {
        let sight = sight.into();
        Ok(self
            .one(
                "SELECT COALESCE(CAST(SUM(CASE WHEN m.reply_count > s.read_replies THEN 1 ELSE 0 END) AS BIGINT), 0), COALESCE(CAST(SUM(s.mentions) AS BIGINT), 0)
                 FROM thread_state s JOIN message m ON m.tenant_id = s.tenant_id AND m.id = s.message_id
                 JOIN room r ON r.tenant_id = s.tenant_id AND r.id = s.room_id
                 JOIN member a ON a.tenant_id = s.tenant_id AND a.id = s.member_id
                 LEFT JOIN membership g ON g.tenant_id = r.tenant_id AND g.group_id = r.audience_id AND g.member_id = s.member_id
                 WHERE s.tenant_id = $1 AND s.member_id = $2 AND s.following = 1
                 AND (g.role IS NOT NULL OR (r.kind = 0 AND r.visibility = 0 AND a.role > 0) OR (r.kind = 2 AND a.role > 1))
                 AND (r.kind <> 2 OR $3 = 1) AND (r.kind <> 3 OR $4 = 1)
                 AND (r.kind < 2 OR a.role > 0 OR m.ring >= 1)",
                &[sight.member.into(), sight.customers.into(), sight.security.into()],
                |r| Ok((r.int(0)?, r.int(1)?)),
            )?
            .unwrap_or((0, 0)))
    }
}

fn thread(r: &crate::Row<'_>) -> Result<ThreadRow> {
    Ok(ThreadRow {
        message: r.id(0)?,
        room: r.id(1)?,
        following: r.bool(2)?,
        read_number: r.int(3)?,
        unread: r.int(4)?.max(0),
        mentions: r.int(5)?,
        last_at: r.at(6)?,
    })
}

impl Tx<'_> {
    /// The root of a thread in the permit's room, which is where replies to a reply go too.
    pub fn thread_root(&mut self, permit: &Permit<PostMessage>, id: MessageId) -> Result<Message> {
        let found = self.seen_message(id)?.filter(|m| m.room_id == *permit.target());
        match found {
            Some(m) if m.thread_id.is_none() => Ok(m),
            Some(m) => {
                let root = m.thread_id.ok_or_else(Error::not_found)?;
                self.seen_message(root)?.ok_or_else(Error::not_found)
            }
            None => Err(Error::invalid("thread_id", "there is no such message in this conversation")),
        }
    }

    /// A reply was posted: counts it at the root and remembers who took part. Returns the root's new short form.
    pub fn count_reply(
        &mut self,
        permit: &Permit<PostMessage>,
        root: &Message,
        author: Option<MemberId>,
        at: Millis,
    ) -> Result<ThreadInfo> {
        let mut info = root.thread.clone().unwrap_or_default();
        info.reply_count += 1;
        info.last_reply_at = at;
        if let Some(me) = author {
            info.participant_ids.retain(|m| *m != me);
            info.participant_ids.insert(0, me);
            info.participant_ids.truncate(5);
        }
        let people = serde_json::to_string(&info.participant_ids).map_err(Error::internal)?;
        self.exec_one(
            "UPDATE message SET reply_count = reply_count + 1, last_reply_at = $4, participants = $5 WHERE tenant_id = $1 AND room_id = $2 AND id = $3",
            &[(*permit.target()).into(), root.id.into(), at.into(), (&people).into()],
        )?;
        self.send(
            "UPDATE thread_state SET last_at = $3 WHERE tenant_id = $1 AND message_id = $2",
            &[root.id.into(), at.into()],
        )?;
        Ok(info)
    }

    /// A reply is about to go: the root counts one less, and so does everyone who had read it, or was called by it.
    /// Returns the root's new short form and who reads the root.
    pub fn uncount_reply(&mut self, root: MessageId, reply: &Message) -> Result<Option<(ThreadInfo, Ring)>> {
        self.send(
            "UPDATE thread_state SET read_replies = read_replies - 1
             WHERE tenant_id = $1 AND message_id = $2 AND read_number >= $3 AND read_replies > 0",
            &[root.into(), reply.number.into()],
        )?;
        self.send(
            "UPDATE thread_state SET mentions = mentions - 1 WHERE tenant_id = $1 AND message_id = $2 AND read_number < $3 AND mentions > 0
             AND member_id IN (SELECT x.member_id FROM mention x WHERE x.tenant_id = $1 AND x.message_id = $4)",
            &[root.into(), reply.number.into(), reply.id.into()],
        )?;
        self.send(
            "UPDATE message SET reply_count = reply_count - 1 WHERE tenant_id = $1 AND id = $2 AND reply_count > 0",
            &[root.into()],
        )?;
        Ok(self.seen_message(root)?.map(|m| (m.thread.unwrap_or_default(), m.ring)))
    }

    /// Someone follows a thread because it is theirs, because they wrote in it or were called in it. `again`: even if
    /// they had left it.
    pub fn follow_thread(&mut self, root: &Message, member: MemberId, again: bool, at: Millis) -> Result<()> {
        self.send(
            "INSERT INTO thread_state (tenant_id, message_id, member_id, room_id, following, read_number, read_replies, mentions, last_at)
             VALUES ($1, $2, $3, $4, 1, 0, 0, 0, $5) ON CONFLICT (tenant_id, message_id, member_id) DO UPDATE
             SET following = CASE WHEN $6 = 1 THEN 1 ELSE thread_state.following END",
            &[root.id.into(), member.into(), root.room_id.into(), at.into(), again.into()],
        )?;
        Ok(())
    }

    /// A call inside a thread.
    pub fn mention_in_thread(&mut self, root: MessageId, member: MemberId) -> Result<()> {
        self.send(
            "UPDATE thread_state SET mentions = mentions + 1 WHERE tenant_id = $1 AND message_id = $2 AND member_id = $3",
            &[root.into(), member.into()],
        )?;
        Ok(())
    }

    /// Follows or leaves a thread, and moves one's reading mark in it. One follows one's `own` from the start; to have
    /// looked into another's is not yet to follow it.
    pub fn set_thread_state(
        &mut self,
        permit: &Permit<KeepMessage>,
        member: MemberId,
        own: bool,
        following: Option<bool>,
        read: Option<i64>,
        at: Millis,
    ) -> Result<()> {
        let (room, root) = *permit.target();
        let read_replies = match read {
            Some(number) => self.one(
                "SELECT COUNT(*) FROM message WHERE tenant_id = $1 AND thread_id = $2 AND number <= $3 AND body_kind <> 2",
                &[root.into(), number.into()],
                |r| r.int(0),
            )?,
            None => None,
        };
        self.send(
            "INSERT INTO thread_state (tenant_id, message_id, member_id, room_id, following, read_number, read_replies, mentions, last_at)
             VALUES ($1, $2, $3, $4, COALESCE($5, CAST($9 AS BIGINT)), COALESCE($6, 0), COALESCE($7, 0), 0, $8)
             ON CONFLICT (tenant_id, message_id, member_id) DO UPDATE SET following = COALESCE($5, thread_state.following),
             read_number = COALESCE($6, thread_state.read_number), read_replies = COALESCE($7, thread_state.read_replies),
             mentions = CASE WHEN $6 IS NULL THEN thread_state.mentions ELSE 0 END",
            &[
                root.into(),
                member.into(),
                room.into(),
                following.into(),
                read.into(),
                read_replies.into(),
                at.into(),
                own.into(),
            ],
        )?;
        Ok(())
    }

    /// The author of a reply has read the thread up to it.
    pub fn read_own_reply(
        &mut self,
        root: &Message,
        member: MemberId,
        number: i64,
        replies: i64,
    ) -> Result<()> {
        self.send(
            "UPDATE thread_state SET read_number = $4, read_replies = $5, mentions = 0 WHERE tenant_id = $1 AND message_id = $2 AND member_id = $3",
            &[root.id.into(), member.into(), number.into(), replies.into()],
        )?;
        Ok(())
    }

    /// Who follows a thread and may still see it.
    pub fn thread_followers(&mut self, root: MessageId) -> Result<Vec<MemberId>> {
        self.all(
            "SELECT s.member_id FROM thread_state s JOIN room r ON r.tenant_id = s.tenant_id AND r.id = s.room_id
             JOIN member a ON a.tenant_id = s.tenant_id AND a.id = s.member_id
             LEFT JOIN membership g ON g.tenant_id = r.tenant_id AND g.group_id = r.audience_id AND g.member_id = s.member_id
             WHERE s.tenant_id = $1 AND s.message_id = $2 AND s.following = 1
             AND (g.role IS NOT NULL OR (r.kind = 0 AND r.visibility = 0 AND a.role > 0) OR (r.kind = 2 AND a.role > 1))",
            &[root.into()],
            |r| r.id(0),
        )
    }
}

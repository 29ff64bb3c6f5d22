//! Messages as they are read: one, a window of a timeline, a thread, what one said before.

use super::rooms::RoomRow;
use crate::{Read, Row, Value};
use portico_domain::{
    message::{Author, AuthorKind, Body, Mentions, Message, ThreadInfo},
    room::Ring,
};
use portico_policy::{Action, Actor, MessageFacts, Permit, ReadHistory, ReadRoom, require};
use portico_types::{Error, MessageId, Millis, Result};

/// The columns of [`row`], and the rest of the statement.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT m.id, m.room_id, m.number, m.author_kind, m.author_id, m.author_name, m.ring, m.thread_id, m.body_kind, m.body, m.html,
             m.mentions, m.created_at, m.edited_at, m.version, m.client_key, m.file_count, m.reaction_count, m.reply_count, m.last_reply_at,
             m.participants, m.outside_number, m.root_number FROM message m ",
            $rest
        )
    };
}

pub(super) use select as select_message;

/// A message with the counters that say what else must be fetched.
#[derive(Clone, Debug)]
pub struct MessageRow {
    /// The message, files and reactions still empty.
    pub message: Message,
    pub(super) files: i64,
    pub(super) reactions: i64,
    /// How many root messages there were up to it.
    pub root_number: i64,
}

pub(super) fn row(r: &Row<'_>) -> Result<MessageRow> {
    let body = match r.int(8)? {
        0 => Body::Markdown { text: r.text(9)?, html: r.text(10)? },
        1 => {
            let (event, params) = r.json(9)?;
            Body::System { event, params }
        }
        _ => Body::Deleted,
    };
    let replies = r.int(18)?;
    Ok(MessageRow {
        message: Message {
            id: r.id(0)?,
            room_id: r.id(1)?,
            number: r.int(2)?,
            author: Author { kind: AuthorKind::of(r.int(3)?)?, id: r.maybe_id(4)?, name: r.text(5)? },
            ring: Ring::of(r.int(6)?)?,
            thread_id: r.maybe_id(7)?,
            body,
            created_at: r.at(12)?,
            edited_at: r.maybe_at(13)?,
            version: r.int(14)?,
            files: Vec::new(),
            reactions: Vec::new(),
            mentions: mentions(&r.text(11)?)?,
            thread: (replies > 0)
                .then(|| {
                    Ok::<_, Error>(ThreadInfo {
                        reply_count: replies,
                        last_reply_at: r.at(19)?,
                        participant_ids: r.json(20)?,
                    })
                })
                .transpose()?,
            client_key: r.get(15)?,
            outside_number: r.get(21)?,
        },
        files: r.int(16)?,
        reactions: r.int(17)?,
        root_number: r.int(22)?,
    })
}

/// Almost every message calls nobody: an empty text stands for that.
fn mentions(text: &str) -> Result<Mentions> {
    if text.is_empty() {
        Ok(Mentions::default())
    } else {
        serde_json::from_str(text).map_err(Error::internal)
    }
}

impl Read<'_> {
    /// Fetches a message with its room and decides about it in one act.
    pub fn access_message<A: Action<Facts = MessageFacts>>(
        &mut self,
        actor: &Actor,
        id: MessageId,
    ) -> Result<(Message, RoomRow, Permit<A>)> {
        let found = self
            .one(select!("WHERE m.tenant_id = $1 AND m.id = $2"), &[id.into()], row)?
            .ok_or_else(Error::not_found)?;
        let (room, _) = self.access_room::<ReadRoom>(actor, found.message.room_id)?;
        let author = match (found.message.author.kind, actor) {
            (AuthorKind::Member | AuthorKind::Bot, Actor::Member { id, .. }) => {
                found.message.author.id == Some(id.0)
            }
            (AuthorKind::Contact, Actor::Contact { id, .. }) => found.message.author.id == Some(id.0),
            (AuthorKind::Reporter, Actor::Reporter { id, .. }) => found.message.author.id == Some(id.0),
            _ => false,
        };
        let facts = MessageFacts { message: id, room: room.facts(), ring: found.message.ring, author };
        let permit = require::<A>(actor, &facts)?;
        let message = self.filled(vec![found])?.pop().ok_or_else(Error::not_found)?;
        Ok((message, room, permit))
    }

    /// Messages of a room by number, ascending: `(after, before)`, both excluded, `limit` of them from the end named.
    /// `narrowest` leaves out rings the reader is not in; `replies` tells whether thread replies are wanted.
    #[expect(clippy::too_many_arguments, reason = "a window over a timeline has this many sides")]
    pub fn messages(
        &mut self,
        permit: &Permit<ReadRoom>,
        after: i64,
        before: i64,
        narrowest: Ring,
        replies: bool,
        newest_first: bool,
        limit: i64,
    ) -> Result<Vec<Message>> {
        let args: [Value<'_>; 6] = [
            (*permit.target()).into(),
            after.into(),
            before.into(),
            narrowest.code().into(),
            replies.into(),
            limit.into(),
        ];
        let mut rows = if newest_first {
            self.all(
                select!(
                    "WHERE m.tenant_id = $1 AND m.room_id = $2 AND m.number > $3 AND m.number < $4 AND m.ring >= $5
                     AND (m.thread_id IS NULL OR $6 = 1) ORDER BY m.number DESC LIMIT $7"
                ),
                &args,
                row,
            )?
        } else {
            self.all(
                select!(
                    "WHERE m.tenant_id = $1 AND m.room_id = $2 AND m.number > $3 AND m.number < $4 AND m.ring >= $5
                     AND (m.thread_id IS NULL OR $6 = 1) ORDER BY m.number LIMIT $7"
                ),
                &args,
                row,
            )?
        };
        rows.sort_by_key(|m| m.message.number);
        self.filled(rows)
    }

    /// The replies of a thread, ascending.
    pub fn replies(
        &mut self,
        permit: &Permit<portico_policy::ReadMessage>,
        narrowest: Ring,
    ) -> Result<Vec<Message>> {
        let (_, root) = *permit.target();
        let rows = self.all(
            select!(
                "WHERE m.tenant_id = $1 AND m.thread_id = $2 AND m.ring >= $3 ORDER BY m.number LIMIT 2000"
            ),
            &[root.into(), narrowest.code().into()],
            row,
        )?;
        self.filled(rows)
    }

    /// What a message said before, oldest first.
    pub fn history(&mut self, permit: &Permit<ReadHistory>) -> Result<Vec<(i64, String, Millis)>> {
        self.all(
            "SELECT version, body, at FROM message_edit WHERE tenant_id = $1 AND message_id = $2 ORDER BY version",
            &[permit.target().1.into()],
            |r| Ok((r.int(0)?, r.text(1)?, r.at(2)?)),
        )
    }
}

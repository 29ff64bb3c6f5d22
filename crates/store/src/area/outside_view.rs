//! A conversation from the contact's side, and between the sides: numbers among what the contact sees, how far each has
//! read, what was said last.

use crate::{Read, Tx};
use portico_domain::{
    conversation::{LastMessage, Status},
    message::AuthorKind,
    room::Ring,
};
use portico_policy::{KeepState, Permit, ReadRoom};
use portico_types::{ContactId, InboxId, Millis, Result, RoomId};

/// A contact's newest conversation as far as the contact may know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VisitorPlace {
    /// The conversation.
    pub id: RoomId,
    /// Where it stands inside. Outside it is only open or resolved.
    pub status: Status,
    /// When somebody last wrote.
    pub last_at: Millis,
    /// How far the contact has read, as a message number of the room.
    pub read_number: i64,
    /// How far the team has read, as a number among what the contact sees.
    pub seen_number: i64,
    /// How many messages the contact sees.
    pub outside_count: i64,
}

impl Read<'_> {
    /// A contact's newest conversation. Who asks is the contact, or acts for it.
    pub fn visitor_place(&mut self, inbox: InboxId, contact: ContactId) -> Result<Option<VisitorPlace>> {
        self.one(
            "SELECT c.id, c.status, c.last_at, c.contact_read_number, c.seen_number, r.outside_count
             FROM conversation c JOIN room r ON r.tenant_id = c.tenant_id AND r.id = c.id
             WHERE c.tenant_id = $1 AND c.inbox_id = $2 AND c.contact_id = $3 ORDER BY c.last_at DESC, c.id DESC LIMIT 1",
            &[inbox.into(), contact.into()],
            |r| {
                Ok(VisitorPlace {
                    id: r.id(0)?,
                    status: Status::of(r.int(1)?)?,
                    last_at: r.at(2)?,
                    read_number: r.int(3)?,
                    seen_number: r.int(4)?,
                    outside_count: r.int(5)?,
                })
            },
        )
    }

    /// The number, among what the other side sees, of the last such message up to a number of the room; 0 when none.
    pub fn outside_number_at(&mut self, room: RoomId, number: i64) -> Result<i64> {
        Ok(self
            .one(
                "SELECT outside_number FROM message WHERE tenant_id = $1 AND room_id = $2 AND number <= $3 AND outside_number IS NOT NULL
                 ORDER BY number DESC LIMIT 1",
                &[room.into(), number.into()],
                |r| r.int(0),
            )?
            .unwrap_or(0))
    }

    /// The number in the room of the last message the other side sees up to a number of theirs; 0 when none.
    pub fn number_of_outside(&mut self, permit: &Permit<ReadRoom>, outside: i64) -> Result<i64> {
        Ok(self
            .one(
                "SELECT number FROM message WHERE tenant_id = $1 AND room_id = $2 AND outside_number <= $3 ORDER BY number DESC LIMIT 1",
                &[(*permit.target()).into(), outside.into()],
                |r| r.int(0),
            )?
            .unwrap_or(0))
    }

    /// The newest words of a person in a room with what they say: kind and name of the author, text, ring, when.
    pub fn newest_words(&mut self, room: RoomId) -> Result<Option<LastMessage>> {
        self.one(
            "SELECT author_kind, author_name, body, ring, created_at FROM message WHERE tenant_id = $1 AND room_id = $2 AND body_kind = 0
             ORDER BY number DESC LIMIT 1",
            &[room.into()],
            |r| {
                Ok(LastMessage {
                    author_kind: AuthorKind::of(r.int(0)?)?,
                    author_name: r.text(1)?,
                    text: r.text(2)?,
                    ring: Ring::of(r.int(3)?)?,
                    at: r.at(4)?,
                })
            },
        )
    }
}

impl Tx<'_> {
    /// Moves the contact's reading mark forward. Says whether it moved.
    pub fn raise_contact_read(&mut self, permit: &Permit<KeepState>, number: i64) -> Result<bool> {
        let n = self.exec(
            "UPDATE conversation SET contact_read_number = $3 WHERE tenant_id = $1 AND id = $2 AND contact_read_number < $3",
            &[(*permit.target()).into(), number.into()],
        )?;
        Ok(n > 0)
    }

    /// Moves forward how far the team has read, as a number among what the contact sees. Says whether it moved.
    pub fn raise_seen(&mut self, room: RoomId, outside_number: i64) -> Result<bool> {
        let n = self.exec(
            "UPDATE conversation SET seen_number = $3 WHERE tenant_id = $1 AND id = $2 AND seen_number < $3",
            &[room.into(), outside_number.into()],
        )?;
        Ok(n > 0)
    }

    /// What the log told of a conversation since a moment becomes what it is now, so that words that were deleted are not
    /// told to whoever reads the log later. A conversation's event is the whole conversation: the newer one may come early.
    pub fn retell_conversation(&mut self, room: RoomId, since: Millis, body: &str) -> Result<()> {
        self.send(
            "UPDATE event SET body = $4 WHERE tenant_id = $1 AND room_id = $2 AND at >= $3 AND body LIKE '{\"type\":\"conversation.%'",
            &[room.into(), since.into(), body.into()],
        )?;
        Ok(())
    }
}

//! Messages as they come and change: posting, editing, deleting, and whom they call.

use crate::{
    Tx,
    dialect::{self, INDEX_ON_POSTGRES, INDEX_ON_SQLITE},
    late::Late,
};
use portico_domain::{
    event::Event,
    file::File,
    message::{Author, Body, Mentions, Message},
    room::Ring,
};
use portico_policy::{DeleteMessage, EditMessage, Permit, PostMessage};
use portico_types::{Error, FileId, Id, MemberId, MessageId, Millis, Result};

fn body_columns(body: &Body) -> Result<(i64, String, &str)> {
    Ok(match body {
        Body::Markdown { text, html } => (0, text.clone(), html),
        Body::System { event, params } => {
            (1, serde_json::to_string(&(event, params)).map_err(Error::internal)?, "")
        }
        Body::Deleted => (2, String::new(), ""),
    })
}

/// A new message.
static MESSAGE: Late = Late {
    table: "message",
    rank: 0,
    one: "INSERT INTO message (tenant_id, id, room_id, number, root_number, outside_number, author_kind, author_id, author_name, ring, thread_id,
          body_kind, body, html, mentions, created_at, edited_at, version, client_key, file_count, reaction_count, reply_count, last_reply_at, participants)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, NULL, 1, $17, $18, 0, 0, 0, '[]')",
    many: "INSERT INTO message (tenant_id, id, room_id, number, root_number, outside_number, author_kind, author_id, author_name, ring, thread_id,
           body_kind, body, html, mentions, created_at, edited_at, version, client_key, file_count, reaction_count, reply_count, last_reply_at, participants)
           SELECT $1, n.id, n.room, n.number, n.root, n.outside, n.author_kind, n.author, n.name, n.ring, n.thread,
           n.kind, n.body, n.html, n.calls, n.at, NULL, 1, n.key, n.files, 0, 0, 0, '[]'
           FROM unnest($2::bytea[], $3::bytea[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bytea[], $9::text[], $10::bigint[], $11::bytea[],
           $12::bigint[], $13::text[], $14::text[], $15::text[], $16::bigint[], $17::text[], $18::bigint[])
           AS n (id, room, number, root, outside, author_kind, author, name, ring, thread, kind, body, html, calls, at, key, files)",
};

/// A message to be. Its room is the permit's.
pub struct NewMessage<'a> {
    /// Its id.
    pub id: MessageId,
    /// Who writes.
    pub author: &'a Author,
    /// Who may read.
    pub ring: Ring,
    /// The root it replies to.
    pub thread: Option<MessageId>,
    /// What it says.
    pub body: &'a Body,
    /// Who it calls.
    pub mentions: &'a Mentions,
    /// How many files it has.
    pub files: i64,
    /// The author's own key.
    pub client_key: Option<&'a str>,
    /// Index terms and tags; none for what is not found by searching.
    pub index: Option<&'a Index>,
    /// When.
    pub at: Millis,
}

/// What the search index holds of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    /// Its words, from `text::search::terms`.
    pub terms: String,
    /// What it is: [`tag`]s separated by spaces.
    pub tags: String,
}

/// Words of the index that say what a message is. They live in a column of their own, so nobody finds them by typing.
pub mod tag {
    use portico_types::{Id, RoomId, TenantId};

    /// It belongs to this organization. Every message has it.
    pub fn tenant(id: TenantId) -> String {
        format!("t{}", id.0)
    }
    /// It is in this room.
    pub fn room(id: RoomId) -> String {
        format!("r{id}")
    }
    /// This is who wrote it.
    pub fn author(id: Id) -> String {
        format!("a{id}")
    }
    /// It has a file.
    pub const FILE: &str = "file";
    /// It has a picture.
    pub const IMAGE: &str = "image";
    /// It has a link.
    pub const LINK: &str = "link";
}

/// The numbers a message got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posted {
    /// In its room.
    pub number: i64,
    /// Root messages up to it.
    pub root_number: i64,
    /// Among what the other side sees.
    pub outside_number: Option<i64>,
}

impl Tx<'_> {
    /// Writes to the room the permit was granted for; the room's next number is the message's.
    pub fn insert_message(&mut self, permit: &Permit<PostMessage>, new: &NewMessage<'_>) -> Result<Posted> {
        let room = *permit.target();
        let (root, out) =
            (i64::from(new.thread.is_none() && new.body.is_news()), i64::from(new.ring == Ring::Everyone));
        let (number, root_number, outside) = self
            .one(
                "UPDATE room SET last_number = last_number + 1, root_count = root_count + $3, outside_count = outside_count + $4, last_at = $5
                 WHERE tenant_id = $1 AND id = $2 RETURNING last_number, root_count, outside_count",
                &[room.into(), root.into(), out.into(), new.at.into()],
                |r| Ok((r.int(0)?, r.int(1)?, r.int(2)?)),
            )?
            .ok_or_else(Error::not_found)?;
        let outside_number = (out == 1).then_some(outside);
        let (kind, text, html) = body_columns(new.body)?;
        let calls = if *new.mentions == Mentions::default() {
            String::new()
        } else {
            serde_json::to_string(new.mentions).map_err(Error::internal)?
        };
        self.late(
            &MESSAGE,
            &[
                new.id.into(),
                room.into(),
                number.into(),
                root_number.into(),
                outside_number.into(),
                new.author.kind.code().into(),
                new.author.id.into(),
                (&new.author.name).into(),
                new.ring.code().into(),
                new.thread.into(),
                kind.into(),
                (&text).into(),
                html.into(),
                (&calls).into(),
                new.at.into(),
                new.client_key.into(),
                new.files.into(),
            ],
        )?;
        if let Some(index) = new.index {
            self.index_message(new.id, index)?;
        }
        Ok(Posted { number, root_number, outside_number })
    }

    /// The author has read what they wrote.
    pub fn read_own(&mut self, permit: &Permit<PostMessage>, member: MemberId, posted: Posted) -> Result<()> {
        self.send(
            "INSERT INTO room_state (tenant_id, room_id, member_id, read_number, read_roots, mentions, muted, starred, notify)
             VALUES ($1, $2, $3, $4, $5, 0, 0, 0, 0)
             ON CONFLICT (tenant_id, room_id, member_id) DO UPDATE SET read_number = excluded.read_number, read_roots = excluded.read_roots, mentions = 0",
            &[(*permit.target()).into(), member.into(), posted.number.into(), posted.root_number.into()],
        )?;
        Ok(())
    }

    /// Counts a call for the people named: in the room's counter for root messages, in the thread's for replies.
    pub fn insert_mention(
        &mut self,
        permit: &Permit<PostMessage>,
        message: MessageId,
        member: MemberId,
        root: bool,
        at: Millis,
    ) -> Result<()> {
        let room = *permit.target();
        self.send(
            "INSERT INTO mention (tenant_id, member_id, message_id, room_id, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (tenant_id, member_id, message_id) DO NOTHING",
            &[member.into(), message.into(), room.into(), at.into()],
        )?;
        if root {
            self.send(
                "INSERT INTO room_state (tenant_id, room_id, member_id, read_number, read_roots, mentions, muted, starred, notify)
                 VALUES ($1, $2, $3, 0, 0, 1, 0, 0, 0)
                 ON CONFLICT (tenant_id, room_id, member_id) DO UPDATE SET mentions = room_state.mentions + 1",
                &[room.into(), member.into()],
            )?;
        }
        Ok(())
    }

    /// Changes what a message says and keeps what it said. `version` is the one the editor saw.
    pub fn edit_message(
        &mut self,
        permit: &Permit<EditMessage>,
        version: i64,
        body: &Body,
        calls: &Mentions,
        index: &Index,
        at: Millis,
    ) -> Result<()> {
        let (_, id) = *permit.target();
        let (kind, text, html) = body_columns(body)?;
        let calls = serde_json::to_string(calls).map_err(Error::internal)?;
        self.send(
            "INSERT INTO message_edit (tenant_id, message_id, version, body, at)
             SELECT m.tenant_id, m.id, m.version, m.body, $4 FROM message m WHERE m.tenant_id = $1 AND m.id = $2 AND m.version = $3",
            &[id.into(), version.into(), at.into()],
        )?;
        let changed = self.exec(
            "UPDATE message SET body_kind = $4, body = $5, html = $6, mentions = $7, edited_at = $8, version = version + 1
             WHERE tenant_id = $1 AND id = $2 AND version = $3 AND body_kind = 0",
            &[id.into(), version.into(), kind.into(), (&text).into(), html.into(), (&calls).into(), at.into()],
        )?;
        if changed == 0 {
            return Err(Error::edit_conflict());
        }
        let lite = self.is_lite();
        self.send(dialect::UNINDEX_MESSAGE.of(lite), &[id.into()])?;
        self.index_message(id, index)
    }

    pub(super) fn index_message(&mut self, id: MessageId, index: &Index) -> Result<()> {
        let lite = self.is_lite();
        let (terms, tags) = (dialect::document(&index.terms, lite), dialect::document(&index.tags, lite));
        let row = [id.into(), (&*terms).into(), (&*tags).into()];
        if lite { self.send(INDEX_ON_SQLITE, &row) } else { self.late(&INDEX_ON_POSTGRES, &row) }
    }

    /// When a message was edited.
    pub fn edit_times(&mut self, permit: &Permit<DeleteMessage>) -> Result<Vec<Millis>> {
        self.all(
            "SELECT at FROM message_edit WHERE tenant_id = $1 AND message_id = $2",
            &[permit.target().1.into()],
            |r| r.at(0),
        )
    }

    /// Whose counters a message still calls, root or reply, because they have not read so far.
    pub fn still_called(&mut self, permit: &Permit<DeleteMessage>) -> Result<Vec<MemberId>> {
        self.all(
            "SELECT x.member_id FROM mention x JOIN message m ON m.tenant_id = x.tenant_id AND m.id = x.message_id
             JOIN room_state s ON s.tenant_id = x.tenant_id AND s.room_id = m.room_id AND s.member_id = x.member_id
             WHERE x.tenant_id = $1 AND x.message_id = $2 AND m.thread_id IS NULL AND s.mentions > 0 AND s.read_number < m.number",
            &[permit.target().1.into()],
            |r| r.id(0),
        )
    }

    /// Takes a message's content away for good: text, history, files, reactions, mentions, index, bookmarks. Its number stays.
    /// Returns the files whose bytes may now be unused.
    pub fn delete_message(&mut self, permit: &Permit<DeleteMessage>, at: Millis) -> Result<Vec<FileId>> {
        let (_, id) = *permit.target();
        let lite = self.is_lite();
        self.send(dialect::UNINDEX_MESSAGE.of(lite), &[id.into()])?;
        self.send("DELETE FROM message_edit WHERE tenant_id = $1 AND message_id = $2", &[id.into()])?;
        self.send("DELETE FROM reaction WHERE tenant_id = $1 AND message_id = $2", &[id.into()])?;
        self.send("DELETE FROM saved WHERE tenant_id = $1 AND message_id = $2", &[id.into()])?;
        // A call that was not read yet must not stay in anybody's counter.
        self.send(
            "UPDATE room_state SET mentions = mentions - 1 WHERE tenant_id = $1 AND mentions > 0
             AND room_id = (SELECT m.room_id FROM message m WHERE m.tenant_id = $1 AND m.id = $2 AND m.thread_id IS NULL)
             AND read_number < (SELECT m.number FROM message m WHERE m.tenant_id = $1 AND m.id = $2)
             AND member_id IN (SELECT x.member_id FROM mention x WHERE x.tenant_id = $1 AND x.message_id = $2)",
            &[id.into()],
        )?;
        self.send("DELETE FROM mention WHERE tenant_id = $1 AND message_id = $2", &[id.into()])?;
        let files = self.all(
            "SELECT f.id FROM message m JOIN file f ON f.tenant_id = m.tenant_id AND f.room_id = m.room_id AND f.number = m.number
             WHERE m.tenant_id = $1 AND m.id = $2",
            &[id.into()],
            |r| r.id(0),
        )?;
        self.exec_one(
            "UPDATE message SET body_kind = 2, body = '', html = '', mentions = '', client_key = NULL, edited_at = $3, version = version + 1,
             file_count = 0, reaction_count = 0 WHERE tenant_id = $1 AND id = $2",
            &[id.into(), at.into()],
        )?;
        Ok(files)
    }

    /// What the log said of a message at a moment (its posting, an edit) must go with it: those records become the
    /// deletion mark, which a client may see twice without harm.
    pub fn forget_in_log(&mut self, _: &Permit<DeleteMessage>, message: &Message, at: Millis) -> Result<()> {
        let mark = serde_json::to_string(&Event::MessageDeleted {
            id: message.id,
            room_id: message.room_id,
            number: message.number,
            outside_number: message.outside_number,
            thread_id: message.thread_id,
            by: message.by(),
        })
        .map_err(Error::internal)?;
        // The message itself, not what else was said of it in the same millisecond.
        let like = format!("{{\"type\":\"message.%ed\",\"data\":{{\"message\":{{\"id\":\"{}\"%", message.id);
        self.send(
            "UPDATE event SET body = $5 WHERE tenant_id = $1 AND room_id = $2 AND at = $3
             AND (body LIKE $4 OR body LIKE '{\"type\":\"conversation.%')",
            &[message.room_id.into(), at.into(), (&like).into(), (&mark).into()],
        )?;
        Ok(())
    }

    /// Attaches uploaded files of this author to a message; a file is attached once.
    pub fn attach_files(
        &mut self,
        permit: &Permit<PostMessage>,
        message: MessageId,
        number: i64,
        owner: Id,
        files: &[FileId],
    ) -> Result<Vec<File>> {
        for id in files {
            let changed = self.exec(
                "UPDATE file SET message_id = $3, number = $4, room_id = $5 WHERE tenant_id = $1 AND id = $2 AND message_id IS NULL AND owner_id = $6",
                &[(*id).into(), message.into(), number.into(), (*permit.target()).into(), owner.into()],
            )?;
            if changed == 0 {
                return Err(Error::invalid(
                    "file_ids",
                    format!("{id} is no unused upload of yours; upload it again"),
                ));
            }
        }
        let room = *permit.target();
        Ok(self.files_between(room, number, number)?.into_iter().map(|(_, f)| f).collect())
    }
}

//! Making the search index anew from the messages: after a copy, for each engine keeps an index of its own form.

use super::posting::{Index, tag};
use crate::Tx;
use portico_types::{Id, MessageId, Result, RoomId};

/// Messages a step.
const STEP: i64 = 500;

struct Found {
    row: i64,
    id: MessageId,
    room: RoomId,
    author: Option<Id>,
    text: String,
    html: String,
    files: bool,
    pictures: bool,
}

impl Tx<'_> {
    /// Indexes the next messages written after `after`, which are not in the index yet. Returns where it stopped, or
    /// none at the end. The tags are those that posting gives.
    pub(crate) fn index_again(&mut self, after: i64) -> Result<Option<i64>> {
        let found = self.all(
            "SELECT m.row_id, m.id, m.room_id, m.author_id, m.body, m.html, m.file_count,
               (SELECT COUNT(*) FROM file f WHERE f.tenant_id = $1 AND f.room_id = m.room_id AND f.number = m.number AND f.kind LIKE 'image/%')
             FROM message m WHERE m.tenant_id = $1 AND m.body_kind = 0 AND m.row_id > $2 ORDER BY m.row_id LIMIT $3",
            &[after.into(), STEP.into()],
            |r| {
                Ok(Found {
                    row: r.int(0)?,
                    id: r.id(1)?,
                    room: r.id(2)?,
                    author: r.maybe_id(3)?,
                    text: r.text(4)?,
                    html: r.text(5)?,
                    files: r.int(6)? > 0,
                    pictures: r.int(7)? > 0,
                })
            },
        )?;
        for m in &found {
            let mut tags = vec![tag::tenant(self.tenant()), tag::room(m.room)];
            tags.extend(m.author.map(tag::author));
            // Our own rendering: an address that leads out begins like this, and nothing else does.
            let out = m.html.contains("<a href=\"http");
            let kinds = [(out, tag::LINK), (m.files, tag::FILE), (m.pictures, tag::IMAGE)];
            tags.extend(kinds.iter().filter(|(has, _)| *has).map(|(_, t)| (*t).to_owned()));
            let index = Index { terms: portico_text::search::terms(&m.text), tags: tags.join(" ") };
            self.index_message(m.id, &index)?;
        }
        Ok(found.last().map(|m| m.row))
    }
}

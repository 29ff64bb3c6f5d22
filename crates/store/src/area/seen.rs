//! Messages without a decision, for lists whose statement has joined what may be seen: many at once, with their files
//! and reactions, in a number of statements that does not grow with the list.

use super::messages::{MessageRow, row, select_message};
use crate::{Read, Value};
use portico_domain::{
    file::File,
    message::{Message, Reaction},
};
use portico_types::{Id, MemberId, MessageId, Result, RoomId};
use std::collections::HashMap;

/// Things a statement is asked about at most; a longer list takes several.
pub(super) const TOGETHER: usize = 32;

/// A place for each of [`TOGETHER`] ids, the first one being `$2`.
macro_rules! ids {
    () => {
        "($2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24,$25,$26,$27,$28,$29,$30,$31,$32,$33)"
    };
}

pub(super) use ids;

/// Fills the places up with the last, which changes nothing.
pub(super) fn places(ids: &[Id]) -> Vec<Value<'static>> {
    let last = ids.last().copied().unwrap_or_default();
    ids.iter().copied().chain(std::iter::repeat(last)).take(TOGETHER).map(Value::from).collect()
}

impl Read<'_> {
    /// One of them.
    pub(crate) fn seen_message(&mut self, id: MessageId) -> Result<Option<Message>> {
        let found = self.one(select_message!("WHERE m.tenant_id = $1 AND m.id = $2"), &[id.into()], row)?;
        Ok(self.filled(found.into_iter().collect())?.pop())
    }

    /// Many of them. What is gone is not there.
    pub(crate) fn seen_messages(
        &mut self,
        ids: impl IntoIterator<Item = MessageId>,
    ) -> Result<HashMap<MessageId, Message>> {
        let ids: Vec<Id> = ids.into_iter().map(|id| id.0).collect();
        let mut rows = Vec::with_capacity(ids.len());
        for some in ids.chunks(TOGETHER) {
            rows.extend(self.all(
                concat!(select_message!("WHERE m.tenant_id = $1 AND m.id IN "), ids!()),
                &places(some),
                row,
            )?);
        }
        Ok(self.filled(rows)?.into_iter().map(|m| (m.id, m)).collect())
    }

    /// The newest message of each of these rooms, which were decided about.
    pub fn newest_messages(
        &mut self,
        rooms: impl IntoIterator<Item = RoomId>,
    ) -> Result<HashMap<RoomId, Message>> {
        let rooms: Vec<Id> = rooms.into_iter().map(|room| room.0).collect();
        let mut rows = Vec::with_capacity(rooms.len());
        for some in rooms.chunks(TOGETHER) {
            rows.extend(self.all(
                concat!(
                    select_message!(
                        "JOIN room r ON r.tenant_id = m.tenant_id AND r.id = m.room_id AND r.last_number = m.number
                         WHERE r.tenant_id = $1 AND r.id IN "
                    ),
                    ids!()
                ),
                &places(some),
                row,
            )?);
        }
        Ok(self.filled(rows)?.into_iter().map(|m| (m.room_id, m)).collect())
    }

    /// Adds files and reactions, and asks for none where there are none.
    pub(super) fn filled(&mut self, rows: Vec<MessageRow>) -> Result<Vec<Message>> {
        let with_files: Vec<Id> = rows.iter().filter(|m| m.files > 0).map(|m| m.message.id.0).collect();
        let with_reactions: Vec<Id> =
            rows.iter().filter(|m| m.reactions > 0).map(|m| m.message.id.0).collect();
        let mut messages: Vec<Message> = rows.into_iter().map(|m| m.message).collect();
        let place: HashMap<MessageId, usize> = messages.iter().enumerate().map(|(i, m)| (m.id, i)).collect();
        for some in with_files.chunks(TOGETHER) {
            for (message, file) in self.files_on(some)? {
                if let Some(i) = place.get(&message) {
                    messages[*i].files.push(file);
                }
            }
        }
        for some in with_reactions.chunks(TOGETHER) {
            for (message, emoji, member) in self.reactions_to(some)? {
                let Some(i) = place.get(&message) else { continue };
                let list = &mut messages[*i].reactions;
                match list.iter_mut().find(|r| r.emoji == emoji) {
                    Some(r) => r.member_ids.push(member),
                    None => list.push(Reaction { emoji, member_ids: vec![member] }),
                }
            }
        }
        Ok(messages)
    }

    fn files_on(&mut self, messages: &[Id]) -> Result<Vec<(MessageId, File)>> {
        let rows = self.all(
            concat!(
                super::files::select_file!(
                    "JOIN message m ON m.tenant_id = f.tenant_id AND m.room_id = f.room_id AND m.number = f.number
                     WHERE m.tenant_id = $1 AND m.id IN "
                ),
                ids!(),
                " ORDER BY f.created_at, f.id"
            ),
            &places(messages),
            super::files::row,
        )?;
        Ok(rows.into_iter().filter_map(|f| f.message.map(|m| (m, f.file))).collect())
    }

    fn reactions_to(&mut self, messages: &[Id]) -> Result<Vec<(MessageId, String, MemberId)>> {
        self.all(
            concat!(
                "SELECT message_id, emoji, member_id FROM reaction WHERE tenant_id = $1 AND message_id IN ",
                ids!(),
                " ORDER BY at, emoji, member_id"
            ),
            &places(messages),
            |r| Ok((r.id(0)?, r.text(1)?, r.id(2)?)),
        )
    }
}

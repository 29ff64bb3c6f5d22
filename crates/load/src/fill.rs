//! A grown database: very many messages in private channels of uneven size, written straight into the tables.

use crate::{
    Result, clock,
    make::{World, join, open},
    words::Words,
};
use portico_types::{Id, Millis, SeededRng};
use rusqlite::{Connection, params};
use std::path::Path;

/// Channels the messages are in.
const ROOMS: usize = 2_000;
/// Channels a searcher is in.
pub(crate) const MINE: usize = 60;
/// Message ids of a transaction.
const BATCH: usize = 100_000;

/// What was made.
pub(crate) struct Filled {
    /// Of the member who is in channels of every size.
    pub(crate) wide: Vec<Id>,
    /// Of the member who is in the smallest channels only.
    pub(crate) narrow: Vec<Id>,
}

/// Writes `count` messages; the first member is in a sample of the channels, the second in the smallest.
pub(crate) fn messages(data: &Path, world: &World, count: usize) -> Result<Filled> {
    let db = open(data)?;
    // It is nobody's data yet: a crash here costs a new run.
    db.execute_batch("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-400000; PRAGMA foreign_keys=OFF;")?;
    let (rng, now) = (&mut SeededRng::new(2), clock::now());
    let start = now.0 - count as i64 * 1_000;
    db.execute_batch("BEGIN")?;
    let mut rooms = Vec::with_capacity(ROOMS);
    for n in 0..ROOMS {
        let id = Id::new(Millis(start - 1), rng);
        add_room(&db, world, id, n, start)?;
        rooms.push(id);
    }
    let wide: Vec<Id> = (0..MINE).map(|i| rooms[i * ROOMS / MINE]).collect();
    let narrow: Vec<Id> = rooms[ROOMS - MINE..].to_vec();
    for (rooms, member) in [(&wide, world.members[0]), (&narrow, world.members[1])] {
        for room in rooms {
            join(&db, world.tenant, *room, member, now)?;
        }
    }
    let mut words = Words::new(3);
    let mut numbers = vec![0_i64; ROOMS];
    let author = world.members[2];
    let next: i64 = db.query_row("SELECT COALESCE(MAX(row_id), 0) + 1 FROM message", [], |r| r.get(0))?;
    for n in 0..count {
        let at = start + n as i64 * 1_000;
        // Sizes are skewed, but no channel is empty for long.
        let room = if n % 4 == 0 { n / 4 % ROOMS } else { words.skewed(ROOMS) };
        numbers[room] += 1;
        let (text, terms) = words.message();
        let message = Message {
            row: next + n as i64,
            id: Id::new(Millis(at), rng),
            room: rooms[room],
            number: numbers[room],
            author,
            at,
        };
        add_message(&db, world.tenant, &message, &text, &terms)?;
        if n % BATCH == BATCH - 1 {
            db.execute_batch("COMMIT; BEGIN")?;
        }
    }
    for (room, number) in rooms.iter().zip(&numbers) {
        db.prepare_cached("UPDATE room SET last_number = ?3, root_count = ?3, outside_count = ?3, last_at = ?4 WHERE tenant_id = ?1 AND id = ?2")?
            .execute(params![world.tenant, room.0, number, now.0])?;
    }
    db.execute_batch("COMMIT; PRAGMA journal_mode=WAL;")?;
    Ok(Filled { wide, narrow })
}

/// A private channel without members.
pub(crate) fn add_room(db: &Connection, world: &World, id: Id, n: usize, at: i64) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO room (tenant_id, id, kind, name, handle, visibility, topic, purpose, team_id, people, direct_key, member_count,
         archived_at, last_number, root_count, outside_count, last_at, created_at, created_by, audience_id, outside_id)
         VALUES (?1, ?2, 0, ?3, ?4, 1, '', '', NULL, '[]', NULL, 1, NULL, 0, 0, 0, ?5, ?5, NULL, ?2, NULL)",
    )?
    .execute(params![world.tenant, id.0, format!("Room {n}"), format!("room{n}"), at])?;
    Ok(())
}

/// A message to be written.
pub(crate) struct Message {
    pub(crate) row: i64,
    pub(crate) id: Id,
    pub(crate) room: Id,
    pub(crate) number: i64,
    pub(crate) author: Id,
    pub(crate) at: i64,
}

/// Writes a message and its index terms.
pub(crate) fn add_message(db: &Connection, tenant: i64, m: &Message, text: &str, terms: &str) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO message (row_id, tenant_id, id, room_id, number, root_number, outside_number, author_kind, author_id, author_name,
         ring, thread_id, body_kind, body, html, mentions, created_at, edited_at, version, client_key, file_count, reaction_count,
         reply_count, last_reply_at, participants)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?5, 0, ?6, 'Member 3', 2, NULL, 0, ?7, ?8, '', ?9, NULL, 1, NULL, 0, 0, 0, 0, '[]')",
    )?
    .execute(params![m.row, tenant, m.id.0, m.room.0, m.number, m.author.0, text, format!("<p>{text}</p>\n"), m.at])?;
    db.prepare_cached("INSERT INTO message_terms (rowid, terms, tags) VALUES (?1, ?2, ?3)")?
        .execute(params![m.row, terms, format!("t{tenant} r{} a{}", m.room, m.author)])?;
    Ok(())
}

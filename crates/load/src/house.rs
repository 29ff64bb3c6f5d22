//! Rooms with people and a history, written straight into a database while no server runs.

use crate::{
    Result, clock,
    fill::{Message, add_message, add_room},
    make::{World, join, open},
    words::Words,
};
use portico_types::{Id, Millis, SeededRng};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use std::path::Path;

/// Numbers of messages kept of a room, for permalinks and threads: the newest.
const KNOWN: usize = 8;

/// A room to be made.
pub(crate) struct Plan {
    /// Members by their place in the world.
    pub(crate) people: Vec<usize>,
    /// A direct room of these people, else a private channel.
    pub(crate) direct: bool,
    pub(crate) messages: usize,
}

/// A room that was made.
pub(crate) struct Made {
    pub(crate) id: Id,
    /// The number of its newest message.
    pub(crate) last: u64,
    /// Its newest messages.
    pub(crate) known: Vec<Id>,
}

/// Makes rooms in the database in `data`.
pub(crate) fn rooms(data: &Path, world: &World, plans: &[Plan]) -> Result<Vec<Made>> {
    let db = open(data)?;
    // It is nobody's data yet: a crash here costs a new run.
    db.execute_batch("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-200000; BEGIN;")?;
    let (rng, now, mut words) = (&mut SeededRng::new(4), clock::now(), Words::new(5));
    let mut row: i64 = db.query_row("SELECT COALESCE(MAX(row_id), 0) FROM message", [], |r| r.get(0))?;
    let mut made = Vec::with_capacity(plans.len());
    for (n, plan) in plans.iter().enumerate() {
        let begun = now.0 - 1_000 * (1 + plan.messages as i64);
        let id = Id::new(Millis(begun), rng);
        add_room(&db, world, id, n, begun)?;
        if plan.direct {
            make_direct(&db, world, id, &plan.people)?;
        }
        let mut known = Vec::new();
        for number in 1..=plan.messages {
            row += 1;
            let at = begun + number as i64 * 1_000;
            let author = world.members[plan.people[number % plan.people.len()]];
            let message =
                Message { row, id: Id::new(Millis(at), rng), room: id, number: number as i64, author, at };
            let (text, terms) = words.message();
            add_message(&db, world.tenant, &message, &text, &terms)?;
            if number + KNOWN > plan.messages {
                known.push(message.id);
            }
        }
        db.prepare_cached(
            "UPDATE room SET last_number = ?3, root_count = ?3, outside_count = ?3, last_at = ?4, member_count = ?5
             WHERE tenant_id = ?1 AND id = ?2",
        )?
        .execute(params![world.tenant, id.0, plan.messages as i64, now.0, plan.people.len() as i64])?;
        for member in &plan.people {
            join(&db, world.tenant, id, world.members[*member], now)?;
        }
        made.push(Made { id, last: plan.messages as u64, known });
    }
    db.execute_batch("COMMIT; PRAGMA journal_mode=WAL;")?;
    Ok(made)
}

/// Turns a channel into the direct room of these people: it has no name, and a key made of who they are.
fn make_direct(db: &Connection, world: &World, id: Id, people: &[usize]) -> Result<()> {
    let mut ids: Vec<Id> = people.iter().map(|p| world.members[*p]).collect();
    ids.sort_unstable();
    let mut hash = Sha256::new();
    for id in &ids {
        hash.update(id.0);
    }
    let key: [u8; 32] = hash.finalize().into();
    let names: Vec<String> = ids.iter().map(ToString::to_string).collect();
    db.prepare_cached(
        "UPDATE room SET kind = 1, name = '', handle = NULL, visibility = NULL, people = ?3, direct_key = ?4
         WHERE tenant_id = ?1 AND id = ?2",
    )?
    .execute(params![world.tenant, id.0, serde_json::to_string(&names)?, key])?;
    Ok(())
}

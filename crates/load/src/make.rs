//! People and their sessions, written straight into a server's database while it does not run: a thousand passwords
//! would cost a minute of hashing, and the server has no shortcut for tests. The rows are those that accepting an
//! invitation would have left; a session's secret is stored as its SHA-256, as always.

use crate::{Result, clock};
use portico_types::{Id, Millis, SeededRng};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use std::path::Path;

/// Who there is.
pub(crate) struct World {
    pub(crate) tenant: i64,
    /// The channel everybody is in.
    pub(crate) room: Id,
    /// The number of its newest message.
    pub(crate) last: u64,
    pub(crate) members: Vec<Id>,
    /// Session tokens: those of the first member, then of the second, …
    pub(crate) tokens: Vec<String>,
}

/// Opens the database of a server that does not run.
pub(crate) fn open(data: &Path) -> Result<Connection> {
    let db = Connection::open(data.join("portico.db"))?;
    db.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-8000;",
    )?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(db)
}

/// Puts `members` people into #general, each signed in `sessions` times.
pub(crate) fn people(data: &Path, members: usize, sessions: usize) -> Result<World> {
    let mut db = open(data)?;
    let tx = db.transaction()?;
    let (tenant, room, last): (i64, [u8; 16], i64) =
        tx.query_row("SELECT tenant_id, id, last_number FROM room WHERE handle = 'general'", [], |r| {
            Ok((r.get(0)?, r.get(1)?, r.get(2)?))
        })?;
    let (rng, now) = (&mut SeededRng::new(1), clock::now());
    let mut world =
        World { tenant, room: Id(room), last: last as u64, members: Vec::new(), tokens: Vec::new() };
    let first: i64 = tx
        .query_row("SELECT last FROM counter WHERE tenant_id = ?1 AND kind = 'person'", [tenant], |r| {
            r.get(0)
        })
        .optional()?
        .unwrap_or(0);
    for n in 0..members {
        let id = Id::new(now, rng);
        add_member(&tx, &world, id, first + 1 + n as i64, now)?;
        for _ in 0..sessions {
            let secret = Id::new(now, rng).to_string() + &Id::new(now, rng).to_string();
            add_session(&tx, &world, id, Id::new(now, rng), &secret, now)?;
            world.tokens.push(secret);
        }
        world.members.push(id);
    }
    let members = members as i64;
    tx.execute(
        "UPDATE counter SET last = ?2 WHERE tenant_id = ?1 AND kind = 'person'",
        params![tenant, first + members],
    )?;
    tx.execute("UPDATE room SET member_count = member_count + ?2 WHERE id = ?1", params![room, members])?;
    tx.commit()?;
    Ok(world)
}

fn add_member(db: &Connection, world: &World, id: Id, number: i64, now: Millis) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO member (tenant_id, id, display_id, kind, handle, name, email, password, role, suspended, picture, time_zone,
         language, status_text, status_emoji, presence, preferences, created_at)
         VALUES (?1, ?2, ?3, 0, ?4, ?5, ?6, NULL, 1, 0, NULL, 'UTC', 'en', '', '', 0, '{}', ?7)",
    )?
    .execute(params![
        world.tenant,
        id.0,
        number,
        format!("member{number}"),
        format!("Member {number}"),
        format!("member{number}@load.example"),
        now.0
    ])?;
    join(db, world.tenant, world.room, id, now)
}

/// Puts a member into a channel.
pub(crate) fn join(db: &Connection, tenant: i64, room: Id, member: Id, now: Millis) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO membership (tenant_id, group_id, member_id, group_kind, role, joined_at) VALUES (?1, ?2, ?3, 0, 0, ?4)",
    )?
    .execute(params![tenant, room.0, member.0, now.0])?;
    db.prepare_cached(
        "INSERT INTO room_state (tenant_id, room_id, member_id, read_number, read_roots, mentions, muted, starred, notify)
         SELECT tenant_id, id, ?3, last_number, root_count, 0, 0, 0, 0 FROM room WHERE tenant_id = ?1 AND id = ?2",
    )?
    .execute(params![tenant, room.0, member.0])?;
    Ok(())
}

fn add_session(db: &Connection, world: &World, member: Id, id: Id, secret: &str, now: Millis) -> Result<()> {
    let hash: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
    let expires = now.0 + 30 * Millis::DAY;
    db.prepare_cached(
        "INSERT INTO session (tenant_id, id, member_id, hash, csrf, created_at, last_seen_at, expires_at, user_agent, ip)
         VALUES (?1, ?2, ?3, ?4, 'none', ?5, ?5, ?6, 'portico-load', '127.0.0.1')",
    )?
    .execute(params![world.tenant, id.0, member.0, hash, now.0, expires])?;
    db.prepare_cached(
        "INSERT INTO credential (hash, tenant_id, kind, subject_id, owner_id, expires_at) VALUES (?1, ?2, 0, ?3, ?4, ?5)",
    )?
    .execute(params![hash, world.tenant, id.0, member.0, expires])?;
    Ok(())
}

//! The raw write lane: SQLite and nothing else. One thread commits durably whatever waits; as many threads as there
//! are writers wait for their row to be safe. It writes the rows the server writes for a post, by the server's own
//! schema: the room's counters, the message, its index terms, what its author has read, the idempotency key, the event.

use crate::{
    Result,
    clock::{self, Clock},
    make::{World, open},
    measure::histogram,
    order,
};
use hdrhistogram::Histogram;
use portico_types::{Id, Rng, SeededRng};
use rusqlite::{Connection, params};
use std::{
    path::Path,
    sync::mpsc::{self, Receiver, SyncSender},
    thread,
    time::Duration,
};

/// Posts a commit at most, as in the server.
const BATCH: usize = 256;

/// What was measured.
pub(crate) struct Raw {
    pub(crate) per_second: f64,
    /// Microseconds from asking to safe.
    pub(crate) wait: Histogram<u64>,
    /// Posts a commit, on average.
    pub(crate) batch: f64,
}

/// A post as its writer hands it over: everything that can be made beforehand is.
struct Post {
    id: Id,
    author: Id,
    text: String,
    html: String,
    tags: String,
    key: String,
    event: String,
    fingerprint: [u8; 32],
    safe: SyncSender<()>,
}

/// Runs for `warm` and `measured` on the database in `data`, which no server has open.
pub(crate) fn run(
    data: &Path,
    world: &World,
    writers: usize,
    text: &str,
    warm: Duration,
    measured: Duration,
) -> Result<Raw> {
    let db = open(data)?;
    let clock = Clock::start();
    let until = warm + measured;
    let (queue, waiting) = mpsc::sync_channel::<Post>(writers);
    thread::scope(|scope| {
        let mut threads = Vec::new();
        for n in 0..writers {
            let (queue, author) = (queue.clone(), world.members[n]);
            threads.push(scope.spawn(move || write(&queue, n, author, world, text, clock, (warm, until))));
        }
        drop(queue);
        let (posts, commits) = commit(&db, world, &waiting)?;
        let mut wait = histogram()?;
        for thread in threads {
            wait.add(thread.join().map_err(|_| "a writer panicked")??)?;
        }
        let per_second = wait.len() as f64 / measured.as_secs_f64();
        Ok(Raw { per_second, wait, batch: posts as f64 / f64::from(commits.max(1)) })
    })
}

fn write(
    queue: &SyncSender<Post>,
    n: usize,
    author: Id,
    world: &World,
    text: &str,
    clock: Clock,
    (from, until): (Duration, Duration),
) -> Result<Histogram<u64>> {
    let mut wait = histogram()?;
    let mut rng = SeededRng::new(n as u64 + 100);
    let (safe, done) = mpsc::sync_channel(1);
    for count in 0_u64.. {
        let asked = clock.elapsed();
        if asked > until {
            break;
        }
        let id = Id::new(clock::now(), &mut rng);
        let mut fingerprint = [0; 32];
        rng.fill(&mut fingerprint);
        let text = format!("{} {text}", order::mark(count));
        let html = format!("<p>{text}</p>\n");
        let key = format!("raw-{n}-{count}");
        let event = event(world.room, id, author, &text, &html, &key);
        let tags = format!("t{} r{} a{author}", world.tenant, world.room);
        let post = Post { id, author, text, html, tags, key, event, fingerprint, safe: safe.clone() };
        if queue.send(post).is_err() || done.recv().is_err() {
            break;
        }
        let safe_at = clock.elapsed();
        if asked >= from && safe_at <= until {
            wait.saturating_record(safe_at.saturating_sub(asked).as_micros() as u64);
        }
    }
    Ok(wait)
}

/// The record of an event, as long as the server's.
pub(crate) fn event(room: Id, id: Id, author: Id, text: &str, html: &str, key: &str) -> String {
    format!(
        "{{\"type\":\"message.posted\",\"data\":{{\"message\":{{\"id\":\"{id}\",\"room_id\":\"{room}\",\"number\":100000,\"author\":{{\"kind\":\"member\",\
         \"id\":\"{author}\",\"name\":\"Member 100\"}},\"ring\":\"everyone\",\"thread_id\":null,\"body\":{{\"kind\":\"markdown\",\"text\":\"{text}\",\
         \"html\":\"{html}\"}},\"created_at\":1700000000000,\"edited_at\":null,\"version\":1,\"files\":[],\"reactions\":[],\"mentions\":\
         {{\"member_ids\":[],\"channel\":false}},\"thread\":null,\"client_key\":\"{key}\",\"outside_number\":100000}}}}}}"
    )
}

/// Commits until the writers are gone. Says how many posts in how many commits.
fn commit(db: &Connection, world: &World, waiting: &Receiver<Post>) -> Result<(u64, u32)> {
    let (mut posts, mut commits) = (0, 0);
    while let Ok(first) = waiting.recv() {
        let mut batch = vec![first];
        batch.extend(waiting.try_iter().take(BATCH - 1));
        db.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let at = clock::now().0;
        for post in &batch {
            insert(db, world, post, at)?;
        }
        let count = batch.len() as i64;
        let last: i64 = db
            .prepare_cached("UPDATE tenant SET seq = seq + ?2 WHERE tenant_id = ?1 RETURNING seq")?
            .query_row(params![world.tenant, count], |r| r.get(0))?;
        let mut log = db.prepare_cached(
            "INSERT INTO event (tenant_id, seq, room_id, audience_kind, audience_id, ring, outside_id, body, at)
             VALUES (?1, ?2, ?3, 0, ?3, 2, NULL, ?4, ?5)",
        )?;
        for (i, post) in batch.iter().enumerate() {
            log.execute(params![world.tenant, last - count + 1 + i as i64, world.room.0, post.event, at])?;
        }
        db.prepare_cached("COMMIT")?.execute([])?;
        posts += batch.len() as u64;
        commits += 1;
        for post in batch {
            // A writer that has had enough is gone.
            let _gone = post.safe.send(());
        }
    }
    Ok((posts, commits))
}

fn insert(db: &Connection, world: &World, post: &Post, at: i64) -> Result<()> {
    let number: i64 = db
        .prepare_cached(
            "UPDATE room SET last_number = last_number + 1, root_count = root_count + 1, outside_count = outside_count + 1, last_at = ?3
             WHERE tenant_id = ?1 AND id = ?2 RETURNING last_number",
        )?
        .query_row(params![world.tenant, world.room.0, at], |r| r.get(0))?;
    db.prepare_cached(
        "INSERT INTO message (tenant_id, id, room_id, number, root_number, outside_number, author_kind, author_id, author_name, ring,
         thread_id, body_kind, body, html, mentions, created_at, edited_at, version, client_key, file_count, reaction_count, reply_count,
         last_reply_at, participants)
         VALUES (?1, ?2, ?3, ?4, ?4, ?4, 0, ?5, 'Member 100', 2, NULL, 0, ?6, ?7, '', ?8, NULL, 1, ?9, 0, 0, 0, 0, '[]')",
    )?
    .execute(params![world.tenant, post.id.0, world.room.0, number, post.author.0, post.text, post.html, at, post.key])?;
    let row = db.last_insert_rowid();
    db.prepare_cached("INSERT INTO message_terms (rowid, terms, tags) VALUES (?1, ?2, ?3)")?
        .execute(params![row, post.text, post.tags])?;
    db.prepare_cached(
        "INSERT INTO room_state (tenant_id, room_id, member_id, read_number, read_roots, mentions, muted, starred, notify)
         VALUES (?1, ?2, ?3, ?4, ?4, 0, 0, 0, 0)
         ON CONFLICT (tenant_id, room_id, member_id) DO UPDATE SET read_number = excluded.read_number, read_roots = excluded.read_roots, mentions = 0",
    )?
    .execute(params![world.tenant, world.room.0, post.author.0, number])?;
    db.prepare_cached(
        "INSERT INTO idempotency (tenant_id, actor_id, key, fingerprint, made, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![world.tenant, post.author.0, post.key, post.fingerprint, post.id.to_string(), at])?;
    Ok(())
}

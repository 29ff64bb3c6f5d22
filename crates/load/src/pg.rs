//! A database of its own on the PostgreSQL server of a URL, with people in it, and the raw baseline there: four
//! connections that write the server's rows for posts and commit them in batches.

use crate::{
    Result,
    clock::{self, Clock},
    order, raw_lane,
};
use portico_types::{Id, Millis, Rng, SeededRng};
use postgres::{Client, NoTls};
use sha2::{Digest, Sha256};
use std::{thread, time::Duration};

/// Connections of the baseline, as many as the server has lanes.
pub(crate) const LANES: usize = 4;
/// Posts of a commit: the writers that would wait for a lane.
const BATCH: usize = 16;

/// See the module. The database goes with its owner.
pub(crate) struct Database {
    admin: Client,
    name: String,
    /// Where a server finds it.
    pub(crate) url: String,
}

impl Database {
    /// Makes one beside the database of `url`.
    pub(crate) fn make(url: &str, name: &str) -> Result<Self> {
        let mut admin = Client::connect(url, NoTls)?;
        let name = format!("portico_bench_{}_{name}", std::process::id());
        admin.batch_execute(&format!("CREATE DATABASE {name}"))?;
        let (server, _) = url.rsplit_once('/').ok_or("the PostgreSQL URL names no database")?;
        Ok(Self { admin, url: format!("{server}/{name}"), name })
    }

    pub(crate) fn connect(&self) -> Result<Client> {
        connect(&self.url)
    }
}

fn connect(url: &str) -> Result<Client> {
    Ok(Client::connect(url, NoTls)?)
}

impl Drop for Database {
    fn drop(&mut self) {
        let _gone = self.admin.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

/// The version of the engine.
pub(crate) fn version(db: &mut Client) -> Result<String> {
    Ok(db.query_one("SHOW server_version", &[])?.get(0))
}

/// Members with a session and a channel each, as `make` leaves them on SQLite.
pub(crate) struct People {
    pub(crate) tenant: i64,
    pub(crate) members: Vec<Id>,
    pub(crate) tokens: Vec<String>,
    /// A channel for each member; the member is in it.
    pub(crate) rooms: Vec<Id>,
    /// The channel everybody is in.
    pub(crate) general: Id,
}

/// Puts people into a database that a server has set up.
pub(crate) fn people(db: &mut Client, count: usize) -> Result<People> {
    let mut tx = db.transaction()?;
    let general = tx.query_one("SELECT tenant_id, id FROM room WHERE handle = 'general'", &[])?;
    let (tenant, general): (i64, Vec<u8>) = (general.get(0), general.get(1));
    let general = Id(<[u8; 16]>::try_from(general.as_slice())?);
    let (rng, now) = (&mut SeededRng::new(31), clock::now());
    let mut made = People { tenant, members: Vec::new(), tokens: Vec::new(), rooms: Vec::new(), general };
    for n in 0..count {
        let member = Id::new(now, rng);
        let number = n as i64 + 1_000;
        tx.execute(
            "INSERT INTO member (tenant_id, id, display_id, kind, handle, name, email, password, role, suspended, picture, time_zone,
             language, status_text, status_emoji, presence, preferences, created_at)
             VALUES ($1, $2, $3, 0, $4, $5, NULL, NULL, 1, 0, NULL, 'UTC', 'en', '', '', 0, '{}', $6)",
            &[&tenant, &&member.0[..], &number, &format!("member{number}"), &format!("Member {number}"), &now.0],
        )?;
        let session = Id::new(now, rng);
        let secret = Id::new(now, rng).to_string() + &Id::new(now, rng).to_string();
        let hash: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
        let expires = now.0 + 30 * Millis::DAY;
        tx.execute(
            "INSERT INTO session (tenant_id, id, member_id, hash, csrf, created_at, last_seen_at, expires_at, user_agent, ip)
             VALUES ($1, $2, $3, $4, 'none', $5, $5, $6, 'portico-load', '127.0.0.1')",
            &[&tenant, &&session.0[..], &&member.0[..], &&hash[..], &now.0, &expires],
        )?;
        tx.execute(
            "INSERT INTO credential (hash, tenant_id, kind, subject_id, owner_id, expires_at) VALUES ($1, $2, 0, $3, $4, $5)",
            &[&&hash[..], &tenant, &&session.0[..], &&member.0[..], &expires],
        )?;
        let room = Id::new(now, rng);
        tx.execute(
            "INSERT INTO room (tenant_id, id, kind, name, handle, visibility, topic, purpose, team_id, people, direct_key, member_count,
             archived_at, last_number, root_count, outside_count, last_at, created_at, created_by, audience_id, outside_id)
             VALUES ($1, $2, 0, $3, $4, 1, '', '', NULL, '[]', NULL, 1, NULL, 0, 0, 0, $5, $5, NULL, $2, NULL)",
            &[&tenant, &&room.0[..], &format!("Room {n}"), &format!("room{n}"), &now.0],
        )?;
        for group in [room, general] {
            tx.execute(
                "INSERT INTO membership (tenant_id, group_id, member_id, group_kind, role, joined_at) VALUES ($1, $2, $3, 0, 0, $4)",
                &[&tenant, &&group.0[..], &&member.0[..], &now.0],
            )?;
            tx.execute(
                "INSERT INTO room_state (tenant_id, room_id, member_id, read_number, read_roots, mentions, muted, starred, notify)
                 SELECT tenant_id, id, $3, last_number, root_count, 0, 0, 0, 0 FROM room WHERE tenant_id = $1 AND id = $2",
                &[&tenant, &&group.0[..], &&member.0[..]],
            )?;
        }
        made.members.push(member);
        made.tokens.push(secret);
        made.rooms.push(room);
    }
    tx.execute(
        "UPDATE room SET member_count = member_count + $2 WHERE id = $1",
        &[&&general.0[..], &(count as i64)],
    )?;
    tx.commit()?;
    Ok(made)
}

/// How many different posts of the run the database holds.
pub(crate) fn kept(db: &mut Client) -> Result<u64> {
    let count: i64 = db
        .query_one("SELECT COUNT(DISTINCT client_key) FROM message WHERE client_key LIKE 'load-%'", &[])?
        .get(0);
    Ok(count as u64)
}

/// Posts a second of four connections that write nothing but the rows, each into channels of its own.
pub(crate) fn raw(
    database: &Database,
    people: &People,
    text: &str,
    warm: Duration,
    measured: Duration,
) -> Result<f64> {
    let clock = Clock::start();
    let (url, until) = (database.url.as_str(), warm + measured);
    let posts: u64 = thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES)
            .map(|lane| scope.spawn(move || write(url, people, text, lane, clock, (warm, until))))
            .collect();
        lanes.into_iter().try_fold(0, |sum, lane| -> Result<u64> {
            Ok(sum + lane.join().map_err(|_| "a writer panicked")??)
        })
    })?;
    Ok(posts as f64 / measured.as_secs_f64())
}

fn write(
    url: &str,
    people: &People,
    text: &str,
    lane: usize,
    clock: Clock,
    (from, until): (Duration, Duration),
) -> Result<u64> {
    let mut db = connect(url)?;
    let rows = Rows::prepare(&mut db)?;
    let mut rng = SeededRng::new(lane as u64 + 200);
    let (mut counted, run) = (0, clock::now().0);
    for batch in 0_u64.. {
        let began = clock.elapsed();
        if began > until {
            break;
        }
        let at = clock::now().0;
        let mut tx = db.transaction()?;
        let mut events = Vec::with_capacity(BATCH);
        for n in 0..BATCH {
            let who = lane + LANES * (n % (people.rooms.len() / LANES));
            let (room, author) = (people.rooms[who], people.members[who]);
            let key = format!("raw-{run}-{lane}-{batch}-{n}");
            let text = format!("{} {text}", order::mark(batch));
            let id = Id::new(Millis(at), &mut rng);
            rows.write(&mut tx, people, &Post { id, room, author, text: &text, key: &key, at }, &mut rng)?;
            let html = format!("<p>{text}</p>\n");
            events.push((room, raw_lane::event(room, id, author, &text, &html, &key)));
        }
        rows.log(&mut tx, people, &events, at)?;
        tx.commit()?;
        if began >= from && clock.elapsed() <= until {
            counted += BATCH as u64;
        }
    }
    Ok(counted)
}

struct Post<'a> {
    id: Id,
    room: Id,
    author: Id,
    text: &'a str,
    key: &'a str,
    at: i64,
}

/// The statements of a post.
struct Rows {
    room: postgres::Statement,
    message: postgres::Statement,
    terms: postgres::Statement,
    state: postgres::Statement,
    once: postgres::Statement,
    sequence: postgres::Statement,
    events: postgres::Statement,
}

impl Rows {
    fn prepare(db: &mut Client) -> Result<Self> {
        Ok(Self {
            room: db.prepare(
                "UPDATE room SET last_number = last_number + 1, root_count = root_count + 1, outside_count = outside_count + 1, last_at = $3
                 WHERE tenant_id = $1 AND id = $2 RETURNING last_number",
            )?,
            message: db.prepare(
                "INSERT INTO message (tenant_id, id, room_id, number, root_number, outside_number, author_kind, author_id, author_name, ring,
                 thread_id, body_kind, body, html, mentions, created_at, edited_at, version, client_key, file_count, reaction_count, reply_count,
                 last_reply_at, participants)
                 VALUES ($1, $2, $3, $4, $4, $4, 0, $5, 'Member 100', 2, NULL, 0, $6, $7, '', $8, NULL, 1, $9, 0, 0, 0, 0, '[]')",
            )?,
            terms: db.prepare(
                "INSERT INTO message_terms (tenant_id, message_id, terms, tags)
                 VALUES ($1, $2, to_tsvector('simple', $3), CAST(CAST($4 AS text) AS tsvector))",
            )?,
            state: db.prepare(
                "INSERT INTO room_state (tenant_id, room_id, member_id, read_number, read_roots, mentions, muted, starred, notify)
                 VALUES ($1, $2, $3, $4, $4, 0, 0, 0, 0)
                 ON CONFLICT (tenant_id, room_id, member_id) DO UPDATE SET read_number = excluded.read_number, read_roots = excluded.read_roots, mentions = 0",
            )?,
            once: db.prepare(
                "INSERT INTO idempotency (tenant_id, actor_id, key, fingerprint, made, at) VALUES ($1, $2, $3, $4, $5, $6)",
            )?,
            sequence: db.prepare("UPDATE tenant SET seq = seq + $2 WHERE tenant_id = $1 RETURNING seq")?,
            events: db.prepare(
                "INSERT INTO event (tenant_id, seq, room_id, audience_kind, audience_id, ring, outside_id, body, at)
                 SELECT $1, $2 + n, room, 0, room, 2, NULL, body, $5
                 FROM unnest($3::bytea[], $4::text[]) WITH ORDINALITY AS new (room, body, n)",
            )?,
        })
    }

    fn write(
        &self,
        tx: &mut postgres::Transaction<'_>,
        people: &People,
        post: &Post<'_>,
        rng: &mut SeededRng,
    ) -> Result<()> {
        let (id, room, author) = (&post.id.0[..], &post.room.0[..], &post.author.0[..]);
        let number: i64 = tx.query_one(&self.room, &[&people.tenant, &room, &post.at])?.get(0);
        let html = format!("<p>{}</p>\n", post.text);
        tx.execute(
            &self.message,
            &[&people.tenant, &id, &room, &number, &author, &post.text, &html, &post.at, &post.key],
        )?;
        let tags = format!("t{} r{} a{}", people.tenant, post.room, post.author);
        tx.execute(&self.terms, &[&people.tenant, &id, &post.text, &tags])?;
        tx.execute(&self.state, &[&people.tenant, &room, &author, &number])?;
        let mut fingerprint = [0; 32];
        rng.fill(&mut fingerprint);
        tx.execute(
            &self.once,
            &[&people.tenant, &author, &post.key, &&fingerprint[..], &post.id.to_string(), &post.at],
        )?;
        Ok(())
    }

    /// The organization's numbers last: who has them keeps the others waiting until the commit.
    fn log(
        &self,
        tx: &mut postgres::Transaction<'_>,
        people: &People,
        events: &[(Id, String)],
        at: i64,
    ) -> Result<()> {
        let count = events.len() as i64;
        let last: i64 = tx.query_one(&self.sequence, &[&people.tenant, &count])?.get(0);
        let rooms: Vec<&[u8]> = events.iter().map(|(room, _)| &room.0[..]).collect();
        let bodies: Vec<&str> = events.iter().map(|(_, body)| body.as_str()).collect();
        tx.execute(&self.events, &[&people.tenant, &(last - count), &rooms, &bodies, &at])?;
        Ok(())
    }
}

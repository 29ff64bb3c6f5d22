//! Durable posts over HTTP by many writers, against SQLite alone writing the same rows.

use crate::{
    Result,
    drive::Drive,
    http, make,
    measure::{Pace, Plan, Wire, ms},
    order, raw_lane,
    report::Row,
    run::Place,
    server::{self, Server},
    words::Words,
};
use portico_types::Id;
use std::{net::TcpStream, time::Duration};

/// Writers that wait.
const WRITERS: usize = 64;
/// Characters of a message.
pub(crate) const BODY: usize = 260;
const WARM: Duration = Duration::from_secs(1);

/// Posts to a room, by members in turn.
pub(crate) struct Posts {
    paths: Vec<String>,
    tokens: Vec<String>,
    text: String,
    /// Posts made before, so that keys do not repeat.
    before: u64,
}

impl Posts {
    pub(crate) fn new(world: &make::World, senders: usize) -> Self {
        Self::into(&world.tokens[..senders], &[world.room])
    }

    /// Posts of the owners of these tokens, each into the next of these rooms.
    pub(crate) fn into(tokens: &[String], rooms: &[Id]) -> Self {
        let paths = rooms.iter().map(|room| format!("/rooms/{room}/messages")).collect();
        Self { paths, tokens: tokens.to_vec(), text: text(), before: 0 }
    }

    /// The same after so many posts to the same room.
    pub(crate) fn after(self, before: u64) -> Self {
        Self { before, ..self }
    }
}

/// What follows the mark of a post.
pub(crate) fn text() -> String {
    Words::new(9).plain(BODY - order::mark(0).len() - 1)
}

impl Wire for Posts {
    fn request(&mut self, sender: usize, index: u64) -> Vec<u8> {
        let body = format!("{{\"body\":\"{} {}\"}}", order::mark(index), self.text);
        let path = &self.paths[sender % self.paths.len()];
        http::post(path, &self.tokens[sender], &format!("load-{}", self.before + index), &body).into_bytes()
    }

    fn answered(&self, bytes: &[u8]) -> Result<Option<usize>> {
        match http::complete(bytes)? {
            Some((201, _, end)) => Ok(Some(end)),
            Some((status, body, end)) => {
                Err(format!("a post was answered {status}: {}", String::from_utf8_lossy(&bytes[body..end]))
                    .into())
            }
            None => Ok(None),
        }
    }
}

/// A data directory with an organization and people in it, each signed in `sessions` times.
pub(crate) fn world(
    place: &Place,
    name: &str,
    members: usize,
    sessions: usize,
) -> Result<(std::path::PathBuf, make::World)> {
    let data = place.directory(name)?;
    server::set_up(&place.server, &data)?;
    let world = make::people(&data, members, sessions)?;
    Ok((data, world))
}

pub(crate) fn measure(place: &Place, failures: &mut Vec<String>) -> Result<Vec<Row>> {
    let (raw_time, time) = if place.quick { (1, 2) } else { (4, 8) };
    let raw = |name: &str| -> Result<raw_lane::Raw> {
        let (data, people) = world(place, name, WRITERS, 1)?;
        raw_lane::run(&data, &people, WRITERS, &text(), WARM, Duration::from_secs(raw_time))
    };
    let before = raw("raw-lane-before")?;
    let (data, people) = world(place, "lane", WRITERS, 1)?;
    let server = Server::start(&place.server, &data)?;
    let mut drive = Drive::new(Box::new(Posts::new(&people, WRITERS)))?;
    for _ in 0..WRITERS {
        drive.add_sender(TcpStream::connect(server.address)?, 1)?;
    }
    let plan = Plan {
        pace: Pace::Closed(WRITERS),
        warm: WARM,
        measured: Duration::from_secs(time),
        pid: server.pid(),
    };
    let outcome = drive.run(&plan)?;
    failures.extend(drive.failures().iter().map(|f| format!("lane: {f}")));
    drop(server);
    let kept = kept(&data, &people)?;
    let made = drive.made();
    if kept != made {
        failures.push(format!(
            "lane: {made} posts were acknowledged, {kept} different ones are in the database after kill -9"
        ));
    }
    let after = raw("raw-lane-after")?;
    let posts = outcome.posts_per_second();
    let raw = f64::midpoint(before.per_second, after.per_second);
    let ratio = posts / raw;
    Ok(vec![
        Row::goal(
            "Durable full posts over HTTP, 64 writers ÷ raw group commit",
            format!("{posts:.0}/s, p50 {:.1}, p99 {:.1} ms", ms(&outcome.ack, 0.5), ms(&outcome.ack, 0.99)),
            ("≥ 0.4", ratio >= 0.4),
            ("≥ 0.7", ratio >= 0.7),
        )
        .against(
            format!("{raw:.0}/s, p50 {:.1}, p99 {:.1} ms", ms(&before.wait, 0.5), ms(&before.wait, 0.99)),
            ratio,
        )
        .remark(&format!(
            "server CPU {:.0} µs a post, client {:.0} % of a core, raw {:.0} posts a commit; all {made} acknowledged posts found after kill -9",
            outcome.server_cpu * 1e6 / outcome.posts.max(1) as f64,
            outcome.client * 100.0,
            before.batch,
        ))
        .steady(before.per_second, after.per_second)
        .client(outcome.client),
    ])
}

/// How many different posts of the run the database holds.
fn kept(data: &std::path::Path, world: &make::World) -> Result<u64> {
    let db = make::open(data)?;
    let count: i64 = db.query_row(
        "SELECT COUNT(DISTINCT client_key) FROM message WHERE room_id = ?1 AND client_key LIKE 'load-%'",
        [world.room.0],
        |r| r.get(0),
    )?;
    Ok(count as u64)
}

//! A reconnect storm: everybody loses the connection at once and comes back within seconds with a cursor, while posting
//! goes on. Nothing may be lost or come twice.

use crate::{
    Result,
    crowd::{Crowd, Who},
    lane::world,
    machine,
    measure::ms,
    poster::Poster,
    report::Row,
    run::Place,
    server::Server,
};
use std::time::Duration;

/// Those who come back.
const CLIENTS: usize = 5_000;
/// The last one comes this long after the cut.
const WITHIN: Duration = Duration::from_secs(9);
/// Posts a second, all the while.
const POSTS: u64 = 10;
const SECOND: u64 = 1_000_000_000;

pub(crate) fn measure(place: &Place, failures: &mut Vec<String>) -> Result<Vec<Row>> {
    let clients = place.sockets(if place.quick { CLIENTS / 5 } else { CLIENTS });
    let (data, people) = world(place, "storm", clients, 1)?;
    let server = Server::start(&place.server, &data)?;
    let mut crowd = Crowd::new(server.address, 2, 8)?;
    let room = crowd.add_room(&people.room.to_string(), people.last);
    for token in &people.tokens {
        crowd.add_reader(Who::member(token), &[room]);
    }
    place.say("opening sockets");
    crowd.open(0..clients)?;
    crowd.settle(server.pid())?;
    let before = machine::resident(server.pid())?;
    let mut poster = Poster::new(POSTS);
    for token in &people.tokens {
        poster.aim(room, people.room, token);
    }
    let mut storm = Storm { cut_at: 0, came: 0, clients, over: None, missed: None };
    // Some posts first, so that everybody has a cursor.
    let calm = crowd
        .run(server.pid(), (Duration::ZERO, Duration::from_secs(3)), |crowd, now| poster.act(crowd, now))?;
    poster.restart();
    let time = WITHIN + Duration::from_secs(if place.quick { 5 } else { 15 });
    let outcome = crowd.run(server.pid(), (Duration::ZERO, time), |crowd, now| {
        let next = storm.act(crowd, now)?;
        Ok(next.min(poster.act(crowd, now)?))
    })?;
    if storm.over.is_none() {
        storm.look(&crowd, crowd.now());
    }
    failures.extend(crowd.failures("reconnect storm"));
    let after = machine::resident(server.pid())?;
    let slowest = ms(&outcome.kinds[1], 1.0);
    let seconds = storm.over.map_or(f64::INFINITY, |at| (at - storm.cut_at) as f64 / 1e9);
    let figure = if storm.over.is_some() { format!("{seconds:.1} s") } else { "never".to_owned() };
    let good = crowd.failed == 0;
    Ok(vec![
        Row::goal(
            &format!("Reconnect storm, {clients} clients in 10 s: all caught up"),
            figure,
            ("≤ 30 s", good && seconds <= 30.0),
            ("≤ 10 s", good && seconds <= 10.0),
        )
        .remark(&format!(
            "counted from the cut of all, the last came back after {:.0} s; a stream back p50 {:.1}, p99 {:.1}, slowest {slowest:.1} ms; {POSTS} posts/s to everybody \
             meanwhile, each delivery checked: reach p99 {:.0} ms in calm; server {:.2} cores, client {:.0} % of one, {:.0} MB before and {:.0} MB after; sent away again {}",
            WITHIN.as_secs_f64(),
            ms(&outcome.kinds[1], 0.5),
            ms(&outcome.kinds[1], 0.99),
            ms(&calm.reach, 0.99),
            outcome.server_cpu / outcome.seconds,
            outcome.client * 100.0,
            before as f64 / 1_048_576.0,
            after as f64 / 1_048_576.0,
            outcome.sent_away,
        ))
        .client(outcome.client)
        .timed(),
    ])
}

/// The storm itself.
struct Storm {
    cut_at: u64,
    came: usize,
    clients: usize,
    /// When everybody had everything that was posted before.
    over: Option<u64>,
    /// The newest event when the last one was back.
    missed: Option<u64>,
}

impl Storm {
    fn act(&mut self, crowd: &mut Crowd, now: u64) -> Result<u64> {
        if self.cut_at == 0 {
            self.cut_at = now;
            (0..self.clients).for_each(|reader| crowd.cut(reader));
        }
        let each = WITHIN.as_nanos() as u64 / self.clients as u64;
        loop {
            if self.came == self.clients {
                self.look(crowd, now);
                return Ok(if self.over.is_some() { u64::MAX } else { now + SECOND / 100 });
            }
            let due = self.cut_at + (self.came as u64 + 1) * each;
            if due > now {
                return Ok(due);
            }
            crowd.come(self.came, due, 1)?;
            self.came += 1;
        }
    }

    /// Looks whether everybody has what the furthest had when all were back.
    fn look(&mut self, crowd: &Crowd, now: u64) {
        if self.over.is_some() || (0..self.clients).any(|r| !crowd.is_live(r)) {
            return;
        }
        let cursors = (0..self.clients).map(|r| crowd.cursor(r));
        let furthest = cursors.clone().max().unwrap_or(0);
        let goal = *self.missed.get_or_insert(furthest);
        if cursors.min().unwrap_or(0) >= goal {
            self.over = Some(now);
        }
    }
}

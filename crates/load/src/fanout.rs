//! One channel, a thousand members, each with a socket of their own: how much a delivery costs, how many posts a
//! second the channel takes, and how soon everybody has one.

use crate::{
    Result,
    drive::Drive,
    http::Asker,
    lane::{Posts, world},
    measure::{Outcome, Pace, Plan, ms},
    plot::Plot,
    raw_fan::{Orders, RawFan},
    report::Row,
    run::Place,
    server::Server,
    socket,
};
use std::{net::TcpStream, time::Duration};

const MEMBERS: usize = 1_000;
/// Connections that post.
const SENDERS: usize = 64;
/// Posts on their way at once, tried in turn.
const LEVELS: [usize; 8] = [8, 16, 32, 64, 128, 192, 256, 384];
/// How late a delivery may be, ms.
const LATE: f64 = 150.0;
const WARM: Duration = Duration::from_secs(1);

struct Raw {
    closed: Outcome,
    open: Outcome,
}

/// A closed loop with so many posts on their way.
struct Level {
    posts: usize,
    /// Whether more than one delivery in a hundred came too late.
    late: bool,
    outcome: Outcome,
}

impl Level {
    fn is_better_than(&self, other: &Self) -> bool {
        let faster = self.outcome.posts_per_second() > other.outcome.posts_per_second();
        (!self.late && other.late) || (self.late == other.late && faster)
    }

    fn describe(&self) -> String {
        let o = &self.outcome;
        format!(
            "fan-out, {} posts on their way: {:.0} posts/s, {:.0} deliveries/s, {:.0} per CPU-s, e2e p50 {:.0}, p99 {:.0} ms, server {:.2}, client {:.2} cores",
            self.posts,
            o.posts_per_second(),
            o.deliveries as f64 / o.seconds,
            o.deliveries_per_cpu_second(),
            ms(&o.reach, 0.5),
            ms(&o.reach, 0.99),
            o.server_cpu / o.seconds,
            o.client
        )
    }
}

pub(crate) fn measure(place: &Place, failures: &mut Vec<String>) -> Result<Vec<Row>> {
    let seconds = |quick, full| Duration::from_secs(if place.quick { quick } else { full });
    let before = raw(seconds(1, 3), seconds(3, 8), failures)?;

    let (data, people) = world(place, "fanout", MEMBERS, 1)?;
    let server = Server::start(&place.server, &data)?;
    let last = last_number(&server, &people)?;
    let mut drive = Drive::new(Box::new(Posts::new(&people, SENDERS)))?;
    for (i, token) in people.tokens.iter().enumerate() {
        drive.subscribe(socket::open(server.address, i, token)?, last)?;
        if i % 50 == 0 {
            drive.listen(Duration::ZERO)?;
        }
    }
    for _ in 0..SENDERS {
        drive.add_sender(TcpStream::connect(server.address)?, 1)?;
    }
    drive.settle(server.pid())?;
    let plan = |pace, measured| Plan { pace, warm: WARM, measured, pid: server.pid() };
    let slow = drive.run(&plan(Pace::Open(Duration::from_millis(100)), seconds(4, 15)))?;
    let steady = drive.run(&plan(Pace::Open(Duration::from_millis(10)), seconds(2, 4)))?;
    let mut best: Option<Level> = None;
    let mut plot = Plot::new("Fan-out to 1,000 members: post due to post read", "posts/s", "ms", LATE);
    for (rate, outcome) in [(10.0, &slow), (100.0, &steady)] {
        plot.add("p50", rate, ms(&outcome.reach, 0.5));
        plot.add("p99", rate, ms(&outcome.reach, 0.99));
    }
    let mut lates = 0;
    for posts in LEVELS {
        let outcome = drive.run(&plan(Pace::Closed(posts), seconds(1, 4)))?;
        let level = Level { posts, late: ms(&outcome.reach, 0.99) > LATE, outcome };
        place.say(&level.describe());
        let rate = level.outcome.posts_per_second();
        plot.add("p50", rate, ms(&level.outcome.reach, 0.5));
        plot.add("p99", rate, ms(&level.outcome.reach, 0.99));
        lates = if level.late { lates + 1 } else { 0 };
        if best.as_ref().is_none_or(|best| level.is_better_than(best)) {
            best = Some(level);
        }
        // One level may have met with bad luck.
        if lates == 2 || drive.failed > 0 {
            break;
        }
    }
    place.draw("fanout", &plot)?;
    failures.extend(drive.failures().iter().map(|f| format!("fan-out: {f}")));
    if drive.failed > 0 {
        failures.push(format!("fan-out: {} deliveries were wrong in all", drive.failed));
    }
    drop((drive, server));
    let after = raw(seconds(1, 3), seconds(3, 8), failures)?;
    Ok(rows(&before, &after, &slow, &steady, &best.ok_or("no level was tried")?))
}

/// The raw loop with as many readers.
fn raw(closed: Duration, open: Duration, failures: &mut Vec<String>) -> Result<Raw> {
    let mut child = RawFan::start(MEMBERS, MEMBERS)?;
    let mut drive = Drive::new(Box::new(Orders))?;
    for i in 0..MEMBERS {
        drive.subscribe(socket::Opened { stream: socket::tcp(child.address, i)?, early: Vec::new() }, 0)?;
    }
    drive.add_sender(child.orders.take().ok_or("no connection for orders")?, 8)?;
    let plan = |pace, measured| Plan { pace, warm: WARM, measured, pid: child.pid() };
    let open = drive.run(&plan(Pace::Open(Duration::from_millis(100)), open))?;
    let closed = drive.run(&plan(Pace::Closed(8), closed))?;
    failures.extend(drive.failures().iter().map(|f| format!("raw fan-out: {f}")));
    Ok(Raw { closed, open })
}

/// The number of the newest message in #general.
fn last_number(server: &Server, people: &crate::make::World) -> Result<u64> {
    let room = Asker::connect(server.address)?.json(&format!("/rooms/{}", people.room), &people.tokens[0])?;
    room["last_number"].as_u64().ok_or_else(|| "a room without last_number".into())
}

fn rows(before: &Raw, after: &Raw, slow: &Outcome, steady: &Outcome, level: &Level) -> Vec<Row> {
    let raws = (before.closed.deliveries_per_cpu_second(), after.closed.deliveries_per_cpu_second());
    let raw = f64::midpoint(raws.0, raws.1);
    let best = &level.outcome;
    let (each, posts) = (best.deliveries_per_cpu_second(), best.posts_per_second());
    let (ratio, on_time) = (each / raw, !level.late);
    let fan = Row::goal(
        "Fan-out, 1,000 members: deliveries per server-CPU-s ÷ raw write loop",
        format!("{each:.0}"),
        ("≥ 0.6", ratio >= 0.6),
        ("≥ 1.5", ratio >= 1.5),
    )
    .against(format!("{raw:.0}"), ratio)
    .remark(&format!(
        "closed loop with {} posts on their way; server {:.2} cores",
        level.posts,
        best.server_cpu / best.seconds
    ))
    .steady(raws.0, raws.1);
    let rate = Row::goal(
        "Same: posts/s into the channel with e2e p99 ≤ 150 ms",
        format!("{posts:.0}/s, p50 {:.0}, p99 {:.0} ms", ms(&best.reach, 0.5), ms(&best.reach, 0.99)),
        ("≥ 1,000", on_time && posts >= 1_000.0),
        ("≥ 3,000", on_time && posts >= 3_000.0),
    )
    .remark(&format!(
        "{:.0} deliveries/s, every one checked; client {:.0} % of a core",
        best.deliveries as f64 / best.seconds,
        best.client * 100.0
    ))
    .client(best.client)
    .timed();
    let alone = steady.deliveries_per_cpu_second();
    let uncoalesced =
        Row::note("Fan-out at 100 posts/s (nothing to coalesce)", format!("{alone:.0} per server-CPU-s"))
            .against(format!("{raw:.0}"), alone / raw)
            .remark(&format!(
                "e2e p50 {:.1}, p99 {:.1} ms; ack p50 {:.1}, p99 {:.1} ms",
                ms(&steady.reach, 0.5),
                ms(&steady.reach, 0.99),
                ms(&steady.ack, 0.5),
                ms(&steady.ack, 0.99)
            ));
    vec![
        fan,
        rate,
        latency(before, after, slow, Quantile::Half),
        latency(before, after, slow, Quantile::Most),
        uncoalesced,
    ]
}

#[derive(Clone, Copy)]
enum Quantile {
    Half,
    Most,
}

/// End to end at ten posts a second, against the raw loop at the same pace.
fn latency(before: &Raw, after: &Raw, slow: &Outcome, quantile: Quantile) -> Row {
    let q = match quantile {
        Quantile::Half => 0.5,
        Quantile::Most => 0.99,
    };
    let (time, raws) = (ms(&slow.reach, q), (ms(&before.open.reach, q), ms(&after.open.reach, q)));
    let raw = f64::midpoint(raws.0, raws.1);
    let figure = format!("{time:.1} ms");
    let row = match quantile {
        Quantile::Half => Row::goal(
            "End to end p50, 1,000 members, 10 posts/s",
            figure,
            ("≤ 8 ms", time <= 8.0),
            ("≤ 1.3 × raw", time <= 1.3 * raw),
        ),
        Quantile::Most => Row::goal(
            "End to end p99, the same",
            figure,
            ("≤ 3 × raw", time <= 3.0 * raw),
            ("≤ 1.5 × raw", time <= 1.5 * raw),
        ),
    };
    row.against(format!("{raw:.1} ms"), time / raw).steady(raws.0, raws.1)
}

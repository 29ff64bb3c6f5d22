//! Server CPU of a delivery in channels of more and more members.
//!
//! What the posts themselves cost is taken off: the same people post as often to a channel nobody is connected to, on the
//! same server with the same sockets open, in turn with the channel of everybody. All CPU from the first post to the last
//! delivery counts, so that a post at the edge of a stretch is neither lost nor counted twice.

use crate::{
    Result,
    drive::Drive,
    house,
    lane::{Posts, world},
    machine,
    measure::{Pace, Plan},
    raw_fan::{Orders, RawFan},
    report::Row,
    run::Place,
    server::Server,
    socket,
};
use std::{net::TcpStream, time::Duration};

/// Members of the channel, each with a socket.
const SIZES: [usize; 4] = [100, 1_000, 5_000, 10_000];
/// Deliveries a second, whatever the size: with few members many posts, with many members few.
const DELIVERIES: usize = 20_000;
/// People who post and have no socket.
const SENDERS: usize = 16;
/// Stretches of posts to the channel of everybody, each after one to the quiet channel; the median counts.
const ROUNDS: usize = 5;
/// A delivery that seems to cost less than this, in microseconds, was not measured: a system call alone costs more.
const TELLING: f64 = 0.2;

/// CPU of a delivery at one size, microseconds.
struct Cost {
    members: usize,
    each: Spread,
    /// That of the raw loop, which does nothing but write: more sockets fit no cache.
    raw: Spread,
    client: f64,
}

/// A median with the least and the most it came from.
struct Spread {
    least: f64,
    median: f64,
    most: f64,
}

impl Spread {
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |n: usize| values.get(n).copied().unwrap_or(f64::NAN);
        Self { least: at(0), median: at(values.len() / 2), most: at(values.len().saturating_sub(1)) }
    }
}

pub(super) fn measure(place: &Place, failures: &mut Vec<String>) -> Result<Vec<Row>> {
    let mut costs: Vec<Cost> = Vec::new();
    for members in SIZES {
        if place.sockets(members) < members || place.quick && members > 1_000 {
            place.say(&format!("passing over {members} members"));
            continue;
        }
        let cost = cost(place, members, failures)?;
        place.say(&format!("{} µs of server CPU a delivery", cost.words()));
        costs.push(cost);
    }
    let of = |cost: Option<&Cost>| {
        cost.map_or((f64::NAN, f64::NAN, 0), |c| (c.each.median, c.raw.median, c.members))
    };
    let ((first, raw_first, _), (last, raw_last, most)) = (of(costs.first()), of(costs.last()));
    let (ratio, raw) = (last / first, raw_last / raw_first);
    // Fewer members than the goal names cannot meet it.
    let whole = most == SIZES[SIZES.len() - 1];
    let busiest = costs.iter().map(|c| c.client).fold(0.0, f64::max);
    let each: Vec<String> = costs.iter().map(Cost::words).collect();
    let row = Row::goal(
        &format!("Growth: server CPU of a delivery, 100 → {most} members"),
        format!("{last:.2} µs"),
        ("≤ 1.5 ×", ratio <= 1.5),
        ("flat (≤ 1.1 ×)", ratio <= 1.1),
    )
    .against(format!("{first:.2} µs"), ratio)
    .remark(&format!(
        "{}; {DELIVERIES} deliveries/s at every size, the cost of the posts themselves taken off; medians of {ROUNDS} with the least and the most",
        each.join(", ")
    ))
    .client(busiest)
    .timed();
    let told_apart = first >= TELLING;
    let beyond = Row::note("Same, beyond what the raw write loop grows by", format!("{ratio:.2} ×"))
        .against(format!("{raw:.2} ×"), ratio / raw);
    Ok(vec![
        row.only_if(whole, "not all sizes were measured")
            .only_if(told_apart, "deliveries to the smallest channel cannot be told from the posts"),
        beyond,
    ])
}

impl Cost {
    fn words(&self) -> String {
        let Spread { least, median, most } = &self.each;
        format!("{}: {median:.2} ({least:.2} to {most:.2}; raw {:.2})", self.members, self.raw.median)
    }
}

fn plan(place: &Place, members: usize, pid: u32) -> Plan {
    Plan {
        pace: Pace::Open(Duration::from_nanos(1_000_000_000 * members as u64 / DELIVERIES as u64)),
        warm: Duration::ZERO,
        measured: Duration::from_secs(if place.quick { 1 } else { 4 }),
        pid,
    }
}

/// A stretch of posts: microseconds of the server's CPU from the first to the last delivery, posts, and the client's
/// share of a core.
fn stretch(drive: &mut Drive, plan: &Plan) -> Result<(f64, u64, f64)> {
    // The server hangs up on who is long silent; that is noticed here and not by a post.
    drive.listen(Duration::ZERO)?;
    let (cpu, made) = (machine::cpu(plan.pid)?, drive.made());
    let outcome = drive.run(plan)?;
    let cpu = machine::cpu(plan.pid)?.saturating_sub(cpu);
    Ok((cpu.as_secs_f64() * 1e6, drive.made() - made, outcome.client))
}

/// The same deliveries by the raw loop.
fn raw(place: &Place, members: usize, failures: &mut Vec<String>) -> Result<Vec<f64>> {
    let mut child = RawFan::start(members)?;
    let mut drive = Drive::new(Box::new(Orders))?;
    for i in 0..members {
        drive.subscribe(socket::Opened { stream: socket::tcp(child.address, i)?, early: Vec::new() }, 0)?;
    }
    drive.add_sender(child.orders.take().ok_or("no connection for orders")?, SENDERS)?;
    let plan = plan(place, members, child.pid());
    let mut each = Vec::new();
    for round in 0..=2 {
        let (cpu, posts, _) = stretch(&mut drive, &plan)?;
        // The first warms up.
        if round > 0 {
            each.push(cpu / (posts.max(1) * members as u64) as f64);
        }
    }
    failures.extend(drive.failures().iter().map(|f| format!("raw loop to {members}: {f}")));
    Ok(each)
}

fn cost(place: &Place, members: usize, failures: &mut Vec<String>) -> Result<Cost> {
    let mut raws = raw(place, members, failures)?;
    let (data, people) = world(place, &format!("members-{members}"), members + SENDERS, 1)?;
    let authors: Vec<usize> = (members..members + SENDERS).collect();
    let quiet = house::Plan { people: authors, direct: false, messages: 0 };
    let quiet = house::rooms(&data, &people, &[quiet])?.swap_remove(0);
    let server = Server::start(&place.server, &data)?;
    let (readers, authors) = people.tokens.split_at(members);
    let mut alone = Drive::new(Box::new(Posts::into(authors, &[quiet.id])))?;
    // Of the same people, so that their keys must differ.
    let mut with = Drive::new(Box::new(Posts::into(authors, &[people.room]).after(1_000_000)))?;
    for (i, token) in readers.iter().enumerate() {
        with.subscribe(socket::open(server.address, i, token)?, people.last)?;
        if i % 50 == 0 {
            with.listen(Duration::ZERO)?;
        }
    }
    with.settle(server.pid())?;
    for _ in 0..SENDERS {
        alone.add_sender(TcpStream::connect(server.address)?, 1)?;
        with.add_sender(TcpStream::connect(server.address)?, 1)?;
    }
    let plan = plan(place, members, server.pid());
    let (mut each, mut client) = (Vec::new(), 0.0_f64);
    for round in 0..=ROUNDS {
        let (posts_cpu, posts, _) = stretch(&mut alone, &plan)?;
        let (cpu, same, share) = stretch(&mut with, &plan)?;
        // The first warms up.
        if round > 0 {
            let delivering = cpu - posts_cpu / posts.max(1) as f64 * same as f64;
            each.push((delivering / (same.max(1) * members as u64) as f64).max(0.0));
            client = client.max(share);
        }
    }
    for drive in [&alone, &with] {
        failures.extend(drive.failures().iter().map(|f| format!("{members} members: {f}")));
    }
    // The sockets of one crowd are as many as there may be open.
    drop((alone, with, server));
    raws.extend(raw(place, members, failures)?);
    Ok(Cost { members, each: Spread::of(each), raw: Spread::of(raws), client })
}

//! Whether things stay as fast as they were small: the cost of a delivery in channels of more and more members, and
//! the newest page of a channel with more and more messages.

use crate::{
    Result,
    clock::Clock,
    drive::Drive,
    house,
    http::{Asker, get},
    lane::{Posts, world},
    machine,
    measure::{Pace, Plan, histogram, ms},
    raw_fan::{Orders, RawFan},
    report::Row,
    run::Place,
    server::Server,
    socket,
};
use hdrhistogram::Histogram;
use std::{net::TcpStream, time::Duration};

/// Members of the channel, each with a socket.
const SIZES: [usize; 4] = [100, 1_000, 5_000, 10_000];
/// Deliveries a second, whatever the size: with few members many posts, with many members few.
const DELIVERIES: usize = 20_000;
const SENDERS: usize = 16;
/// Messages of the small channel.
const FEW: usize = 10_000;
/// Pages asked for of each.
const PAGES: usize = 2_000;
const PAGE: usize = 50;
const WARM: Duration = Duration::from_secs(2);
/// A delivery that seems to cost less than this, in microseconds, was not measured: a system call alone costs more.
const TELLING: f64 = 0.2;

pub(crate) fn measure(place: &Place, failures: &mut Vec<String>) -> Result<Vec<Row>> {
    let mut rows = members(place, failures)?;
    rows.push(messages(place, failures)?);
    Ok(rows)
}

/// CPU of a delivery at one size, microseconds.
struct Cost {
    members: usize,
    each: f64,
    /// That of the raw loop, which does nothing but write: more sockets fit no cache.
    raw: f64,
    client: f64,
}

fn members(place: &Place, failures: &mut Vec<String>) -> Result<Vec<Row>> {
    let mut costs: Vec<Cost> = Vec::new();
    for members in SIZES {
        if place.sockets(members) < members || place.quick && members > 1_000 {
            place.say(&format!("passing over {members} members"));
            continue;
        }
        let cost = cost(place, members, failures)?;
        place.say(&format!(
            "{members} members: {:.2} µs of server CPU a delivery, raw loop {:.2}",
            cost.each, cost.raw
        ));
        costs.push(cost);
    }
    let first = costs.first().map_or(f64::NAN, |c| c.each);
    let (last, most) = costs.last().map_or((f64::NAN, 0), |c| (c.each, c.members));
    let ratio = last / first;
    // Fewer members than the goal names cannot meet it.
    let whole = most == SIZES[SIZES.len() - 1];
    let busiest = costs.iter().map(|c| c.client).fold(0.0, f64::max);
    let each: Vec<String> =
        costs.iter().map(|c| format!("{}: {:.2} µs (raw {:.2})", c.members, c.each, c.raw)).collect();
    let raw = costs.first().zip(costs.last()).map_or(f64::NAN, |(first, last)| last.raw / first.raw);
    let row = Row::goal(
        &format!("Growth: server CPU of a delivery, 100 → {most} members"),
        format!("{last:.2} µs"),
        ("≤ 1.5 ×", ratio <= 1.5),
        ("flat (≤ 1.1 ×)", ratio <= 1.1),
    )
    .against(format!("{first:.2} µs"), ratio)
    .remark(&format!(
        "{}; {DELIVERIES} deliveries/s at every size, the cost of the posts themselves taken off",
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

/// The same deliveries by the raw loop.
fn raw(place: &Place, members: usize, failures: &mut Vec<String>) -> Result<f64> {
    let mut child = RawFan::start(members)?;
    let mut drive = Drive::new(Box::new(Orders))?;
    for i in 0..members {
        drive.subscribe(socket::Opened { stream: socket::tcp(child.address, i)?, early: Vec::new() }, 0)?;
    }
    drive.add_sender(child.orders.take().ok_or("no connection for orders")?, SENDERS)?;
    let outcome = drive.run(&plan(place, members, child.pid()))?;
    failures.extend(drive.failures().iter().map(|f| format!("raw loop to {members}: {f}")));
    Ok(outcome.server_cpu * 1e6 / outcome.deliveries.max(1) as f64)
}

fn plan(place: &Place, members: usize, pid: u32) -> Plan {
    Plan {
        pace: Pace::Open(Duration::from_nanos(1_000_000_000 * members as u64 / DELIVERIES as u64)),
        warm: WARM,
        measured: Duration::from_secs(if place.quick { 3 } else { 8 }),
        pid,
    }
}

fn cost(place: &Place, members: usize, failures: &mut Vec<String>) -> Result<Cost> {
    let raw = raw(place, members, failures)?;
    let (data, people) = world(place, &format!("members-{members}"), members, 1)?;
    let server = Server::start(&place.server, &data)?;
    let plan = plan(place, members, server.pid());
    // The same posts with nobody there, for what a post costs by itself.
    let mut drive = Drive::new(Box::new(Posts::new(&people, SENDERS)))?;
    for _ in 0..SENDERS {
        drive.add_sender(TcpStream::connect(server.address)?, 1)?;
    }
    let alone = drive.run(&plan)?;
    let made = drive.made();
    drop(drive);
    let mut drive = Drive::new(Box::new(Posts::new(&people, SENDERS).after(made)))?;
    for _ in 0..SENDERS {
        drive.add_sender(TcpStream::connect(server.address)?, 1)?;
    }
    for (i, token) in people.tokens.iter().enumerate() {
        drive.subscribe(socket::open(server.address, i, token)?, people.last + made)?;
        if i % 50 == 0 {
            drive.listen(Duration::ZERO)?;
        }
    }
    drive.settle(server.pid())?;
    let with = drive.run(&plan)?;
    failures.extend(drive.failures().iter().map(|f| format!("{members} members: {f}")));
    let posts = alone.server_cpu / alone.seconds * with.seconds;
    let each = (with.server_cpu - posts).max(0.0) * 1e6 / with.deliveries.max(1) as f64;
    Ok(Cost { members, each, raw, client: with.client })
}

/// Two servers, one with few messages and one with very many, are asked in turn: what else the machine does hits both.
fn messages(place: &Place, failures: &mut Vec<String>) -> Result<Row> {
    let many = if place.quick { place.messages / 10 } else { place.messages };
    let mut servers = Vec::new();
    for count in [FEW, many] {
        let (data, people) = world(place, &format!("history-{count}"), 3, 1)?;
        place.say(&format!("writing a channel of {count} messages"));
        let plan = house::Plan { people: vec![0, 1, 2], direct: false, messages: count };
        let room = house::rooms(&data, &people, &[plan])?.swap_remove(0);
        let server = Server::start(&place.server, &data)?;
        let request = get(&format!("/rooms/{}/messages?limit={PAGE}", room.id), &people.tokens[0]);
        let asker = Asker::connect(server.address)?;
        servers.push((server, asker, request, histogram()?, count as u64));
    }
    let clock = Clock::start();
    for n in 0..PAGES {
        for (_, asker, request, times, count) in &mut servers {
            let asked = clock.elapsed();
            let answer = asker.ask(request)?;
            if n >= PAGES / 10 {
                times.saturating_record(clock.elapsed().saturating_sub(asked).as_micros() as u64);
            }
            if n % 100 == 0 && !is_newest(&answer.body, *count) {
                failures
                    .push(format!("growth: a page of {count} messages is not the newest: {}", answer.status));
            }
        }
    }
    let p = |n: usize, q: f64| servers.get(n).map_or(f64::NAN, |s| ms(&s.3, q));
    let ratio = p(1, 0.5) / p(0, 0.5);
    let describe = |times: Option<&Histogram<u64>>| {
        times.map_or(String::new(), |t| format!("p50 {:.2}, p99 {:.2} ms", ms(t, 0.5), ms(t, 0.99)))
    };
    let memory: Vec<String> = servers
        .iter()
        .filter_map(|s| machine::resident(s.0.pid()).ok())
        .map(|bytes| format!("{:.0} MB", bytes as f64 / 1_048_576.0))
        .collect();
    Ok(Row::goal(
        &format!("Growth: newest page, 10 k → {} messages", short(many)),
        describe(servers.get(1).map(|s| &s.3)),
        ("p50 ≤ 1.3 ×", ratio <= 1.3),
        ("flat (≤ 1.1 ×)", ratio <= 1.1),
    )
    .against(describe(servers.first().map(|s| &s.3)), ratio)
    .remark(&format!(
        "two servers asked in turn; ratio of the p99 {:.2}; resident {}; the goal names 10 M: --messages 10000000",
        p(1, 0.99) / p(0, 0.99),
        memory.join(" and ")
    ))
    .timed())
}

fn short(count: usize) -> String {
    if count >= 1_000_000 {
        format!("{:.0} M", count as f64 / 1e6)
    } else {
        format!("{:.0} k", count as f64 / 1e3)
    }
}

/// Whether a page is whole and ends with message `count`.
fn is_newest(body: &str, count: u64) -> bool {
    let json: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let numbers: Vec<u64> = json["items"]
        .as_array()
        .map(|items| items.iter().filter_map(|m| m["number"].as_u64()).collect())
        .unwrap_or_default();
    numbers == (count + 1 - PAGE as u64..=count).collect::<Vec<_>>()
}

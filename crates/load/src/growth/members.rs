//! Server CPU of a delivery in channels of more and more members.
//!
//! Nothing but the members of a channel differs. The same people are connected to the same server, each with one socket
//! and in one channel of every size; posts go to the channels of a size in turn, so often that every socket gets as many
//! frames a second whatever the size. That matters more than the size: the kernel acknowledges what a socket gets in
//! another place, and at another's cost, where the socket has rested for longer than TCP's timeout (`sockets`).
//!
//! What the posts themselves cost is taken off: each channel has a twin with nobody but its author, who has no socket,
//! and the twins of a size are posted to as often, in turn with the channels. All CPU from the first post to the last
//! delivery counts, so that a post at the edge of a stretch is neither lost nor counted twice.

use super::{
    raw_loop,
    spread::{Cost, Growth, Spread},
};
use crate::{
    Result,
    crowd::{Crowd, Who},
    house,
    lane::world,
    machine,
    poster::Poster,
    report::Row,
    run::Place,
    server::Server,
};
use std::time::Duration;

/// Members of a channel.
const SIZES: [usize; 3] = [100, 1_000, 10_000];
/// People with a socket. All sizes divide it.
const READERS: usize = 10_000;
/// Readers in a quick run.
const FEW: usize = 1_000;
/// Deliveries a second to all of them together, so two to each of `READERS`.
const DELIVERIES: usize = 20_000;
/// Connections that post.
const SENDERS: usize = 16;
/// Stretches of posts to channels with readers, each after one to their twins; the median counts.
const ROUNDS: usize = 5;
/// A delivery that seems to cost less than this, in microseconds, was not measured: a system call alone costs more.
const TELLING: f64 = 0.2;

/// Who posts to the channels of one size.
struct Channels {
    /// Posts to the twins.
    alone: Poster,
    /// Posts to the channels.
    with: Poster,
}

pub(super) fn measure(place: &Place, failures: &mut Vec<String>) -> Result<Vec<Row>> {
    let wanted = if place.quick { FEW } else { READERS };
    if place.sockets(wanted) < wanted {
        return Ok(vec![row(&Growth::of(&[]), wanted)]);
    }
    let sizes: Vec<usize> = SIZES.into_iter().filter(|size| *size <= wanted).collect();
    let time = Duration::from_secs(if place.quick { 1 } else { 4 });
    let before = raw(wanted, &sizes, time, failures)?;
    let served = served(place, wanted, &sizes, time, failures)?;
    let after = raw(wanted, &sizes, time, failures)?;
    let mut costs = Vec::new();
    for (n, (members, (each, client))) in sizes.into_iter().zip(served).enumerate() {
        let raw = Spread::of([&before[n][..], &after[n]].concat());
        let cost = Cost { members, each: Spread::of(each), raw, client };
        place.say(&format!("{} µs of server CPU a delivery", cost.words()));
        costs.push(cost);
    }
    Ok(vec![row(&Growth::of(&costs), wanted)])
}

fn row(growth: &Growth, readers: usize) -> Row {
    let ratio = growth.ratio();
    Row::goal(
        &format!("Growth: server CPU of a delivery, channels of 100 → {} members", growth.most_members),
        format!("{:.2} µs", growth.many),
        ("≤ 1.5 ×", ratio <= 1.5),
        ("flat (≤ 1.1 ×)", ratio <= 1.1),
    )
    .against(format!("{:.2} µs", growth.few), ratio)
    .remark(&format!(
        "{}; {readers} sockets and {DELIVERIES} deliveries/s at every size, the cost of the posts themselves taken off; medians of {ROUNDS} with the least and the most; the raw loop grows {:.2} ×",
        growth.words, growth.raw
    ))
    .client(growth.client)
    .timed()
    .only_if(growth.most_members == READERS, "not all sizes were measured")
    .only_if(growth.few >= TELLING, "deliveries to the smallest channels cannot be told from the posts")
}

/// Microseconds of the server's CPU for each delivery and the client's share of a core, by size.
fn served(
    place: &Place,
    readers: usize,
    sizes: &[usize],
    time: Duration,
    failures: &mut Vec<String>,
) -> Result<Vec<(Vec<f64>, f64)>> {
    let authors = readers / SIZES[0];
    let (data, people) = world(place, "members", readers + authors, 1)?;
    let made = house::rooms(&data, &people, &plans(readers, sizes))?;
    let server = Server::start(&place.server, &data)?;
    let mut crowd = Crowd::new(server.address, 1, SENDERS)?;
    let mut made = made.iter();
    let mut mine = vec![Vec::new(); readers];
    let mut all = Vec::new();
    for size in sizes {
        let pace = (DELIVERIES / size) as u64;
        let mut channels = Channels { alone: Poster::new(pace), with: Poster::new(pace) };
        for (channel, mine) in mine.chunks_mut(*size).enumerate() {
            let mut aim = |poster: &mut Poster| -> Result<usize> {
                let made = made.next().ok_or("a channel was not made")?;
                let room = crowd.add_room(&made.id.to_string(), made.last);
                poster.aim(room, made.id, &people.tokens[readers + channel]);
                Ok(room)
            };
            let room = aim(&mut channels.with)?;
            for rooms in mine {
                rooms.push(room);
            }
            aim(&mut channels.alone)?;
        }
        all.push(channels);
    }
    for (token, rooms) in people.tokens.iter().zip(&mine) {
        crowd.add_reader(Who::member(token), rooms);
    }
    crowd.open(0..readers)?;
    let costs = all
        .iter_mut()
        .zip(sizes)
        .map(|(channels, size)| rounds(&mut crowd, server.pid(), time, channels, *size))
        .collect();
    failures.extend(crowd.failures("channels of more and more members"));
    costs
}

/// The channels of every size among the first `readers` people, each with its twin behind it. The authors come behind
/// the readers.
fn plans(readers: usize, sizes: &[usize]) -> Vec<house::Plan> {
    let plan = |people| house::Plan { people, direct: false, messages: 0 };
    let channels = sizes.iter().flat_map(|size| (0..readers / size).map(move |channel| (*size, channel)));
    channels
        .flat_map(|(size, channel)| {
            let (first, author) = (channel * size, readers + channel);
            [plan((first..first + size).chain([author]).collect()), plan(vec![author])]
        })
        .collect()
}

/// Microseconds of the server's CPU for each delivery to the channels of one size, and the client's share of a core.
fn rounds(
    crowd: &mut Crowd,
    pid: u32,
    time: Duration,
    channels: &mut Channels,
    members: usize,
) -> Result<(Vec<f64>, f64)> {
    let (mut each, mut client) = (Vec::new(), 0.0_f64);
    for round in 0..=ROUNDS {
        // It would be due in the midst of a stretch, now and then.
        crowd.ping();
        crowd.settle(pid)?;
        let (posts_cpu, posts, _) = stretch(crowd, pid, time, &mut channels.alone)?;
        let (cpu, same, share) = stretch(crowd, pid, time, &mut channels.with)?;
        // The first warms up.
        if round > 0 {
            let delivering = cpu - posts_cpu / posts.max(1) as f64 * same as f64;
            each.push((delivering / (same.max(1) * members as u64) as f64).max(0.0));
            client = client.max(share);
        }
    }
    Ok((each, client))
}

/// A stretch of posts: microseconds of the server's CPU from the first post to the last delivery, posts, and the
/// client's share of a core.
fn stretch(crowd: &mut Crowd, pid: u32, time: Duration, poster: &mut Poster) -> Result<(f64, u64, f64)> {
    poster.restart();
    let cpu = machine::cpu(pid)?;
    let outcome = crowd.run(pid, (Duration::ZERO, time), |crowd, now| poster.act(crowd, now))?;
    let cpu = machine::cpu(pid)?.saturating_sub(cpu);
    Ok((cpu.as_secs_f64() * 1e6, outcome.posts, outcome.client))
}

/// Microseconds of the raw loop's CPU for each of the same deliveries, by size: it writes to as many sockets at once.
fn raw(readers: usize, sizes: &[usize], time: Duration, failures: &mut Vec<String>) -> Result<Vec<Vec<f64>>> {
    sizes
        .iter()
        .map(|size| {
            let pace = Duration::from_nanos(1_000_000_000 * *size as u64 / DELIVERIES as u64);
            raw_loop::each((readers, *size), pace, time, failures)
        })
        .collect()
}

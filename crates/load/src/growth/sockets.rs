//! Server CPU of a delivery where sockets grow in number with the members of a channel.
//!
//! The same deliveries a second mean many frames to each of few sockets and few to each of many. That alone changes what
//! a write costs: after more than TCP's timeout (200 ms) without a frame the receiving kernel acknowledges at once, which
//! on one machine happens within the server's write; else when the client reads (Linux, `tcp_event_data_recv`). The raw
//! loop shows how much that is; whether a channel's members cost more by their number is asked in `members`.
//!
//! What the posts themselves cost is taken off as there.

use super::{
    raw_loop,
    spread::{Cost, Growth, Spread},
};
use crate::{
    Result,
    drive::Drive,
    house,
    lane::{Posts, world},
    machine,
    measure::{Pace, Plan},
    report::Row,
    run::Place,
    server::Server,
    socket,
};
use std::{net::TcpStream, time::Duration};

/// Members of the channel, each with a socket.
const SIZES: [usize; 2] = [100, 10_000];
/// Deliveries a second, whatever the size: with few members many posts, with many members few.
const DELIVERIES: usize = 20_000;
/// People who post and have no socket.
const SENDERS: usize = 16;
/// Stretches of posts to the channel of everybody, each after one to the quiet channel; the median counts.
const ROUNDS: usize = 5;

pub(super) fn measure(place: &Place, failures: &mut Vec<String>) -> Result<Vec<Row>> {
    let mut costs: Vec<Cost> = Vec::new();
    for members in SIZES {
        if place.sockets(members) < members || place.quick && members > SIZES[0] {
            place.say(&format!("passing over {members} sockets"));
            continue;
        }
        let cost = cost(place, members, failures)?;
        place.say(&format!("as many sockets as members: {} µs of server CPU a delivery", cost.words()));
        costs.push(cost);
    }
    let growth = Growth::of(&costs);
    let what = format!("Same, as many sockets as members, {} → {}", SIZES[0], growth.most_members);
    Ok(vec![
        Row::note(&what, format!("{:.2} µs", growth.many))
            .against(format!("{:.2} µs", growth.few), growth.ratio())
            .remark(&format!(
                "{}; {DELIVERIES} deliveries/s at both, so that each of few sockets gets a frame every 5 ms, and each of many one every 500 ms, which TCP acknowledges within the server's write; the raw loop grows {:.2} ×, the server {:.2} × as much",
                growth.words, growth.raw, growth.ratio() / growth.raw
            )),
    ])
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

fn cost(place: &Place, members: usize, failures: &mut Vec<String>) -> Result<Cost> {
    let pace = Duration::from_nanos(1_000_000_000 * members as u64 / DELIVERIES as u64);
    let time = Duration::from_secs(if place.quick { 1 } else { 4 });
    let mut raws = raw_loop::each((members, members), pace, time, failures)?;
    let (data, people) = world(place, &format!("sockets-{members}"), members + SENDERS, 1)?;
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
    let plan = Plan { pace: Pace::Open(pace), warm: Duration::ZERO, measured: time, pid: server.pid() };
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
        failures.extend(drive.failures().iter().map(|f| format!("{members} sockets: {f}")));
    }
    // The sockets of one crowd are as many as there may be open.
    drop((alone, with, server));
    raws.extend(raw_loop::each((members, members), pace, time, failures)?);
    Ok(Cost { members, each: Spread::of(each), raw: Spread::of(raws), client })
}

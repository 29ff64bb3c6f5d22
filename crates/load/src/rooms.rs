//! Many small channels: a thousand of ten members, each member in ten of them with one socket.

use crate::{
    Result,
    crowd::{Crowd, Outcome, Who},
    house,
    lane::world,
    measure::ms,
    poster::Poster,
    report::Row,
    run::Place,
    server::Server,
};
use std::time::Duration;

const ROOMS: usize = 1_000;
const MEMBERS: usize = 1_000;
const EACH: usize = 10;
/// Connections that post.
const SENDERS: usize = 64;
/// Posts a second, tried in turn.
const PACES: [u64; 6] = [100, 500, 1_000, 2_000, 3_000, 4_000];
/// How late a delivery may be, ms.
const LATE: f64 = 150.0;

pub(crate) fn measure(place: &Place, failures: &mut Vec<String>) -> Result<Vec<Row>> {
    let (data, people) = world(place, "rooms", MEMBERS, 1)?;
    let plans: Vec<house::Plan> = (0..ROOMS)
        .map(|r| house::Plan {
            people: (0..EACH).map(|k| (r + k * 101) % MEMBERS).collect(),
            direct: false,
            messages: 1,
        })
        .collect();
    let made = house::rooms(&data, &people, &plans)?;
    let server = Server::start(&place.server, &data)?;
    let mut crowd = Crowd::new(server.address, 1, SENDERS)?;
    let mut poster = Poster::new(PACES[0]);
    let mut mine = vec![Vec::new(); MEMBERS];
    for (plan, made) in plans.iter().zip(&made) {
        let room = crowd.add_room(&made.id.to_string(), made.last);
        plan.people.iter().for_each(|p| mine[*p].push(room));
        poster.aim(room, made.id, &people.tokens[plan.people[0]]);
    }
    for (token, rooms) in people.tokens.iter().zip(&mine) {
        crowd.add_reader(Who::member(token), rooms);
    }
    crowd.open(0..MEMBERS)?;
    crowd.settle(server.pid())?;
    let time = (Duration::from_secs(1), Duration::from_secs(if place.quick { 2 } else { 5 }));
    let mut best: Option<Level> = None;
    let (mut calm, mut lates) = (String::new(), 0);
    for pace in PACES {
        poster.pace(pace);
        let outcome = crowd.run(server.pid(), time, |crowd, now| poster.act(crowd, now))?;
        let late = ms(&outcome.reach, 0.99) > LATE || outcome.refused > 0;
        let level = Level { pace, late, outcome };
        place.say(&format!("{ROOMS} channels of {EACH}: {}", level.describe()));
        if calm.is_empty() {
            calm = level.describe();
        }
        lates = if late { lates + 1 } else { 0 };
        if best.as_ref().is_none_or(|best| best.late || !level.late) {
            best = Some(level);
        }
        // One level may have met with bad luck.
        if lates == 2 || crowd.failed > 0 {
            break;
        }
    }
    failures.extend(crowd.failures("many channels"));
    let level = best.ok_or("no pace was tried")?;
    let outcome = &level.outcome;
    let fast = format!(
        "{}/s, p50 {:.1}, p99 {:.1} ms",
        level.pace,
        ms(&outcome.reach, 0.5),
        ms(&outcome.reach, 0.99)
    );
    let title = format!("{ROOMS} channels of {EACH} members: posts/s with e2e p99 ≤ {LATE:.0} ms");
    Ok(vec![Row::note(&title, if level.late { format!("none; {fast}") } else { fast }).remark(&format!(
        "open loop, paces {PACES:?}; {:.0} deliveries per server-CPU-s, server {:.2} cores, client {:.0} % of one; {calm}",
        outcome.deliveries as f64 / outcome.server_cpu.max(0.001),
        outcome.server_cpu / outcome.seconds,
        outcome.client * 100.0,
    ))])
}

/// So many posts a second.
struct Level {
    pace: u64,
    /// Whether more than one delivery in a hundred came too late, or a post was refused.
    late: bool,
    outcome: Outcome,
}

impl Level {
    fn describe(&self) -> String {
        let o = &self.outcome;
        format!(
            "{} posts/s, e2e p50 {:.1}, p99 {:.1} ms, server {:.2}, client {:.2} cores",
            self.pace,
            ms(&o.reach, 0.5),
            ms(&o.reach, 0.99),
            o.server_cpu / o.seconds,
            o.client
        )
    }
}

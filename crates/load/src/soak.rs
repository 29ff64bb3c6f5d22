//! Half an hour of steady use: people post and come and go. Memory must not rise.

use crate::{
    Result,
    crowd::{Crowd, Who},
    house,
    lane::world,
    machine,
    measure::ms,
    poster::Poster,
    report::Row,
    run::Place,
    server::Server,
};
use std::time::Duration;

const MEMBERS: usize = 500;
const ROOMS: usize = 50;
const EACH: usize = 50;
/// Posts a second, and people a second who go and come back.
const POSTS: u64 = 40;
const RETURNS: u64 = 5;
/// How often memory is looked at.
const LOOK: u64 = 5_000_000_000;
const SECOND: u64 = 1_000_000_000;
/// A rise that is none, MB an hour.
const FLAT: f64 = 10.0;
/// Of the time, until caches and pools are as large as they become.
const SETTLING: f64 = 0.3;

pub(crate) fn measure(place: &Place, failures: &mut Vec<String>) -> Result<Vec<Row>> {
    let time = if place.quick { Duration::from_secs(40) } else { Duration::from_mins(place.minutes) };
    let (data, people) = world(place, "soak", MEMBERS, 1)?;
    let plans: Vec<house::Plan> = (0..ROOMS)
        .map(|r| house::Plan {
            people: (0..EACH).map(|k| (r * 10 + k) % MEMBERS).collect(),
            direct: false,
            messages: 10,
        })
        .collect();
    let made = house::rooms(&data, &people, &plans)?;
    let server = Server::start(&place.server, &data)?;
    let mut crowd = Crowd::new(server.address, 2, 16)?;
    let mut poster = Poster::new(POSTS);
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
    let (mut looked, mut returned) = (crowd.now(), crowd.now());
    let (begun, mut seen, mut next) = (crowd.now(), Vec::new(), 0);
    let outcome = crowd.run(server.pid(), (Duration::ZERO, time), |crowd, now| {
        if now >= looked {
            looked += LOOK;
            let megabytes = machine::resident(server.pid())? as f64 / 1_048_576.0;
            seen.push(((now - begun) as f64 / 3.6e12, megabytes));
        }
        if now >= returned {
            if crowd.is_live(next) {
                crowd.cut(next);
                crowd.come(next, returned, 1)?;
            }
            next = (next + 1) % MEMBERS;
            returned += SECOND / RETURNS;
        }
        Ok(poster.act(crowd, now)?.min(returned).min(looked))
    })?;
    failures.extend(crowd.failures("soak"));
    let settled = &seen[(seen.len() as f64 * SETTLING) as usize..];
    let rise = slope(settled);
    let edge = |at: Option<&(f64, f64)>| at.map_or(0.0, |(_, megabytes)| *megabytes);
    let good = crowd.failed == 0 && rise <= FLAT;
    Ok(vec![
        Row::goal(
            &format!("Soak, {:.0} minutes: rise of resident memory", time.as_secs_f64() / 60.0),
            format!("{rise:.1} MB an hour"),
            ("about 0 (≤ 10 MB an hour)", good),
            ("the same", good),
        )
        .remark(&format!(
            "{:.0} MB at the start, {:.0} MB when settled, {:.0} MB at the end; {} posts, {} deliveries, each checked, reach p99 {:.1} ms; {} returned, p99 {:.1} ms",
            edge(seen.first()),
            edge(settled.first()),
            edge(seen.last()),
            outcome.posts,
            outcome.deliveries,
            ms(&outcome.reach, 0.99),
            outcome.kinds[1].len(),
            ms(&outcome.kinds[1], 0.99),
        ))
        .only_if(!place.quick, "a quick run is too short to tell"),
    ])
}

/// How steeply points rise, by least squares.
fn slope(points: &[(f64, f64)]) -> f64 {
    let count = points.len().max(1) as f64;
    let mean = |pick: fn(&(f64, f64)) -> f64| points.iter().map(pick).sum::<f64>() / count;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let across: f64 = points.iter().map(|p| (p.0 - x).powi(2)).sum();
    let both: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    if across > 0.0 { both / across } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::slope;

    #[test]
    fn a_line_rises_as_steeply_as_it_does() {
        let line: Vec<(f64, f64)> = (0..10).map(|n| (f64::from(n), 5.0 + 3.0 * f64::from(n))).collect();
        assert!((slope(&line) - 3.0).abs() < 1e-9);
        assert!(slope(&[(1.0, 4.0), (2.0, 4.0)]).abs() < 1e-9);
        assert!(slope(&[]).abs() < 1e-9);
    }
}

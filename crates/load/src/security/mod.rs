//! The Security desk under its access checks: ten thousand reports of twenty programs, whose teams, guests and reporters
//! read and write while members, admins and the owner, who are in no team, and other teams try to reach them, and while
//! people are let in and out. Nobody may get anything that is not theirs, neither in an answer nor on a socket.

mod checks;
mod costs;
mod deeds;
mod world;

use crate::{
    Result,
    crowd::{Crowd, Outcome},
    measure::ms,
    report::Row,
    run::Place,
};
use checks::Checks;
use deeds::{Deeds, KINDS};
use std::time::Duration;
use world::Desk;

const REPORTS: usize = 10_000;
const SENDERS: usize = 64;
/// Deeds a second, tried in turn; to open a report is three requests.
const PACES: [u64; 6] = [100, 250, 500, 1_000, 2_000, 3_000];
const QUICK: [u64; 2] = [50, 100];
/// How long a request, or a post to its readers, may take, ms.
const LATE: f64 = 100.0;

pub(crate) fn measure(place: &Place, failures: &mut Vec<String>) -> Result<Vec<Row>> {
    let (_data, people, server) = world::start(place)?;
    let mut crowd = Crowd::new(server.address, KINDS.len(), SENDERS)?;
    let count = if place.quick { REPORTS / 10 } else { REPORTS };
    place.say(&format!("sending {count} reports"));
    let desk = Desk::open(&server, people, &mut crowd, count)?;
    let comers = desk.seat(&mut crowd)?;
    crowd.settle(server.pid())?;
    let mut deeds = Deeds::new(&desk);
    let mut checks = Checks::new(&comers);
    let seconds = |quick, full| Duration::from_secs(if place.quick { quick } else { full });
    let (mut best, mut short) = (None, None);
    for pace in if place.quick { &QUICK[..] } else { &PACES[..] } {
        deeds.pace(*pace);
        let outcome = crowd.run(server.pid(), (seconds(1, 2), seconds(3, 8)), |crowd, now| {
            let next = checks.act(crowd, &mut deeds, now);
            Ok(deeds.act(crowd, now).min(next))
        })?;
        place.say(&describe(*pace, &outcome)?);
        let fast = outcome.slowest(&KINDS)?.1 < LATE && outcome.refused == 0;
        let kept = if fast { &mut best } else { &mut short };
        *kept = Some((*pace, outcome));
        if !fast || crowd.failed > 0 {
            break;
        }
    }
    checks.look(&mut crowd, &mut deeds);
    let got: usize = comers.iter().map(|comer| crowd.check_comer(*comer)).sum();
    if got == 0 || checks.rounds == 0 {
        // Who hears nothing while they are in proves nothing while they are out.
        crowd.fail("those who come and go got no message while they were in, or never went".into());
    }
    failures.extend(crowd.failures("security desk"));
    let mut rows = vec![row(count, best, short)?.remark(&format!(
        "{} attempts to reach what was not theirs, all refused; {} answers and every frame searched; {} times somebody was sent away and let in again, who got {got} messages while they were in",
        deeds.attempts, checks.searched, checks.rounds
    ))];
    rows.push(costs::measure(&server, &desk, place.quick, failures)?);
    Ok(rows)
}

fn describe(pace: u64, outcome: &Outcome) -> Result<String> {
    let (worst, p99) = outcome.slowest(&KINDS)?;
    Ok(format!(
        "{pace} deeds/s: slowest is {worst}, p99 {p99:.1} ms; {:.0} requests/s, {:.0} posts/s, {:.0} deliveries/s; server {:.2}, client {:.2} cores; p99 in ms: {}",
        outcome.answers() as f64 / outcome.seconds,
        outcome.posts as f64 / outcome.seconds,
        outcome.deliveries as f64 / outcome.seconds,
        outcome.server_cpu / outcome.seconds,
        outcome.client,
        outcome.each(&KINDS)
    ))
}

/// The fastest pace at which nothing took too long, and what the next was short of.
fn row(reports: usize, best: Option<(u64, Outcome)>, short: Option<(u64, Outcome)>) -> Result<Row> {
    let what = format!("Security desk, {reports} reports: requests/s with p99 < {LATE:.0} ms on every kind");
    let mut row = match &best {
        Some((_, outcome)) => Row::note(
            &what,
            format!(
                "{:.0}/s, a post reaches its readers p50 {:.1}, p99 {:.1} ms",
                outcome.answers() as f64 / outcome.seconds,
                ms(&outcome.reach, 0.5),
                ms(&outcome.reach, 0.99)
            ),
        ),
        None => Row::note(&what, "none".into()),
    };
    for (pace, outcome) in best.iter().chain(&short) {
        row = row.remark(&describe(*pace, outcome)?);
    }
    Ok(row)
}

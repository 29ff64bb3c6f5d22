//! People who do what people do: mostly read, now and then write. How many of them may be there until one of their
//! actions takes too long.

mod acts;
pub(crate) mod costs;
mod mix;
mod people;

use crate::{
    Result,
    crowd::{Crowd, Outcome, Who},
    measure::ms,
    plot::Plot,
    report::Row,
    run::Place,
    server::Server,
};
use acts::Users;
use mix::KINDS;
use people::People;
use std::time::Duration;

/// Users at work, tried in turn.
const STEPS: [usize; 6] = [500, 1_000, 2_000, 4_000, 7_000, 10_000];
const QUICK: [usize; 2] = [250, 500];
/// Connections that ask.
const SENDERS: usize = 64;
/// How long an action may take, ms.
const LATE: f64 = 100.0;

pub(crate) fn measure(place: &Place, failures: &mut Vec<String>) -> Result<Vec<Row>> {
    let steps = if place.quick { &QUICK[..] } else { &STEPS[..] };
    let most = place.sockets(*steps.last().unwrap_or(&0));
    place.say(&format!("making an organization of {most}"));
    let (data, people) = people::make(place, "mixed", most)?;
    let server = Server::start(&place.server, &data)?;
    let mut crowd = Crowd::new(server.address, KINDS.len(), SENDERS)?;
    let mut rooms: Vec<usize> =
        people.rooms.iter().map(|r| crowd.add_room(&r.id.to_string(), r.last)).collect();
    rooms.push(crowd.add_room(&people.world.room.to_string(), people.world.last));
    let mut users = Users::new(&people, &rooms);
    let mut best: Option<(usize, Outcome)> = None;
    let mut plot = Plot::new("Mixed users: p99 of their actions", "users", "ms", LATE);
    let mut shortfall = None;
    for step in steps.iter().filter(|step| **step <= most) {
        come(&mut crowd, &people, &rooms, users.count..*step)?;
        users.count = *step;
        crowd.settle(server.pid())?;
        let seconds = |quick, full| Duration::from_secs(if place.quick { quick } else { full });
        let mut fast = false;
        // One try may have met with bad luck.
        for _ in 0..2 {
            users.restart();
            let outcome = crowd
                .run(server.pid(), (seconds(1, 3), seconds(4, 12)), |crowd, now| users.act(crowd, now))?;
            place.say(&describe(*step, &outcome)?);
            let (_, worst) = outcome.slowest(&KINDS)?;
            fast = worst < LATE && outcome.refused == 0 && crowd.failed == 0;
            if fast {
                draw(&mut plot, *step, &outcome)?;
                best = Some((*step, outcome));
                break;
            }
            shortfall = Some((*step, outcome));
        }
        if !fast {
            break;
        }
    }
    failures.extend(crowd.failures("mixed users"));
    if let Some((step, outcome)) =
        shortfall.as_ref().filter(|(step, _)| best.as_ref().is_none_or(|b| *step > b.0))
    {
        draw(&mut plot, *step, outcome)?;
    }
    place.draw("mixed", &plot)?;
    // Whoever met no limit in a short run is not short of anything.
    let cut_short = place.quick && shortfall.is_none();
    row(best, shortfall).map(|row| vec![row.only_if(!cut_short, "a quick run tries no more")])
}

/// Lets more users in.
fn come(crowd: &mut Crowd, people: &People, rooms: &[usize], who: std::ops::Range<usize>) -> Result<()> {
    for user in who.clone() {
        let mut mine: Vec<usize> =
            people.channels[user].iter().chain(&people.directs[user]).map(|r| rooms[*r]).collect();
        mine.push(rooms[rooms.len() - 1]);
        crowd.add_reader(Who::member(&people.world.tokens[user]), &mine);
    }
    crowd.open(who)
}

fn describe(users: usize, outcome: &Outcome) -> Result<String> {
    let (worst, p99) = outcome.slowest(&KINDS)?;
    Ok(format!(
        "{users} users: slowest is {worst}, p99 {p99:.1} ms; server {:.2}, client {:.2} cores; {} deliveries; p99 in ms: {}",
        outcome.server_cpu / outcome.seconds,
        outcome.client,
        outcome.deliveries,
        outcome.each(&KINDS)
    ))
}

fn draw(plot: &mut Plot, users: usize, outcome: &Outcome) -> Result<()> {
    plot.add("slowest action", users as f64, outcome.slowest(&KINDS)?.1);
    plot.add("a post reaches its readers", users as f64, ms(&outcome.reach, 0.99));
    for name in ["open a room", "post"] {
        plot.add(name, users as f64, ms(&outcome.kinds[mix::kind(name)], 0.99));
    }
    Ok(())
}

fn row(best: Option<(usize, Outcome)>, short: Option<(usize, Outcome)>) -> Result<Row> {
    let users = best.as_ref().map_or(0, |(users, _)| *users);
    let mut row = Row::goal(
        "Mixed users with p99 < 100 ms on every action",
        users.to_string(),
        ("2,000", users >= 2_000),
        ("10,000", users >= 10_000),
    )
    .timed();
    if let Some((_, outcome)) = &best {
        let (worst, p99) = outcome.slowest(&KINDS)?;
        row = row.remark(&format!(
            "slowest: {worst}, p99 {p99:.1} ms; {:.0} requests/s, {:.1} posts/s, {:.0} deliveries/s; server {:.2} cores, client {:.0} % of one",
            outcome.answers() as f64 / outcome.seconds,
            outcome.posts as f64 / outcome.seconds,
            outcome.deliveries as f64 / outcome.seconds,
            outcome.server_cpu / outcome.seconds,
            outcome.client * 100.0
        ));
    }
    if let Some((step, outcome)) = short.filter(|(step, _)| *step > users) {
        let (worst, p99) = outcome.slowest(&KINDS)?;
        row = row
            .remark(&format!(
                "at {step}: {worst}, p99 {p99:.1} ms, server {:.2} cores",
                outcome.server_cpu / outcome.seconds
            ))
            .client(outcome.client);
    }
    Ok(row)
}

//! The database restarted, frozen, and silent for one node: it has to say so in time, send its people away, and come back
//! by itself.

use super::{
    crowd::{latency, meanwhile, recovered},
    world::{self, World, ready},
};
use crate::{
    Result,
    clock::Clock,
    http::Line,
    socket::{Came, Socket},
};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

/// A node may wait so long for its database, and needs a moment to say so.
const SAID: Duration = Duration::from_secs(12);
/// Its people have to be elsewhere by then: it looks at the log every five seconds, and waits for an answer.
const SENT_AWAY: Duration = Duration::from_secs(20);
/// It has to serve again by itself so soon after.
const BACK: Duration = Duration::from_secs(15);

pub(crate) fn restarted(world: &mut World, _: bool) -> Result<(String, bool)> {
    let (took, outcome) = meanwhile(world, "restart", None, |world| {
        Clock::start().reach(Duration::from_secs(1));
        world.restart_database()?;
        let clock = Clock::start();
        world.all("ready")?;
        Ok(clock.elapsed())
    })?;
    let counts = format!("{outcome}; all nodes ready {:.1} s after its start", took.as_secs_f64());
    Ok((counts, outcome.clean() && took < BACK))
}

pub(crate) fn cut(world: &mut World, long: bool) -> Result<(String, bool)> {
    silent(world, long, false)
}

pub(crate) fn answers_lost(world: &mut World, long: bool) -> Result<(String, bool)> {
    silent(world, long, true)
}

/// A node gives a connection up that is silent for half a minute; this lasts longer.
const FROZEN: Duration = Duration::from_secs(40);
/// How long people write before and after that.
const BESIDE: Duration = Duration::from_secs(4);

/// All its processes stand still, and its machine goes on taking what is sent to them.
pub(crate) fn frozen(world: &mut World, _: bool) -> Result<(String, bool)> {
    let was = latency(world, 0, 1, 25)?;
    let name = "frozen";
    let ((seen, back), outcome) = meanwhile(world, name, None, |world| {
        // Nobody is acknowledged while it lasts: there is to be enough before and after.
        Clock::start().reach(BESIDE);
        let frozen = world.freeze_database()?;
        let clock = Clock::start();
        let over = AtomicBool::new(false);
        let seen = std::thread::scope(|scope| {
            let (world, over) = (&*world, &over);
            let asking: Vec<_> =
                (0..3).map(|what| scope.spawn(move || stay(world, name, what, over))).collect();
            clock.reach(FROZEN);
            over.store(true, Ordering::SeqCst);
            let mut seen = Seen::default();
            for one in asking {
                seen.add(one.join().map_err(|_| "it panicked")??);
            }
            Ok::<_, crate::Failure>(seen)
        })?;
        drop(frozen);
        let clock = Clock::start();
        world.all("ready")?;
        while let (503, _) = post(world, name)? {
            clock.patience("an acknowledgement by the node")?;
        }
        let back = clock.elapsed();
        Clock::start().reach(BESIDE);
        Ok((seen, back))
    })?;
    let (_, now) = recovered(world, 0, 1, was)?;
    let counts = format!(
        "{} s: {outcome}; {seen}; serves again {:.1} s after; latency {:.1} ms before, {:.1} ms after",
        FROZEN.as_secs(),
        back.as_secs_f64(),
        was.as_secs_f64() * 1e3,
        now.as_secs_f64() * 1e3,
    );
    Ok((counts, outcome.clean() && seen.good() && back < BACK))
}

/// What somebody saw who stayed at the node.
#[derive(Default)]
struct Seen {
    answers: usize,
    wrong: Vec<String>,
    longest: Duration,
}

impl Seen {
    fn add(&mut self, one: Self) {
        self.answers += one.answers;
        self.wrong.extend(one.wrong);
        self.longest = self.longest.max(one.longest);
    }

    fn good(&self) -> bool {
        self.wrong.is_empty() && self.answers > 3 && self.longest < SAID
    }
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} requests stayed at it: all 503, {} otherwise{}, {:.1} s at most",
            self.answers,
            self.wrong.len(),
            self.wrong.first().map(|w| format!(" ({w})")).unwrap_or_default(),
            self.longest.as_secs_f64()
        )
    }
}

fn silent(world: &mut World, long: bool, one_way: bool) -> Result<(String, bool)> {
    let hold = Duration::from_secs(if long { 60 } else { 20 });
    let was = latency(world, 0, 1, 25)?;
    let name = if one_way { "deaf" } else { "apart" };
    let ((seen, told, back), outcome) = meanwhile(world, name, Some(0), |world| {
        let clock = Clock::start();
        clock.reach(Duration::from_secs(1));
        let mut reader = Socket::open(world.nodes[0].address, &world.who.token, None)?;
        world.cut(0, &world::database(), one_way)?;
        let clock = Clock::start();
        let over = AtomicBool::new(false);
        let (seen, told) = std::thread::scope(|scope| {
            let (world, over) = (&*world, &over);
            let asking: Vec<_> =
                (0..3).map(|what| scope.spawn(move || stay(world, name, what, over))).collect();
            let told = scope.spawn(move || {
                loop {
                    match reader.next() {
                        Ok(Came::Event(_)) => {}
                        Ok(Came::Last(word)) => break Ok((word, clock.elapsed())),
                        Ok(Came::Cut) => break Ok(("cut".to_owned(), clock.elapsed())),
                        Err(e) => break Err(e),
                    }
                }
            });
            clock.reach(hold);
            over.store(true, Ordering::SeqCst);
            let mut seen = Seen::default();
            for one in asking {
                seen.add(one.join().map_err(|_| "it panicked")??);
            }
            world.mend(0, &world::database(), one_way)?;
            Ok::<_, crate::Failure>((seen, told.join().map_err(|_| "it panicked")?))
        })?;
        let clock = Clock::start();
        while ready(&world.nodes[0])?.0 != 200 {
            clock.patience("readiness of the node")?;
        }
        while let (503, _) = post(world, name)? {
            clock.patience("an acknowledgement by the node")?;
        }
        Ok((seen, told?, clock.elapsed()))
    })?;
    let (_, now) = recovered(world, 0, 1, was)?;
    let counts = format!(
        "{outcome}; {seen}; its streams told {:?} after {:.1} s; others waited {:.1} s at most; serves again {:.1} s after; latency {:.1} ms before, {:.1} ms after",
        told.0,
        told.1.as_secs_f64(),
        outcome.elsewhere.as_secs_f64(),
        back.as_secs_f64(),
        was.as_secs_f64() * 1e3,
        now.as_secs_f64() * 1e3,
    );
    let good = outcome.clean()
        && seen.good()
        && told.0 == "resume"
        && told.1 < SENT_AWAY
        && outcome.elsewhere < SAID
        && back < BACK;
    Ok((counts, good))
}

/// Asks the cut-off node for one thing again and again: each has to be refused in time, and say why.
fn stay(world: &World, name: &str, what: usize, over: &AtomicBool) -> Result<Seen> {
    let mut seen = Seen::default();
    while !over.load(Ordering::SeqCst) {
        let clock = Clock::start();
        let (status, answer) = match what {
            0 => ready(&world.nodes[0])?,
            1 => Line::open(world.nodes[0].address)?.ask("GET", "/boot", &world.who.token, "", "")?,
            _ => post(world, name)?,
        };
        seen.longest = seen.longest.max(clock.elapsed());
        seen.answers += 1;
        let says = answer["error"]["message"].as_str().unwrap_or_default();
        if status != 503 || !says.contains("database") {
            seen.wrong.push(format!("{what}: {status} {says:?}"));
        }
    }
    Ok(seen)
}

/// Says one thing, with one key however often: it stands once at the end.
fn post(world: &World, name: &str) -> Result<(u16, serde_json::Value)> {
    let who = &world.who;
    let body = serde_json::json!({"body": format!("stuck while {name}")}).to_string();
    world.nodes[0].line()?.ask("POST", &who.path(), &who.token, &format!("stuck-{name}"), &body)
}

//! One reader in a thousand stops reading: what the others wait, and what is kept for it.
//!
//! Everybody is in one room. Before each message that is timed there, the one who stalls gets a long one in a room of its
//! own, so that its buffers fill and overflow while the others are timed. The control is the same with nobody stalling:
//! each post waits in both until a witness, who reads all of it too, has the one before, so that no turn is quicker and
//! finds the server still at work.

use crate::{
    Result,
    clock::Clock,
    server::{Server, Writer},
    socket::{Came, Socket},
    table::Line,
};
use serde_json::json;
use std::time::Duration;

const READERS: usize = 1_000;
/// Messages timed in a turn.
const TIMED: usize = 300;
/// Characters of the long ones: with as many as are timed, several times what all buffers on the way hold.
const LONG: usize = 15_000;
/// What the others may wait, with it to without it.
const RATIO: f64 = 1.2;
/// What the server may grow by, MB: a queue holds one, and both turns allocate alike.
const GROWTH: f64 = 16.0;

struct Turn {
    /// What each timed message took.
    times: Vec<Duration>,
    /// The last word to the one who stalled.
    last: String,
    grown: f64,
}

/// Pairs of turns, with and without it, each way round by turns.
pub(crate) fn run(server: &Server, who: &Writer, people: &[String], long: bool) -> Result<Line> {
    let pairs = if long { 7 } else { 3 };
    // The owner's own connections are timed and stall; the others are there.
    let channel = json!({"name": "long ones", "kind": "private"});
    let made = server.line()?.post("/channels", &who.token, "", &channel)?;
    let own = Writer { token: who.token.clone(), room: made["id"].as_str().ok_or("no channel")?.to_owned() };
    let (mut timed, mut grown, mut told) = (Vec::new(), 0_f64, 0);
    for n in 0..pairs {
        // A machine that grows busier, or less so, must not always favour the same side.
        let first = n % 2 == 1;
        let (one, other) =
            (turn(server, who, &own, people, first)?, turn(server, who, &own, people, !first)?);
        let (alone, beside) = if first { (other, one) } else { (one, other) };
        grown = grown.max(beside.grown);
        told += usize::from(beside.last == "resume");
        timed.push((alone.times, beside.times));
    }
    let waits = Waits::of(&timed);
    let counts = format!(
        "told to resume in {told} of {pairs} turns of {} MB for it; p99 of the other {} {:.1} ms without, {:.1} ms with it, median ratio of the turns {:.2}; the server grew by {grown:.1} MB at most",
        TIMED * LONG / 1_000_000,
        READERS - 1,
        waits.alone,
        waits.beside,
        waits.median,
    );
    Ok(Line::new("one reader in 1,000 stalls", counts, told == pairs && !waits.longer() && grown <= GROWTH))
}

/// What the others waited, ms: the 99th percentiles of all turns together, and the median of the pairs' ratios.
struct Waits {
    alone: f64,
    beside: f64,
    median: f64,
}

impl Waits {
    fn of(pairs: &[(Vec<Duration>, Vec<Duration>)]) -> Self {
        let mut ratios: Vec<f64> = pairs.iter().map(|(a, b)| slow(b.iter()) / slow(a.iter())).collect();
        ratios.sort_by(f64::total_cmp);
        Self {
            alone: slow(pairs.iter().flat_map(|(a, _)| a)),
            beside: slow(pairs.iter().flat_map(|(_, b)| b)),
            median: ratios[ratios.len() / 2],
        }
    }

    /// Whether it is the stalled one they waited for. One busy moment of the machine moves the percentile of all turns and
    /// a longer one the ratio of most pairs; a server that waits for its slowest reader moves both.
    fn longer(&self) -> bool {
        self.median > RATIO && self.beside / self.alone > RATIO
    }
}

/// The 99th percentile, ms.
fn slow<'a>(times: impl Iterator<Item = &'a Duration>) -> f64 {
    let mut sorted: Vec<_> = times.collect();
    sorted.sort_unstable();
    sorted.get(sorted.len() * 99 / 100).map_or(0.0, |t| t.as_secs_f64()) * 1e3
}

fn turn(server: &Server, who: &Writer, own: &Writer, people: &[String], stalls: bool) -> Result<Turn> {
    let mut timed = Socket::open(server.address, &people[1], None)?;
    let mut others: Vec<Socket> = (3..READERS)
        .map(|n| Socket::open(server.address, &people[1 + n % (people.len() - 1)], None))
        .collect::<Result<_>>()?;
    let mut witness = Socket::open(server.address, &own.token, None)?;
    let mut last = Socket::open(server.address, &own.token, None)?;
    let before = server.memory()?;
    let mut line = server.line()?;
    let text = "l".repeat(LONG);
    let (mut times, mut grown) = (Vec::new(), 0);
    for n in 0..TIMED {
        line.post(&own.path(), &own.token, "", &json!({"body": text}))?;
        while witness.text()? != text {}
        if !stalls {
            while last.text()? != text {}
        }
        let word = format!("timed {n}");
        let clock = Clock::start();
        line.post(&who.path(), &who.token, "", &json!({"body": word}))?;
        while timed.text()? != word {}
        times.push(clock.elapsed());
        while witness.text()? != word {}
        if !stalls {
            while last.text()? != word {}
        }
        if n % 100 == 99 {
            grown = grown.max(server.memory()?.saturating_sub(before));
            // What the others have got is small enough to have waited in their own buffers.
            for other in &mut others {
                other.pass(100)?;
            }
        }
    }
    let mut word = String::new();
    while stalls && word.is_empty() {
        match last.next()? {
            Came::Event(_) => {}
            Came::Last(said) => word = said,
            Came::Cut => "cut".clone_into(&mut word),
        }
    }
    Ok(Turn { times, last: word, grown: grown as f64 / 1024.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(ms: u64) -> Vec<Duration> {
        vec![Duration::from_millis(ms); TIMED]
    }

    #[test]
    fn a_server_that_waits_for_the_stalled_one_shows_in_both() {
        assert!(Waits::of(&[(turn(10), turn(13)), (turn(10), turn(14)), (turn(10), turn(13))]).longer());
        assert!(!Waits::of(&[(turn(10), turn(11)), (turn(10), turn(12)), (turn(10), turn(11))]).longer());
    }

    #[test]
    fn a_busy_machine_shows_in_one_only() {
        let moment = Waits::of(&[(turn(10), turn(90)), (turn(10), turn(10)), (turn(10), turn(10))]);
        assert!(moment.beside > 80.0 && moment.median < 1.1 && !moment.longer());
        let spell = Waits::of(&[(turn(43), turn(13)), (turn(10), turn(15)), (turn(10), turn(15))]);
        assert!(spell.median > 1.4 && !spell.longer());
    }
}

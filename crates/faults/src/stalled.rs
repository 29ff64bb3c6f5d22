//! One reader in a thousand stops reading: what the others wait, and what is kept for it.
//!
//! Everybody is in one room. Before each message that is timed there, the one who stalls gets a long one in a room of its
//! own, so that its buffers fill and overflow while the others are timed. The control is the same with nobody stalling.

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
    /// The 99th percentile.
    slow: f64,
    /// The last word to the one who stalled.
    last: String,
    grown: f64,
}

/// Pairs of turns, with and without: the median of their ratios is what counts, for one busy moment of the machine must
/// not decide.
pub(crate) fn run(server: &Server, who: &Writer, people: &[String], long: bool) -> Result<Line> {
    let pairs = if long { 7 } else { 3 };
    // The owner's own connections are timed and stall; the others are there.
    let channel = json!({"name": "long ones", "kind": "private"});
    let made = server.line()?.post("/channels", &who.token, "", &channel)?;
    let own = Writer { token: who.token.clone(), room: made["id"].as_str().ok_or("no channel")?.to_owned() };
    let (mut ratios, mut grown, mut lasts, mut slow) = (Vec::new(), 0_f64, Vec::new(), (0.0, 0.0));
    for _ in 0..pairs {
        let alone = turn(server, who, &own, people, false)?;
        let beside = turn(server, who, &own, people, true)?;
        ratios.push(beside.slow / alone.slow);
        grown = grown.max(beside.grown);
        lasts.push(beside.last);
        slow = (alone.slow, beside.slow);
    }
    ratios.sort_by(f64::total_cmp);
    let median = ratios[pairs / 2];
    let told = lasts.iter().filter(|l| *l == "resume").count();
    let counts = format!(
        "told to resume in {told} of {pairs} turns of {} MB for it; p99 of the other {} {:.1} ms without, {:.1} ms with it: median ratio {median:.2}; the server grew by {grown:.1} MB at most",
        TIMED * LONG / 1_000_000,
        READERS - 1,
        slow.0,
        slow.1,
    );
    Ok(Line::new("one reader in 1,000 stalls", counts, told == pairs && median <= RATIO && grown <= GROWTH))
}

fn turn(server: &Server, who: &Writer, own: &Writer, people: &[String], stalls: bool) -> Result<Turn> {
    let mut timed = Socket::open(server.address, &people[1], None)?;
    let mut others: Vec<Socket> = (2..READERS)
        .map(|n| Socket::open(server.address, &people[1 + n % (people.len() - 1)], None))
        .collect::<Result<_>>()?;
    let mut last = Socket::open(server.address, &own.token, None)?;
    let before = server.memory()?;
    let mut line = server.line()?;
    let text = "l".repeat(LONG);
    let (mut times, mut grown) = (Vec::new(), 0);
    for n in 0..TIMED {
        line.post(&own.path(), &own.token, "", &json!({"body": text}))?;
        if !stalls {
            while last.text()? != text {}
        }
        let word = format!("timed {n}");
        let clock = Clock::start();
        line.post(&who.path(), &who.token, "", &json!({"body": word}))?;
        while timed.text()? != word {}
        times.push(clock.elapsed());
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
    times.sort_unstable();
    let slow = times.get(TIMED * 99 / 100).map_or(0.0, Duration::as_secs_f64) * 1e3;
    let mut word = String::new();
    while stalls && word.is_empty() {
        match last.next()? {
            Came::Event(_) => {}
            Came::Last(said) => word = said,
            Came::Cut => "cut".clone_into(&mut word),
        }
    }
    Ok(Turn { slow, last: word, grown: grown as f64 / 1024.0 })
}

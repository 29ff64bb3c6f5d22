//! People who write and listen at several nodes while something breaks, as clients do: whoever is refused, cut off or told
//! to come back goes on at the next node, with the same key or the same cursor.

use super::world::World;
use crate::{
    Result,
    clock::Clock,
    http::Line,
    ledger::{self, Answer, Found, Pen},
    server::Writer,
    socket::{Came, Socket},
};
use std::{
    net::SocketAddr,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};

const WRITERS: usize = 6;
const READERS: usize = 9;
/// Between two messages of one writer.
const PACE: Duration = Duration::from_millis(10);

/// What came of it.
pub(crate) struct Outcome {
    pub(crate) found: Found,
    pub(crate) gaps: usize,
    pub(crate) repeats: usize,
    /// How often readers went on at another node.
    pub(crate) moved: usize,
    /// The longest anyone waited for an acknowledgement who never asked the broken node.
    pub(crate) elsewhere: Duration,
}

impl Outcome {
    pub(crate) fn clean(&self) -> bool {
        self.found.clean() && self.gaps + self.repeats == 0 && self.found.acknowledged > 100
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { found, gaps, repeats, moved, .. } = self;
        write!(f, "{found}; {READERS} readers moved {moved} times: {gaps} gaps, {repeats} repeats")
    }
}

/// Has everybody write and listen while `then` breaks and mends something. `broken` is the node it happens to, if it is one.
pub(crate) fn meanwhile<T>(
    world: &mut World,
    name: &str,
    broken: Option<usize>,
    then: impl FnOnce(&mut World) -> Result<T>,
) -> Result<(T, Outcome)> {
    let (nodes, who) = (world.addresses(), world.who.clone());
    let before = ledger::everything(&world.nodes[1], &who)?.len();
    let stop = AtomicBool::new(false);
    let mut pens: Vec<Pen> = (0..WRITERS).map(|n| Pen::new(&format!("{name}{n}"))).collect();
    let last = format!("end-of-{name}");
    let (came, heard, waited) = std::thread::scope(|scope| {
        let (nodes, who, stop, last) = (&nodes, &who, &stop, &last);
        let readers: Vec<_> = (0..READERS)
            .map(|n| Socket::open(nodes[n % nodes.len()], &who.token, None).map(|s| (n % nodes.len(), s)))
            .collect::<Result<_>>()?;
        let readers: Vec<_> =
            readers.into_iter().map(|(at, s)| scope.spawn(move || listen(nodes, at, s, who, last))).collect();
        let writers: Vec<_> = pens
            .iter_mut()
            .enumerate()
            .map(|(n, pen)| scope.spawn(move || write(nodes, n % nodes.len(), pen, who, stop, broken)))
            .collect();
        let came = then(world);
        stop.store(true, Ordering::SeqCst);
        let mut waited = Duration::ZERO;
        for writer in writers {
            waited = waited.max(writer.join().map_err(|_| "a writer panicked")??);
        }
        // Also when it failed: readers wait for it.
        say(nodes, who, last)?;
        let mut heard = Vec::new();
        for reader in readers {
            heard.push(reader.join().map_err(|_| "a reader panicked")??);
        }
        Ok::<_, crate::Failure>((came?, heard, waited))
    })?;
    let all = ledger::everything(&world.nodes[1], &who)?;
    let truth: Vec<&String> = all[before..].iter().map(|(text, _)| text).collect();
    let (mut gaps, mut repeats, mut moved) = (0, 0, 0);
    for (texts, moves) in &heard {
        moved += moves;
        let unique: std::collections::HashSet<&String> = texts.iter().collect();
        repeats += texts.len() - unique.len();
        gaps += truth.iter().filter(|t| !unique.contains(**t)).count();
        // In another order is a gap for whoever reads on.
        gaps += texts.iter().zip(&truth).filter(|(a, b)| a != *b).count();
    }
    let outcome = Outcome { found: ledger::look(&pens, &all), gaps, repeats, moved, elsewhere: waited };
    Ok((came, outcome))
}

/// Writes until told to stop, and to the end of what was begun. Gives the longest wait for an acknowledgement of what was
/// never asked of the broken node.
fn write(
    nodes: &[SocketAddr],
    mut at: usize,
    pen: &mut Pen,
    who: &Writer,
    stop: &AtomicBool,
    broken: Option<usize>,
) -> Result<Duration> {
    let (mut line, mut longest) = (None, Duration::ZERO);
    let (mut since, mut touched) = (Clock::start(), false);
    loop {
        touched |= Some(at) == broken;
        let answer = match &mut line {
            Some(line) => pen.ask(line, who)?,
            None => match Line::open(nodes[at]) {
                Ok(new) => pen.ask(line.insert(new), who)?,
                Err(_) => Answer::Nothing,
            },
        };
        if let Answer::Done = answer {
            if !touched {
                longest = longest.max(since.elapsed());
            }
            if stop.load(Ordering::SeqCst) {
                return Ok(longest);
            }
            std::thread::sleep(PACE);
            (since, touched) = (Clock::start(), false);
        } else {
            since.patience("an acknowledgement")?;
            line = None;
            at = (at + 1) % nodes.len();
        }
    }
}

/// Listens until `last` is said. Gives what was heard and how often it went on elsewhere.
fn listen(
    nodes: &[SocketAddr],
    mut at: usize,
    mut socket: Socket,
    who: &Writer,
    last: &str,
) -> Result<(Vec<String>, usize)> {
    let (mut heard, mut moved) = (Vec::new(), 0);
    loop {
        match socket.next()? {
            Came::Event(event) => {
                if let Some(text) = event["data"]["message"]["body"]["text"].as_str() {
                    heard.push(text.to_owned());
                    if text == last {
                        return Ok((heard, moved));
                    }
                }
            }
            Came::Last(word) if word != "resume" => return Err(format!("the stream says {word}").into()),
            Came::Last(_) | Came::Cut => {
                moved += 1;
                let clock = Clock::start();
                socket = loop {
                    at = (at + 1) % nodes.len();
                    match Socket::open(nodes[at], &who.token, Some(&socket.cursor)) {
                        Ok(new) => break new,
                        Err(_) => clock.patience("a stream at another node")?,
                    }
                };
            }
        }
    }
}

fn say(nodes: &[SocketAddr], who: &Writer, text: &str) -> Result<()> {
    let clock = Clock::start();
    let body = serde_json::json!({"body": text}).to_string();
    for at in nodes.iter().cycle() {
        if let Ok(mut line) = Line::open(*at)
            && line.ask("POST", &who.path(), &who.token, text, &body).is_ok_and(|(status, _)| status == 201)
        {
            break;
        }
        clock.patience("the last word")?;
    }
    Ok(())
}

static SAID: AtomicU64 = AtomicU64::new(0);

/// The median time from asking one node to hearing at another, of so many.
pub(crate) fn latency(world: &World, from: usize, to: usize, count: usize) -> Result<Duration> {
    let who = &world.who;
    let mut reader = Socket::open(world.nodes[to].address, &who.token, None)?;
    let mut line = world.nodes[from].line()?;
    let mut times = Vec::new();
    for _ in 0..count {
        // Each is said once: what stands twice is a fault.
        let text = format!("how long {}", SAID.fetch_add(1, Ordering::Relaxed));
        let clock = Clock::start();
        line.post(&who.path(), &who.token, "", &serde_json::json!({"body": text}))?;
        while reader.text()? != text {}
        times.push(clock.elapsed());
    }
    times.sort_unstable();
    Ok(times[count / 2])
}

/// The time until that median is within 1.5 × of what it was.
pub(crate) fn recovered(
    world: &World,
    from: usize,
    to: usize,
    was: Duration,
) -> Result<(Duration, Duration)> {
    let clock = Clock::start();
    loop {
        let now = latency(world, from, to, 25)?;
        if now.as_secs_f64() <= was.as_secs_f64() * 1.5 {
            return Ok((clock.elapsed(), now));
        }
        clock.patience("latency as it was")?;
    }
}

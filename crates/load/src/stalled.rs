//! One reader in a thousand who stops reading: the others must not feel it, the server must not keep more for it than
//! its queue, and when it reads again it must get what it missed.

use crate::{
    Result,
    drive::Drive,
    lane::{Posts, world},
    machine,
    measure::{Outcome, Pace, Plan, ms},
    order::{Finder, Seen, digits},
    report::Row,
    run::Place,
    server::Server,
    socket,
};
use std::{io::Read, net::TcpStream, time::Duration};

const MEMBERS: usize = 1_000;
const SENDERS: usize = 64;
/// Posts a second while it is measured.
const PACE: Duration = Duration::from_millis(20);
/// Posts on their way while the stalled reader's buffers are being filled.
const PUSH: usize = 32;
/// Posts it has missed, if the machine is not too slow, before it is measured with the reader gone: about five
/// megabytes, more than the kernel and the queue hold. The server resumes from 5,000 events back.
const MISSED: u64 = 4_300;
const ROUNDS: usize = 12;
/// What a connection's queue may hold, and what cannot be told from noise.
const QUEUE: f64 = 1.0;
const NOISE: f64 = 4.0;
const MB: f64 = 1_048_576.0;

pub(crate) fn measure(place: &Place, failures: &mut Vec<String>) -> Result<Vec<Row>> {
    let (data, people) = world(place, "stalled", MEMBERS, 1)?;
    let server = Server::start(&place.server, &data)?;
    let mut drive = Drive::new(Box::new(Posts::new(&people, SENDERS)))?;
    for (i, token) in people.tokens.iter().enumerate().skip(1) {
        drive.subscribe(socket::open(server.address, i, token)?, people.last)?;
        if i % 50 == 0 {
            drive.listen(Duration::ZERO)?;
        }
    }
    for _ in 0..SENDERS {
        drive.add_sender(TcpStream::connect(server.address)?, 1)?;
    }
    drive.settle(server.pid())?;
    let time = Duration::from_secs(if place.quick { 3 } else { 8 });
    let steady =
        Plan { pace: Pace::Open(PACE), warm: Duration::from_secs(1), measured: time, pid: server.pid() };
    let push = Plan {
        pace: Pace::Closed(PUSH),
        warm: Duration::ZERO,
        measured: Duration::from_secs(1),
        pid: server.pid(),
    };
    // What the load itself takes is taken before it is compared.
    for _ in 0..3 {
        drive.run(&push)?;
    }
    let before = drive.run(&steady)?;
    let memory = machine::resident(server.pid())?;
    let from = drive.made();
    let stalled = socket::resume(socket::narrow(server.address)?, &people.tokens[0], None)?;
    // A part while the kernel's buffers and the queue fill, then over the moment it is sent away.
    let filling = drive.run(&steady)?;
    for _ in 0..ROUNDS {
        if drive.made() - from < MISSED {
            drive.run(&push)?;
        }
    }
    let with = drive.run(&steady)?;
    let grown = (machine::resident(server.pid())? as f64 - memory as f64) / MB;
    let made = drive.made();
    failures.extend(drive.failures().iter().map(|f| format!("stalled reader: the others: {f}")));
    drop(drive);
    let mut late = Late { seen: Seen::after(people.last + from), cursor: None, finder: Finder::default() };
    let sent_away = late.read(stalled, people.last + made)?;
    if late.seen.messages < made - from {
        let stream = socket::tcp(server.address, 0)?;
        late.read(socket::resume(stream, &people.tokens[0], late.cursor.as_deref())?, people.last + made)?;
    }
    if late.seen.messages != made - from {
        failures.push(format!(
            "stalled reader: {} of {} messages came after all",
            late.seen.messages,
            made - from
        ));
    }
    drop(server);
    let after = f64::max(ms(&with.reach, 0.99), ms(&filling.reach, 0.99));
    let ratio = after / ms(&before.reach, 0.99);
    let within = grown <= QUEUE + NOISE;
    Ok(vec![
        Row::goal(
            "One stalled reader in 1,000: the others' p99 ÷ without it",
            describe(&with),
            ("≤ 1.2", ratio <= 1.2),
            ("≤ 1.2", ratio <= 1.2),
        )
        .against(describe(&before), ratio)
        .remark(&format!(
            "50 posts/s; while its buffers filled {}; sent away to come back: {sent_away}; it then got all {} it had missed",
            describe(&filling),
            made - from
        ))
        .client(with.client)
        .timed()
        .only_if(sent_away, "the machine was too slow to fill the reader's buffers"),
        Row::goal(
            "Same: memory the server took meanwhile",
            format!("{grown:.1} MB"),
            ("≤ 1 MB queue + 4 MB noise", within),
            ("the same", within),
        )
        .only_if(sent_away, "its queue was never full"),
    ])
}

fn describe(outcome: &Outcome) -> String {
    format!("p50 {:.1}, p99 {:.1} ms", ms(&outcome.reach, 0.5), ms(&outcome.reach, 0.99))
}

/// Somebody who reads at last.
struct Late {
    seen: Seen,
    cursor: Option<String>,
    finder: Finder,
}

impl Late {
    /// Reads until message `last` is there or the server ends the stream. Says whether it did.
    fn read(&mut self, mut opened: socket::Opened, last: u64) -> Result<bool> {
        opened.stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut bytes = opened.early;
        let mut chunk = vec![0; 256 * 1024];
        loop {
            let mut at = 0;
            while let Some(header) = socket::header(&bytes[at..])?.filter(|h| bytes.len() >= at + h.end()) {
                let frame = &bytes[at + header.start..at + header.end()];
                at += header.end();
                if frame.starts_with(b"{\"type\":\"resume\"") {
                    return Ok(true);
                }
                if let Some(rest) = frame.strip_prefix(b"{\"cursor\":\"") {
                    self.cursor = digits(rest, 20).map(|c| c.to_string());
                }
                if let Some(found) = self.finder.find(frame) {
                    self.seen.take(found.number).map_err(|what| format!("the stalled reader: {what}"))?;
                    if found.number == last {
                        return Ok(false);
                    }
                }
            }
            bytes.drain(..at);
            let n = opened.stream.read(&mut chunk)?;
            if n == 0 {
                return Ok(true);
            }
            bytes.extend_from_slice(&chunk[..n]);
        }
    }
}

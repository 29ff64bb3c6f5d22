//! The engine for many people in many rooms: one thread that reads thousands of sockets, lets them go and come back
//! with their cursors, asks over a few HTTP connections on an open schedule, and checks each delivery: in every room
//! the numbers a reader gets go up by one, and every post reaches every reader of its room once.
//!
//! Latencies count from the moment something was due, so that a server that stalls is not asked less.

mod asks;
mod frames;
mod outcome;
mod readers;
mod secrets;
mod standing;

pub(crate) use asks::{Answered, Ask};
pub(crate) use outcome::Outcome;
pub(crate) use readers::Who;
pub(crate) use secrets::{Knows, NOTE, secret};
pub(crate) use standing::Standing;

use crate::{Result, clock::Clock, machine, order::mark};
use asks::Sender;
use frames::Sight;
use mio::{Events, Poll};
use readers::Reader;
use std::{
    collections::{HashMap, VecDeque},
    io::ErrorKind,
    net::SocketAddr,
    time::Duration,
};

/// How long what was asked for and posted may take after the last of it was due.
const DRAIN: Duration = Duration::from_mins(1);
/// Bytes read at once, and the longest frame: the greeting of ten thousand people names them all.
const READ: usize = 4 * 1024 * 1024;
/// Failures kept in words; all are counted.
const KEPT: usize = 10;
/// Asks with this kind are not measured.
pub(crate) const QUIET: usize = usize::MAX;

/// A room as readers see it.
struct Room {
    /// The number of the newest message anybody has seen.
    last: u64,
    /// Readers who must get every message, guests among them.
    readers: u32,
    guests: u32,
}

/// A post and who has not got it.
struct Post {
    due: u64,
    left: u32,
    /// When it was sent, and when it was answered; 0 before that.
    sent: u64,
    answered: u64,
    /// Not for guests.
    note: bool,
}

/// What somebody heard, for scenarios that answer.
#[derive(Clone, Copy)]
pub(crate) struct Heard {
    pub(crate) reader: usize,
    pub(crate) post: usize,
}

/// See the module.
pub(crate) struct Crowd {
    poll: Poll,
    clock: Clock,
    address: SocketAddr,
    readers: Vec<Reader>,
    opening: usize,
    rooms: Vec<Room>,
    by_id: HashMap<String, usize>,
    posts: Vec<Post>,
    /// Posts that are not answered or have not reached everybody.
    under_way: usize,
    senders: Vec<Sender>,
    idle: Vec<usize>,
    waiting: VecDeque<Ask>,
    asked: usize,
    answers: Vec<Answered>,
    heard: Vec<Heard>,
    /// Whether `heard` is kept.
    pub(crate) listening: bool,
    sight: Sight,
    buffer: Vec<u8>,
    failures: Vec<String>,
    pub(crate) failed: u64,
    window: (u64, u64),
    outcome: Outcome,
    kinds: usize,
    /// When all said last that they are there.
    pinged: Duration,
}

/// How often a client says that it is there; the server takes ninety seconds of silence for its end.
const PING: Duration = Duration::from_secs(25);

impl Crowd {
    /// A crowd that asks in `kinds` kinds over `senders` connections.
    pub(crate) fn new(address: SocketAddr, kinds: usize, senders: usize) -> Result<Self> {
        let mut crowd = Self {
            poll: Poll::new()?,
            clock: Clock::start(),
            address,
            readers: Vec::new(),
            opening: 0,
            rooms: Vec::new(),
            by_id: HashMap::new(),
            posts: Vec::new(),
            under_way: 0,
            senders: Vec::new(),
            idle: Vec::new(),
            waiting: VecDeque::new(),
            asked: 0,
            answers: Vec::new(),
            heard: Vec::new(),
            listening: false,
            pinged: Duration::ZERO,
            sight: Sight::default(),
            buffer: vec![0; READ],
            failures: Vec::new(),
            failed: 0,
            window: (u64::MAX, u64::MAX),
            outcome: Outcome::new(kinds)?,
            kinds,
        };
        for _ in 0..senders {
            crowd.add_sender()?;
        }
        Ok(crowd)
    }

    /// Makes a room known: its id and the number of its newest message.
    pub(crate) fn add_room(&mut self, id: &str, last: u64) -> usize {
        self.rooms.push(Room { last, readers: 0, guests: 0 });
        self.by_id.insert(id.to_owned(), self.rooms.len() - 1);
        self.rooms.len() - 1
    }

    /// The number of the newest message anybody has seen in a room.
    pub(crate) fn last_number(&self, room: usize) -> u64 {
        self.rooms[room].last
    }

    /// Nanoseconds since the crowd was made.
    pub(crate) fn now(&self) -> u64 {
        self.clock.nanos()
    }

    /// A new post into a room, due at a time: what to write into its text. Every reader of the room must get it.
    pub(crate) fn new_post(&mut self, room: usize, due: u64) -> (usize, String) {
        self.new_post_in(&[room], due)
    }

    /// The same for a message that different people see in different rooms.
    pub(crate) fn new_post_in(&mut self, rooms: &[usize], due: u64) -> (usize, String) {
        let left = rooms.iter().map(|room| self.rooms[*room].readers).sum();
        self.add_post(due, left, false)
    }

    /// The same for a message that guests must not get.
    pub(crate) fn new_note(&mut self, room: usize, due: u64) -> (usize, String) {
        let left = self.rooms[room].readers - self.rooms[room].guests;
        self.add_post(due, left, true)
    }

    fn add_post(&mut self, due: u64, left: u32, note: bool) -> (usize, String) {
        let index = self.posts.len();
        self.posts.push(Post { due, left, sent: 0, answered: 0, note });
        self.under_way += 1;
        if self.is_measured(due) {
            self.outcome.posts += 1;
        }
        (index, mark(index as u64))
    }

    /// What was heard since the last call; nothing unless `listening`.
    pub(crate) fn take_heard(&mut self) -> Vec<Heard> {
        std::mem::take(&mut self.heard)
    }

    /// Answers whose askers wanted them, since the last call.
    pub(crate) fn take_answers(&mut self) -> Vec<Answered> {
        std::mem::take(&mut self.answers)
    }

    /// What was wrong, in words.
    pub(crate) fn failures(&self, scenario: &str) -> Vec<String> {
        let mut all: Vec<String> = self.failures.iter().map(|f| format!("{scenario}: {f}")).collect();
        if self.failed as usize > all.len() {
            all.push(format!("{scenario}: {} things were wrong in all", self.failed));
        }
        all
    }

    pub(crate) fn fail(&mut self, what: String) {
        self.failed += 1;
        if self.failures.len() < KEPT {
            self.failures.push(what);
        }
    }

    fn is_measured(&self, due: u64) -> bool {
        (self.window.0..self.window.1).contains(&due)
    }

    /// Reads whatever comes for a while.
    pub(crate) fn listen(&mut self, time: Duration) -> Result<()> {
        let until = self.clock.elapsed() + time;
        let mut events = Events::with_capacity(1024);
        loop {
            let left = until.saturating_sub(self.clock.elapsed());
            self.turn(&mut events, left)?;
            if left.is_zero() {
                return Ok(());
            }
        }
    }

    /// Listens until a process has little to do any more, two minutes at most.
    pub(crate) fn settle(&mut self, pid: u32) -> Result<()> {
        let mut calm = 0;
        for _ in 0..240 {
            let before = machine::cpu(pid)?;
            self.listen(Duration::from_millis(500))?;
            let busy = machine::cpu(pid)?.saturating_sub(before);
            calm = if busy <= Duration::from_millis(30) { calm + 1 } else { 0 };
            if calm == 3 {
                return Ok(());
            }
        }
        Err("the server does not come to rest".into())
    }

    /// Runs a stretch of load. `act` does what is due until the time it is given and says when the next is due. Then
    /// waits until all that was asked for and posted is over.
    pub(crate) fn run(
        &mut self,
        pid: u32,
        (warm, measured): (Duration, Duration),
        mut act: impl FnMut(&mut Self, u64) -> Result<u64>,
    ) -> Result<Outcome> {
        let mut events = Events::with_capacity(1024);
        let from = self.now() + warm.as_nanos() as u64;
        let until = from + measured.as_nanos() as u64;
        self.window = (from, until);
        self.outcome = Outcome::new(self.kinds)?;
        let mut marks = None;
        let end = loop {
            let now = self.now();
            if marks.is_none() && now >= from {
                marks = Some((now, machine::cpu(pid)?, machine::thread_cpu()?));
            }
            if now >= until {
                break now;
            }
            let next = act(self, now)?.min(until);
            let next = if now < from { next.min(from) } else { next };
            self.turn(&mut events, Duration::from_nanos(next.saturating_sub(self.now())))?;
        };
        let (start, server, client) = marks.ok_or("nothing was measured")?;
        self.outcome.seconds = (end - start) as f64 / 1e9;
        self.outcome.server_cpu = machine::cpu(pid)?.saturating_sub(server).as_secs_f64();
        self.outcome.client =
            machine::thread_cpu()?.saturating_sub(client).as_secs_f64() / self.outcome.seconds;
        self.drain()?;
        Ok(std::mem::replace(&mut self.outcome, Outcome::new(self.kinds)?))
    }

    /// Waits until everything is over.
    pub(crate) fn drain(&mut self) -> Result<()> {
        let until = self.clock.elapsed() + DRAIN;
        let mut events = Events::with_capacity(1024);
        while self.under_way > 0 || self.asked > 0 || self.opening > 0 {
            if self.clock.elapsed() > until {
                let (posts, asked, opening) = (self.under_way, self.asked, self.opening);
                self.fail(format!(
                    "{DRAIN:?} after the end {posts} posts had not reached everybody, {asked} questions had no answer, {opening} sockets were not open"
                ));
                break;
            }
            self.turn(&mut events, Duration::from_millis(50))?;
        }
        // Whatever is sent twice comes late.
        self.listen(Duration::from_millis(50))
    }

    fn turn(&mut self, events: &mut Events, wait: Duration) -> Result<()> {
        self.send_waiting()?;
        if self.clock.elapsed() >= self.pinged + PING {
            self.ping();
        }
        match self.poll.poll(events, Some(wait)) {
            Err(e) if e.kind() == ErrorKind::Interrupted => return Ok(()),
            other => other?,
        }
        for event in events.iter() {
            match event.token().0.checked_sub(asks::TOKENS) {
                Some(sender) => self.hear_sender(sender)?,
                None => self.hear_reader(event.token().0, event.is_writable())?,
            }
        }
        self.send_waiting()
    }
}

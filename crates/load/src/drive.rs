//! The engine: one thread that posts over a few connections and reads thousands of sockets, checks each delivery, and
//! measures from the moment a post was due to the moment each subscriber has it.

use crate::{
    Result,
    alarm::Alarm,
    clock::Clock,
    http, machine,
    measure::{Outcome, Pace, Plan, Wire, histogram},
    order::{self, Finder, Seen},
    socket,
};
use hdrhistogram::Histogram;
use mio::{Events, Interest, Poll, Token, net::TcpStream};
use std::{
    collections::VecDeque,
    io::{ErrorKind, Read, Write},
    time::Duration,
};

/// How long what was posted may take to reach everybody after the last post.
const DRAIN: Duration = Duration::from_secs(20);
/// Bytes read at once.
const READ: usize = 256 * 1024;
/// Failures kept in words; all are counted.
const KEPT: usize = 10;

struct Subscriber {
    stream: TcpStream,
    partial: Vec<u8>,
    seen: Seen,
}

struct Sender {
    stream: TcpStream,
    inbox: Vec<u8>,
    posts: VecDeque<u64>,
}

/// A post on its way.
struct Post {
    due: u64,
    /// Subscribers that have not got it.
    left: u32,
    answered: bool,
}

struct Marks {
    from: u64,
    until: u64,
}

/// See the module.
pub(crate) struct Drive {
    poll: Poll,
    clock: Clock,
    wire: Box<dyn Wire>,
    subscribers: Vec<Subscriber>,
    /// A post goes to one of so many equal parts of them, in turn.
    groups: usize,
    senders: Vec<Sender>,
    idle: VecDeque<usize>,
    alarm: Alarm,
    posts: Vec<Post>,
    under_way: usize,
    finder: Finder,
    buffer: Vec<u8>,
    failures: Vec<String>,
    pub(crate) failed: u64,
    /// Frames that carry no message, such as presence.
    pub(crate) others: u64,
    window: Marks,
    outcome: (u64, u64, Histogram<u64>, Histogram<u64>),
}

/// Senders have tokens from here on.
const SENDERS: usize = 1 << 32;
const ALARM: Token = Token(usize::MAX);

impl Drive {
    pub(crate) fn new(wire: Box<dyn Wire>) -> Result<Self> {
        let poll = Poll::new()?;
        Ok(Self {
            alarm: Alarm::at(&poll, ALARM)?,
            poll,
            clock: Clock::start(),
            wire,
            subscribers: Vec::new(),
            groups: 1,
            senders: Vec::new(),
            idle: VecDeque::new(),
            posts: Vec::new(),
            under_way: 0,
            finder: Finder::default(),
            buffer: vec![0; READ],
            failures: Vec::new(),
            failed: 0,
            others: 0,
            window: Marks { from: u64::MAX, until: 0 },
            outcome: (0, 0, histogram()?, histogram()?),
        })
    }

    /// The same where each post goes to the next of so many parts of the subscribers, which are as many in each.
    pub(crate) fn in_groups(self, groups: usize) -> Self {
        Self { groups, ..self }
    }

    /// Adds a subscriber whose next message must be the one after `last`.
    pub(crate) fn subscribe(&mut self, opened: socket::Opened, last: u64) -> Result<()> {
        opened.stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(opened.stream);
        self.poll.registry().register(&mut stream, Token(self.subscribers.len()), Interest::READABLE)?;
        self.subscribers.push(Subscriber { stream, partial: opened.early, seen: Seen::after(last) });
        Ok(())
    }

    /// Adds a connection to post on. `deep`: how many posts may be on it at once.
    pub(crate) fn add_sender(&mut self, stream: std::net::TcpStream, deep: usize) -> Result<()> {
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        let index = self.senders.len();
        self.poll.registry().register(&mut stream, Token(SENDERS + index), Interest::READABLE)?;
        self.senders.push(Sender { stream, inbox: Vec::new(), posts: VecDeque::new() });
        self.idle.extend(std::iter::repeat_n(index, deep));
        Ok(())
    }

    /// Posts made so far.
    pub(crate) fn made(&self) -> u64 {
        self.posts.len() as u64
    }

    /// What was wrong, in words.
    pub(crate) fn failures(&self) -> &[String] {
        &self.failures
    }

    fn fail(&mut self, what: String) {
        self.failed += 1;
        if self.failures.len() < KEPT {
            self.failures.push(what);
        }
    }

    /// Reads whatever comes for a while.
    pub(crate) fn listen(&mut self, time: Duration) -> Result<()> {
        let until = self.clock.elapsed() + time;
        let mut events = Events::with_capacity(1024);
        loop {
            let left = until.saturating_sub(self.clock.elapsed());
            self.turn(&mut events, Some(left))?;
            if left.is_zero() {
                return Ok(());
            }
        }
    }

    /// Listens until a process has next to nothing to do any more, a minute at most.
    pub(crate) fn settle(&mut self, pid: u32) -> Result<()> {
        let mut calm = 0;
        for _ in 0..120 {
            let before = machine::cpu(pid)?;
            self.listen(Duration::from_millis(500))?;
            let busy = machine::cpu(pid)?.saturating_sub(before);
            calm = if busy <= Duration::from_millis(20) { calm + 1 } else { 0 };
            if calm == 4 {
                return Ok(());
            }
        }
        Err("the server does not come to rest".into())
    }

    /// Runs a stretch of load and waits until everything posted has arrived everywhere.
    pub(crate) fn run(&mut self, plan: &Plan) -> Result<Outcome> {
        let mut events = Events::with_capacity(1024);
        let begun = self.clock.nanos();
        let from = begun + plan.warm.as_nanos() as u64;
        let until = from + plan.measured.as_nanos() as u64;
        self.window = Marks { from, until };
        self.outcome = (0, 0, histogram()?, histogram()?);
        let mut due = begun;
        let mut marks = None;
        let end = loop {
            let now = self.clock.nanos();
            if marks.is_none() && now >= from {
                marks = Some((now, machine::cpu(plan.pid)?, machine::thread_cpu()?));
            }
            if now >= until {
                break now;
            }
            let wait = match plan.pace {
                Pace::Closed(window) => {
                    while self.under_way < window
                        && let Some(sender) = self.idle.pop_front()
                    {
                        self.post(sender, self.clock.nanos())?;
                    }
                    until - now
                }
                Pace::Open(every) => {
                    while due <= now
                        && let Some(sender) = self.idle.pop_front()
                    {
                        self.post(sender, due)?;
                        due += every.as_nanos() as u64;
                    }
                    due.saturating_sub(now).min(until - now)
                }
            };
            let next_mark = if now < from { from - now } else { wait };
            self.turn(&mut events, Some(Duration::from_nanos(wait.min(next_mark))))?;
        };
        let (start, server, client) = marks.ok_or("nothing was measured")?;
        let server_cpu = machine::cpu(plan.pid)?.saturating_sub(server).as_secs_f64();
        let seconds = (end - start) as f64 / 1e9;
        let client = machine::thread_cpu()?.saturating_sub(client).as_secs_f64() / seconds;
        self.drain(&mut events)?;
        let (posts, deliveries, ack, reach) =
            std::mem::replace(&mut self.outcome, (0, 0, histogram()?, histogram()?));
        Ok(Outcome { posts, deliveries, seconds, ack, reach, server_cpu, client })
    }

    fn drain(&mut self, events: &mut Events) -> Result<()> {
        let until = self.clock.elapsed() + DRAIN;
        while self.under_way > 0 {
            if self.clock.elapsed() > until {
                let (waiting, everybody) = (self.under_way, self.subscribers.len());
                self.fail(format!(
                    "{waiting} posts had not reached all {everybody} subscribers {DRAIN:?} after the last one"
                ));
                break;
            }
            self.turn(events, Some(Duration::from_millis(50)))?;
        }
        // Whatever is sent twice comes late.
        self.listen(Duration::from_millis(50))?;
        for i in 0..self.subscribers.len() {
            let group = i * self.groups / self.subscribers.len();
            let (messages, due) =
                (self.subscribers[i].seen.messages, order::due(self.posts.len(), self.groups, group));
            if messages != due {
                self.fail(format!("subscriber {i} has {messages} of {due} messages"));
            }
        }
        Ok(())
    }

    fn post(&mut self, sender: usize, due: u64) -> Result<()> {
        let index = self.posts.len() as u64;
        let request = self.wire.request(sender, index);
        let to = &mut self.senders[sender];
        // A request is far smaller than a socket's buffer.
        if to.stream.write(&request)? != request.len() {
            return Err("a request did not fit into the socket's buffer".into());
        }
        to.posts.push_back(index);
        self.posts.push(Post { due, left: (self.subscribers.len() / self.groups) as u32, answered: false });
        self.under_way += 1;
        Ok(())
    }

    fn turn(&mut self, events: &mut Events, wait: Option<Duration>) -> Result<()> {
        if let Some(wait) = wait.filter(|wait| !wait.is_zero()) {
            self.alarm.set(wait)?;
        }
        match self.poll.poll(events, wait) {
            Err(e) if e.kind() == ErrorKind::Interrupted => return Ok(()),
            other => other?,
        }
        for event in events.iter().filter(|event| event.token() != ALARM) {
            match event.token().0.checked_sub(SENDERS) {
                Some(sender) => self.hear_sender(sender)?,
                None => self.hear_subscriber(event.token().0, event.is_read_closed())?,
            }
        }
        Ok(())
    }

    fn hear_sender(&mut self, index: usize) -> Result<()> {
        let sender = &mut self.senders[index];
        loop {
            match sender.stream.read(&mut self.buffer) {
                Ok(0) if sender.posts.is_empty() && sender.inbox.is_empty() => {
                    sender.stream = http::again(sender.stream.peer_addr()?)?;
                    let (stream, token) = (&mut sender.stream, Token(SENDERS + index));
                    return Ok(self.poll.registry().register(stream, token, Interest::READABLE)?);
                }
                Ok(0) => return Err("the server closed a connection that posts".into()),
                Ok(n) => {
                    sender.inbox.extend_from_slice(&self.buffer[..n]);
                    if n < READ {
                        break;
                    }
                }
                Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                Err(e) => return Err(e.into()),
            }
        }
        let mut read = 0;
        while let Some(end) = self.wire.answered(&sender.inbox[read..])? {
            read += end;
            let post = sender.posts.pop_front().ok_or("an answer nobody waited for")?;
            let now = self.clock.nanos();
            let known = &mut self.posts[post as usize];
            known.answered = true;
            if (self.window.from..self.window.until).contains(&now) {
                self.outcome.0 += 1;
                self.outcome.2.saturating_record(now.saturating_sub(known.due) / 1000);
            }
            if known.left == 0 {
                self.under_way -= 1;
            }
            self.idle.push_back(index);
        }
        sender.inbox.drain(..read);
        Ok(())
    }

    fn hear_subscriber(&mut self, index: usize, closed: bool) -> Result<()> {
        loop {
            let subscriber = &mut self.subscribers[index];
            let kept = subscriber.partial.len();
            self.buffer[..kept].copy_from_slice(&subscriber.partial);
            let n = match subscriber.stream.read(&mut self.buffer[kept..]) {
                Ok(0) => {
                    self.fail(format!("the server closed the socket of subscriber {index}"));
                    return Ok(());
                }
                Ok(n) => n,
                Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(e) => return Err(e.into()),
            };
            subscriber.partial.clear();
            let end = kept + n;
            let read = self.frames(index, end)?;
            self.subscribers[index].partial.extend_from_slice(&self.buffer[read..end]);
            // A short read has emptied the socket; the next bytes come with a new event.
            if end < READ && !closed {
                return Ok(());
            }
        }
    }

    /// Goes through the frames in the buffer up to `end`. Says where the first incomplete one begins.
    fn frames(&mut self, index: usize, end: usize) -> Result<usize> {
        let now = self.clock.nanos();
        let mut at = 0;
        while let Some(header) = socket::header(&self.buffer[at..end])? {
            let next = at + header.end();
            if next > end {
                break;
            }
            let payload = &self.buffer[at + header.start..next];
            at = next;
            let found = if header.opcode == 1 { self.finder.find(payload) } else { None };
            let Some(found) = found else {
                self.other(index, at - header.length, at);
                continue;
            };
            let order = self.subscribers[index].seen.take(found.number);
            if let Err(what) = order {
                self.fail(format!("subscriber {index}: {what}"));
            }
            let Some(post) = self.posts.get_mut(found.post as usize) else {
                self.fail(format!("subscriber {index}: post {} was never made", found.post));
                continue;
            };
            if post.left == 0 {
                self.fail(format!("post {} came more often than there are subscribers", found.post));
                continue;
            }
            post.left -= 1;
            if now >= self.window.from && now < self.window.until {
                self.outcome.1 += 1;
            }
            if post.due >= self.window.from {
                self.outcome.3.saturating_record(now.saturating_sub(post.due) / 1000);
            }
            if post.left == 0 && post.answered {
                self.under_way -= 1;
            }
        }
        Ok(at)
    }

    /// A frame without a message. The server saying goodbye is a failure: nothing here is slow on purpose.
    fn other(&mut self, index: usize, from: usize, to: usize) {
        self.others += 1;
        let text = String::from_utf8_lossy(&self.buffer[from..to]);
        if order::is_wrong(&text) {
            let what = format!("subscriber {index} was told {}", text.chars().take(200).collect::<String>());
            self.fail(what);
        }
    }
}

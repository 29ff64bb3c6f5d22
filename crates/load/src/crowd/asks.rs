//! Questions over a few kept-alive connections, one at a time on each; what is due while all are busy waits, and its
//! wait counts.

use super::{Crowd, QUIET, READ};
use crate::{Result, http};
use mio::{Interest, Token, net::TcpStream};
use std::io::{ErrorKind, Read, Write};

/// Senders have tokens from here on.
pub(super) const TOKENS: usize = 1 << 32;

/// A question.
pub(crate) struct Ask {
    /// For the latencies; `QUIET` for none.
    pub(crate) kind: usize,
    pub(crate) due: u64,
    pub(crate) request: String,
    /// The post that is made by it.
    pub(crate) post: Option<usize>,
    /// Whether the answer is handed to the scenario, and what it is to be recognized by.
    pub(crate) keep: Option<u64>,
    /// Whether what is asked for must not exist for whoever asks.
    pub(crate) hidden: bool,
}

impl Ask {
    pub(crate) fn new(kind: usize, due: u64, request: String) -> Self {
        Self { kind, due, request, post: None, keep: None, hidden: false }
    }

    /// Makes this post.
    pub(crate) fn posts(self, post: usize) -> Self {
        Self { post: Some(post), ..self }
    }

    /// Hands the answer to the scenario under this tag.
    pub(crate) fn keep(self, tag: u64) -> Self {
        Self { keep: Some(tag), ..self }
    }

    /// Must be answered that there is no such thing; any other answer is a failure.
    pub(crate) fn hidden(self) -> Self {
        Self { hidden: true, ..self }
    }
}

/// An answer.
pub(crate) struct Answered {
    pub(crate) tag: u64,
    pub(crate) body: Vec<u8>,
}

pub(super) struct Sender {
    stream: TcpStream,
    inbox: Vec<u8>,
    /// Bytes that did not fit into the socket.
    unsent: Vec<u8>,
    asked: Option<Ask>,
    /// When it was opened or answered last.
    rested: u64,
    /// Whether it had rested so long before it was asked that the server may have closed it just then.
    stale: bool,
}

/// The server closes a connection that has had nothing to do for a while; a question may cross with that, ns.
const STALE: u64 = 5_000_000_000;

impl Crowd {
    pub(super) fn add_sender(&mut self) -> Result<()> {
        let stream = std::net::TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        let index = self.senders.len();
        self.poll.registry().register(
            &mut stream,
            Token(TOKENS + index),
            Interest::READABLE | Interest::WRITABLE,
        )?;
        let rested = self.clock.nanos();
        let (inbox, unsent) = (Vec::new(), Vec::new());
        self.senders.push(Sender { stream, inbox, unsent, asked: None, rested, stale: false });
        self.idle.push(index);
        Ok(())
    }

    /// Asks as soon as a connection is free.
    pub(crate) fn ask(&mut self, ask: Ask) {
        self.asked += 1;
        self.waiting.push_back(ask);
    }

    pub(super) fn send_waiting(&mut self) -> Result<()> {
        while !self.waiting.is_empty()
            && let Some(index) = self.idle.pop()
            && let Some(ask) = self.waiting.pop_front()
        {
            let sender = &mut self.senders[index];
            let now = self.clock.nanos();
            sender.unsent.extend_from_slice(ask.request.as_bytes());
            sender.stale = now >= sender.rested + STALE;
            if let Some(post) = ask.post {
                self.posts[post].sent = now;
            }
            sender.asked = Some(ask);
            self.push_out(index)?;
        }
        Ok(())
    }

    fn push_out(&mut self, index: usize) -> Result<()> {
        let sender = &mut self.senders[index];
        while !sender.unsent.is_empty() {
            match sender.stream.write(&sender.unsent) {
                Ok(n) => drop(sender.unsent.drain(..n)),
                Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                Err(e) if gone(&e) => return self.closed(index),
                Err(e) => return Err(e.into()),
            }
        }
        Ok(())
    }

    /// The server has closed a connection. What was asked on one that had rested is asked again on another, as every
    /// client does: it has a key or may be done twice.
    fn closed(&mut self, index: usize) -> Result<()> {
        let sender = &mut self.senders[index];
        if sender.asked.is_some() && !(sender.stale && sender.inbox.is_empty()) {
            return Err("the server closed a connection that asks".into());
        }
        sender.stream = http::again(self.address)?;
        sender.inbox.clear();
        sender.unsent = sender.asked.as_ref().map_or(Vec::new(), |ask| ask.request.clone().into_bytes());
        (sender.rested, sender.stale) = (self.clock.nanos(), false);
        let (stream, token) = (&mut sender.stream, Token(TOKENS + index));
        self.poll.registry().register(stream, token, Interest::READABLE | Interest::WRITABLE)?;
        self.push_out(index)
    }

    pub(super) fn hear_sender(&mut self, index: usize) -> Result<()> {
        self.push_out(index)?;
        let sender = &mut self.senders[index];
        loop {
            match sender.stream.read(&mut self.buffer) {
                Ok(0) => return self.closed(index),
                Ok(n) => {
                    sender.inbox.extend_from_slice(&self.buffer[..n]);
                    if n < READ {
                        break;
                    }
                }
                Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                Err(e) if gone(&e) => return self.closed(index),
                Err(e) => return Err(e.into()),
            }
        }
        let Some((status, body, end)) = http::complete(&sender.inbox)? else { return Ok(()) };
        let ask = sender.asked.take().ok_or("an answer nobody waited for")?;
        sender.rested = self.clock.nanos();
        let mut inbox = std::mem::take(&mut sender.inbox);
        self.idle.push(index);
        self.asked -= 1;
        self.take_answer(ask, status, &inbox[body..end]);
        inbox.drain(..end);
        self.senders[index].inbox = inbox;
        Ok(())
    }

    fn take_answer(&mut self, ask: Ask, status: u16, body: &[u8]) {
        let good = if ask.hidden { status == 404 } else { (200..300).contains(&status) };
        if matches!(status, 429 | 503) {
            self.outcome.refused += 1;
        } else if !good {
            let line = ask.request.lines().next().unwrap_or_default().to_owned();
            self.fail(format!("{line} was answered {status}: {}", String::from_utf8_lossy(body)));
        }
        let now = self.now();
        if ask.kind != QUIET && self.is_measured(ask.due) {
            let took = now.saturating_sub(ask.due) / 1000;
            self.outcome.kinds[ask.kind].saturating_record(took);
        }
        if let Some(index) = ask.post {
            let post = &mut self.posts[index];
            post.answered = now;
            // What was refused reaches nobody.
            if post.left == 0 || !good {
                post.left = 0;
                self.under_way -= 1;
            }
        }
        if let Some(tag) = ask.keep.filter(|_| good) {
            self.answers.push(Answered { tag, body: body.to_vec() });
        }
    }
}

/// Whether the other side has ended a connection.
fn gone(e: &std::io::Error) -> bool {
    matches!(e.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset)
}

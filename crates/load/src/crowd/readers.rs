//! Sockets: opening them without waiting, letting them go, coming back with the cursor.

use super::{Crowd, Knows, READ, Standing, frames::split};
use crate::{Result, http, socket};
use mio::{Interest, Token, net::TcpStream};
use std::{
    io::{ErrorKind, Read, Write},
    time::Duration,
};

/// Sockets that are opened at once.
const OPENING: usize = 64;

/// Who reads.
pub(crate) struct Who {
    pub(crate) token: String,
    /// Path of the stream.
    pub(crate) path: String,
    /// What a proxy would say where they come from.
    pub(crate) from: Option<String>,
}

impl Who {
    pub(crate) fn member(token: &str) -> Self {
        Self { token: token.to_owned(), path: format!("{}/stream", http::BASE), from: None }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Away,
    /// The connection is being made.
    Connecting,
    /// The upgrade is on its way.
    Asking,
    /// Frames come, `ready` has not.
    Greeting,
    Live,
}

pub(super) struct Reader {
    who: Who,
    stream: Option<TcpStream>,
    partial: Vec<u8>,
    pub(super) phase: Phase,
    /// When it was to come back, and the kind of latency that is.
    pub(super) due: (u64, usize),
    /// The last cursor it was given.
    pub(super) cursor: Vec<u8>,
    /// The number that must come next, by room; in order of rooms.
    pub(super) rooms: Vec<(usize, u64)>,
    pub(super) standing: Standing,
    /// What they may come to know; nothing is searched for when it is not said.
    pub(super) knows: Option<Knows>,
}

impl Crowd {
    /// Adds somebody who reads these rooms from now on; they come when told to.
    pub(crate) fn add_reader(&mut self, who: Who, rooms: &[usize]) -> usize {
        self.add_reader_as(who, rooms, Standing::Member, None)
    }

    /// The same for one who stands to the people of these rooms in another way, or whose frames are searched.
    pub(crate) fn add_reader_as(
        &mut self,
        who: Who,
        rooms: &[usize],
        standing: Standing,
        knows: Option<Knows>,
    ) -> usize {
        let (waited_for, guest) = match standing {
            Standing::Member => (1, 0),
            Standing::Guest => (1, 1),
            Standing::Comer { .. } => (0, 0),
        };
        let mut rooms: Vec<(usize, u64)> = rooms
            .iter()
            .map(|room| {
                self.rooms[*room].readers += waited_for;
                self.rooms[*room].guests += guest;
                (*room, self.rooms[*room].last + 1)
            })
            .collect();
        rooms.sort_unstable();
        self.readers.push(Reader {
            who,
            stream: None,
            partial: Vec::new(),
            phase: Phase::Away,
            due: (0, super::QUIET),
            cursor: Vec::new(),
            rooms,
            standing,
            knows,
        });
        self.readers.len() - 1
    }

    /// Whether a reader has its stream.
    pub(crate) fn is_live(&self, reader: usize) -> bool {
        self.readers[reader].phase == Phase::Live
    }

    /// The last cursor a reader was given.
    pub(crate) fn cursor(&self, reader: usize) -> u64 {
        std::str::from_utf8(&self.readers[reader].cursor).ok().and_then(|c| c.parse().ok()).unwrap_or(0)
    }

    /// Opens the sockets of these readers, a few at a time, and waits for the last.
    pub(crate) fn open(&mut self, readers: impl Iterator<Item = usize>) -> Result<()> {
        let mut events = mio::Events::with_capacity(1024);
        for reader in readers {
            self.come(reader, self.now(), super::QUIET)?;
            while self.opening >= OPENING {
                self.turn(&mut events, Duration::from_millis(100))?;
            }
        }
        self.drain()
    }

    /// Says for everybody who is there that they are, and has done so for a while. Whose line is full is heard of when
    /// it is read.
    pub(crate) fn ping(&mut self) {
        self.pinged = self.clock.elapsed();
        let ping = socket::masked(b"{\"type\":\"ping\"}");
        for reader in self.readers.iter_mut().filter(|r| r.phase == Phase::Live) {
            if let Some(stream) = &mut reader.stream {
                let _full = stream.write(&ping);
            }
        }
    }

    /// Cuts a reader's connection without a word.
    pub(crate) fn cut(&mut self, index: usize) {
        let reader = &mut self.readers[index];
        if !matches!(reader.phase, Phase::Live | Phase::Away) {
            self.opening -= 1;
        }
        reader.stream = None;
        reader.partial.clear();
        reader.phase = Phase::Away;
    }

    /// Begins to connect; over when `ready` is there.
    pub(crate) fn come(&mut self, index: usize, due: u64, kind: usize) -> Result<()> {
        let stream = socket::begin(self.address, index)?;
        let mut stream = TcpStream::from_std(stream);
        self.poll.registry().register(&mut stream, Token(index), Interest::READABLE | Interest::WRITABLE)?;
        self.opening += 1;
        let reader = &mut self.readers[index];
        reader.stream = Some(stream);
        reader.phase = Phase::Connecting;
        reader.due = (due, kind);
        Ok(())
    }

    /// Sends upgrade and hello in one go: the server reads on where the upgrade ends.
    fn knock(&mut self, index: usize) -> Result<()> {
        let reader = &mut self.readers[index];
        let Some(stream) = &mut reader.stream else { return Ok(()) };
        if let Some(e) = stream.take_error()? {
            return Err(format!("reader {index} cannot connect: {e}").into());
        }
        if stream.peer_addr().is_err() {
            return Ok(());
        }
        let request = socket::upgrade(&reader.who.path, reader.who.from.as_deref());
        let cursor = if reader.cursor.is_empty() {
            "null".to_owned()
        } else {
            format!("\"{}\"", String::from_utf8_lossy(&reader.cursor))
        };
        let hello = format!("{{\"type\":\"hello\",\"cursor\":{cursor},\"token\":\"{}\"}}", reader.who.token);
        let mut bytes = request.into_bytes();
        bytes.extend(socket::masked(hello.as_bytes()));
        // A new socket's buffer is empty.
        if stream.write(&bytes)? != bytes.len() {
            return Err("a hello did not fit into the socket's buffer".into());
        }
        reader.phase = Phase::Asking;
        self.poll.registry().reregister(stream, Token(index), Interest::READABLE)?;
        Ok(())
    }

    pub(super) fn hear_reader(&mut self, index: usize, writable: bool) -> Result<()> {
        if writable && self.readers[index].phase == Phase::Connecting {
            self.knock(index)?;
        }
        loop {
            let reader = &mut self.readers[index];
            let Some(stream) = &mut reader.stream else { return Ok(()) };
            let kept = reader.partial.len();
            if kept == READ {
                return Err(format!("reader {index} is sent a frame of more than {READ} bytes").into());
            }
            self.buffer[..kept].copy_from_slice(&reader.partial);
            let n = match stream.read(&mut self.buffer[kept..]) {
                Ok(0) => {
                    self.fail(format!("the server closed the socket of reader {index}"));
                    self.cut(index);
                    return Ok(());
                }
                Ok(n) => n,
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => {
                    return Ok(());
                }
                Err(e) => return Err(format!("reader {index}: {e}").into()),
            };
            reader.partial.clear();
            let end = kept + n;
            let read = self.take_bytes(index, end)?;
            let reader = &mut self.readers[index];
            if reader.stream.is_some() {
                reader.partial.extend_from_slice(&self.buffer[read..end]);
            }
            // A short read has emptied the socket; the next bytes come with a new event.
            if end < READ {
                return Ok(());
            }
        }
    }

    /// Goes through what is in the buffer. Says where the first incomplete thing begins.
    fn take_bytes(&mut self, index: usize, end: usize) -> Result<usize> {
        let mut at = 0;
        if self.readers[index].phase == Phase::Asking {
            let bytes = &self.buffer[..end];
            let Some(head) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else { return Ok(0) };
            if !bytes.starts_with(b"HTTP/1.1 101") {
                let what = format!("reader {index} was refused: {}", String::from_utf8_lossy(bytes));
                return Err(what.into());
            }
            self.readers[index].phase = Phase::Greeting;
            at = head + 4;
        }
        let now = self.now();
        while let Some((from, to)) = split(&self.buffer[..end], at)? {
            at = to;
            self.take_frame(index, from, to, now)?;
            if self.readers[index].stream.is_none() {
                return Ok(end);
            }
        }
        Ok(at)
    }
}

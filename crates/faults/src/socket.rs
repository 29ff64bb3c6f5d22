//! A WebSocket by hand: opened with a cursor, read frame by frame, cut without a word.

use crate::{Result, clock::PATIENCE, http::BASE};
use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
};

/// An open stream.
pub(crate) struct Socket {
    io: TcpStream,
    bytes: Vec<u8>,
    /// The cursor of the newest event read, or of `ready`.
    pub(crate) cursor: String,
}

/// What came.
pub(crate) enum Came {
    /// An event.
    Event(Value),
    /// The server's last word: `resume`, `resync` or `revoked`.
    Last(String),
    /// The connection ended without one.
    Cut,
}

impl Socket {
    /// Opens it after `cursor`, or from now on.
    pub(crate) fn open(to: SocketAddr, token: &str, cursor: Option<&str>) -> Result<Self> {
        let mut io = TcpStream::connect(to)?;
        io.set_nodelay(true)?;
        io.set_read_timeout(Some(PATIENCE))?;
        write!(
            io,
            "GET {BASE}/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )?;
        let mut socket = Self { io, bytes: Vec::new(), cursor: String::new() };
        let head = loop {
            match socket.bytes.windows(4).position(|w| w == b"\r\n\r\n") {
                Some(at) => break at + 4,
                None if socket.more()? == 0 => return Err("the server hung up in the handshake".into()),
                None => {}
            }
        };
        if !socket.bytes.starts_with(b"HTTP/1.1 101") {
            return Err(String::from_utf8_lossy(&socket.bytes).into());
        }
        socket.bytes.drain(..head);
        let hello = json!({"type": "hello", "cursor": cursor}).to_string();
        // A client masks; a mask of zeros leaves the payload as it is.
        let mut frame = vec![0x81];
        match u8::try_from(hello.len()) {
            Ok(short) if short < 126 => frame.push(0x80 | short),
            _ => {
                frame.push(0x80 | 0x7e);
                frame.extend_from_slice(&(hello.len() as u16).to_be_bytes());
            }
        }
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(hello.as_bytes());
        socket.io.write_all(&frame)?;
        let ready = socket.frame()?.ok_or("the stream refuses")?;
        if ready["type"] != "ready" || cursor.is_some() && ready["resumed"] != true {
            return Err(format!("the stream refuses: {ready}").into());
        }
        ready["cursor"].as_str().ok_or("no cursor")?.clone_into(&mut socket.cursor);
        Ok(socket)
    }

    fn more(&mut self) -> Result<usize> {
        let mut chunk = [0; 16 * 1024];
        let n = self.io.read(&mut chunk)?;
        self.bytes.extend_from_slice(&chunk[..n]);
        Ok(n)
    }

    /// The next text frame; none when the connection ended.
    fn frame(&mut self) -> Result<Option<Value>> {
        loop {
            if let Some((opcode, start, end)) = framed(&self.bytes)? {
                let payload = self.bytes[start..end].to_vec();
                self.bytes.drain(..end);
                match opcode {
                    1 => return Ok(Some(serde_json::from_slice(&payload)?)),
                    8 => return Ok(None),
                    _ => continue,
                }
            }
            match self.more() {
                Ok(0) => return Ok(None),
                Ok(_) => {}
                // A killed server resets.
                Err(e)
                    if e.downcast_ref::<std::io::Error>()
                        .is_some_and(|e| e.kind() == std::io::ErrorKind::ConnectionReset) =>
                {
                    return Ok(None);
                }
                Err(e) => return Err(e),
            }
        }
    }

    /// The next event or the end; things of the moment are passed over.
    pub(crate) fn next(&mut self) -> Result<Came> {
        while let Some(frame) = self.frame()? {
            if let Some(cursor) = frame["cursor"].as_str() {
                cursor.clone_into(&mut self.cursor);
                return Ok(Came::Event(frame));
            }
            if let Some(last @ ("resume" | "resync" | "revoked")) = frame["type"].as_str() {
                return Ok(Came::Last(last.to_owned()));
            }
        }
        Ok(Came::Cut)
    }

    /// Reads past so many messages without looking into them: for crowds, whose reading must not be what is measured.
    pub(crate) fn pass(&mut self, mut messages: usize) -> Result<()> {
        const POSTED: &[u8] = b"\"message.posted\"";
        while messages > 0 {
            match framed(&self.bytes)? {
                Some((1, start, end)) => {
                    let head = &self.bytes[start..end.min(start + 120)];
                    messages -= usize::from(head.windows(POSTED.len()).any(|w| w == POSTED));
                    self.bytes.drain(..end);
                }
                Some((8, ..)) => return Err("the stream was ended".into()),
                Some((.., end)) => drop(self.bytes.drain(..end)),
                None if self.more()? == 0 => return Err("the stream was cut".into()),
                None => {}
            }
        }
        Ok(())
    }

    /// The text of the next message posted.
    pub(crate) fn text(&mut self) -> Result<String> {
        loop {
            match self.next()? {
                Came::Event(event) => {
                    if let Some(text) = event["data"]["message"]["body"]["text"].as_str() {
                        return Ok(text.to_owned());
                    }
                }
                Came::Last(word) => return Err(format!("the server said {word}").into()),
                Came::Cut => return Err("the stream was cut".into()),
            }
        }
    }
}

/// The opcode of the first frame in `bytes`, where its payload begins and where it ends.
fn framed(bytes: &[u8]) -> Result<Option<(u8, usize, usize)>> {
    let [first, second, rest @ ..] = bytes else { return Ok(None) };
    if first & 0x80 == 0 || second & 0x80 != 0 {
        return Err(format!("a frame begins with {first:#04x} {second:#04x}").into());
    }
    let (start, length) = match (second & 0x7f, rest) {
        (126, [a, b, ..]) => (4, usize::from(u16::from_be_bytes([*a, *b]))),
        (127, rest) if let Some((length, _)) = rest.split_first_chunk() => {
            (10, u64::from_be_bytes(*length) as usize)
        }
        (126 | 127, _) => return Ok(None),
        (length, _) => (2, usize::from(length)),
    };
    Ok((bytes.len() >= start + length).then_some((first & 0x0f, start, start + length)))
}

//! A WebSocket of our own: the way in, and where frames begin and end. Payloads are left as they are.

use crate::{Result, http};
use socket2::{Domain, Protocol, Socket, Type};
use std::{
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    time::Duration,
};

/// Sockets from one source address: the server lets an address have 2,000.
const PER_ADDRESS: usize = 1_500;
/// What Linux says of a connection that is being made.
const IN_PROGRESS: i32 = 115;

/// An open stream, past `ready`, with the bytes that came after it.
pub(crate) struct Opened {
    pub(crate) stream: TcpStream,
    pub(crate) early: Vec<u8>,
}

/// Connects from the loopback address that the `index`-th socket of a run has.
pub(crate) fn tcp(to: SocketAddr, index: usize) -> Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP))?;
    let from = Ipv4Addr::new(127, 0, 0, 1 + (index / PER_ADDRESS) as u8);
    socket.bind(&SocketAddr::from((from, 0)).into())?;
    socket.connect(&to.into()).map_err(|e| format!("socket {index} cannot connect: {e}"))?;
    socket.set_tcp_nodelay(true)?;
    Ok(socket.into())
}

/// A connection that takes in very little before the other side must wait.
pub(crate) fn narrow(to: SocketAddr) -> Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP))?;
    socket.set_recv_buffer_size(4096)?;
    socket.connect(&to.into())?;
    Ok(socket.into())
}

/// Begins to connect, from the same address as `tcp`, without waiting.
pub(crate) fn begin(to: SocketAddr, index: usize) -> Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP))?;
    let from = Ipv4Addr::new(127, 0, 0, 1 + (index / PER_ADDRESS) as u8);
    socket.bind(&SocketAddr::from((from, 0)).into())?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    match socket.connect(&to.into()) {
        Err(e) if e.kind() != ErrorKind::WouldBlock && e.raw_os_error() != Some(IN_PROGRESS) => {
            Err(format!("socket {index} cannot connect: {e}").into())
        }
        _ => Ok(socket.into()),
    }
}

/// The request for a stream.
pub(crate) fn upgrade(path: &str, forwarded: Option<&str>) -> String {
    let forwarded = forwarded.map_or(String::new(), |from| format!("X-Forwarded-For: {from}\r\n"));
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\n{forwarded}Connection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
}

/// A text frame of a client. A client masks; a mask of zeros leaves the payload as it is.
pub(crate) fn masked(payload: &[u8]) -> Vec<u8> {
    let mut frame = text_header(payload.len() as u16);
    frame[1] |= 0x80;
    frame.extend([0; 4]);
    frame.extend_from_slice(payload);
    frame
}

/// Opens the stream as the owner of `token`, from the newest event on.
pub(crate) fn open(to: SocketAddr, index: usize, token: &str) -> Result<Opened> {
    resume(tcp(to, index)?, token, None)
}

/// Opens the stream on a connection, after the event of a cursor or from the newest on.
pub(crate) fn resume(mut stream: TcpStream, token: &str, cursor: Option<&str>) -> Result<Opened> {
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.write_all(upgrade(&format!("{}/stream", http::BASE), None).as_bytes())?;
    let cursor = cursor.map_or("null".to_owned(), |c| format!("\"{c}\""));
    let hello = format!("{{\"type\":\"hello\",\"cursor\":{cursor},\"token\":\"{token}\"}}");
    let mut bytes = Vec::new();
    read_until(&mut stream, &mut bytes, |b| Ok(b.windows(4).position(|w| w == b"\r\n\r\n").map(|at| at + 4)))
        .and_then(|end| {
            if bytes.starts_with(b"HTTP/1.1 101") {
                Ok(end)
            } else {
                Err(String::from_utf8_lossy(&bytes).into())
            }
        })
        .map(|end| drop(bytes.drain(..end)))?;
    stream.write_all(&masked(hello.as_bytes()))?;
    let end = read_until(&mut stream, &mut bytes, |b| {
        Ok(header(b)?.filter(|h| b.len() >= h.end()).map(Header::end))
    })?;
    if !bytes[..end].windows(14).any(|w| w == b"\"type\":\"ready\"") {
        return Err(format!("the stream refuses: {}", String::from_utf8_lossy(&bytes[..end])).into());
    }
    bytes.drain(..end);
    Ok(Opened { stream, early: bytes })
}

fn read_until(
    stream: &mut TcpStream,
    bytes: &mut Vec<u8>,
    mut done: impl FnMut(&[u8]) -> Result<Option<usize>>,
) -> Result<usize> {
    loop {
        if let Some(end) = done(bytes)? {
            return Ok(end);
        }
        let mut chunk = [0; 4096];
        let n = stream.read(&mut chunk)?;
        if n == 0 {
            return Err(format!("the server hung up after {:?}", String::from_utf8_lossy(bytes)).into());
        }
        bytes.extend_from_slice(&chunk[..n]);
    }
}

/// The beginning of a frame from the server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Header {
    pub(crate) opcode: u8,
    /// Where the payload begins.
    pub(crate) start: usize,
    /// Bytes of payload.
    pub(crate) length: usize,
}

impl Header {
    /// Where the frame ends.
    pub(crate) fn end(self) -> usize {
        self.start + self.length
    }
}

/// Reads a frame's header; nothing while it is incomplete. Our server sends whole messages, unmasked.
pub(crate) fn header(bytes: &[u8]) -> Result<Option<Header>> {
    let [first, second, rest @ ..] = bytes else { return Ok(None) };
    if first & 0x80 == 0 || first & 0x70 != 0 || second & 0x80 != 0 {
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
    Ok(Some(Header { opcode: first & 0x0f, start, length }))
}

/// The header of an unmasked text frame.
pub(crate) fn text_header(length: u16) -> Vec<u8> {
    let [high, low] = length.to_be_bytes();
    if length < 126 { vec![0x81, low] } else { vec![0x81, 126, high, low] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_as_they_are_written() {
        for length in [0, 1, 125, 126, 400, 65_535] {
            let bytes = text_header(length);
            let found = header(&bytes).unwrap().unwrap();
            assert_eq!((found.opcode, found.start, found.length), (1, bytes.len(), usize::from(length)));
            assert!((0..bytes.len()).all(|cut| header(&bytes[..cut]).unwrap().is_none()));
        }
        let long = [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0];
        assert_eq!(header(&long).unwrap(), Some(Header { opcode: 1, start: 10, length: 65_536 }));
        assert!(header(&[0x01, 0x05]).is_err());
        assert!(header(&[0x81, 0x85]).is_err());
    }
}

//! WebSocket frames (RFC 6455, 5): writing ours, reading a client's. No I/O. What a client sends is hostile until it has
//! been through here: masked, whole, in bounds, and text where it says so.

use bytes::Bytes;

/// Bytes of a client's message at most: a draft being typed, and some air.
pub(super) const LARGEST: usize = 128 * 1024;

const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;
const LAST: u8 = 0x80;
const MASKED: u8 = 0x80;
/// Bytes of a control frame's payload at most.
const CONTROL: usize = 125;

/// What a client sent.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Heard {
    Text(String),
    /// To be answered with the same bytes.
    Ping(Vec<u8>),
    /// The client closes, with this code if it gave one.
    Close(Option<u16>),
    /// Nothing this server acts on: binary messages and pongs.
    Other,
}

/// Why a client cannot be understood, as the code to close with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    Protocol = 1002,
    NotText = 1007,
    TooLarge = 1009,
}

fn write(opcode: u8, payload: &[u8]) -> Bytes {
    let mut frame = Vec::with_capacity(payload.len() + 10);
    frame.push(LAST | opcode);
    match payload.len() {
        short @ 0..=125 => frame.push(short as u8),
        middle @ 126..=0xffff => {
            frame.push(126);
            frame.extend_from_slice(&(middle as u16).to_be_bytes());
        }
        long => {
            frame.push(127);
            frame.extend_from_slice(&(long as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(payload);
    frame.into()
}

/// A text message.
pub(super) fn text(text: &str) -> Bytes {
    write(TEXT, text.as_bytes())
}

/// The answer to a ping.
pub(super) fn pong(payload: &[u8]) -> Bytes {
    write(PONG, &payload[..payload.len().min(CONTROL)])
}

/// The last frame.
pub(super) fn close(code: u16) -> Bytes {
    write(CLOSE, &code.to_be_bytes())
}

/// Takes a client's bytes in, in pieces of any size, and gives its messages out. Between messages it owns no memory.
#[derive(Default)]
pub(super) struct Reader {
    bytes: Vec<u8>,
    /// How many of them are read.
    at: usize,
    /// A message that comes in fragments, and whether it is text.
    begun: Option<(bool, Vec<u8>)>,
}

/// The beginning of a frame.
struct Head {
    last: bool,
    opcode: u8,
    mask: [u8; 4],
    /// Bytes before the payload.
    size: usize,
    length: usize,
}

fn head(bytes: &[u8]) -> Result<Option<Head>, Fault> {
    let [first, second, rest @ ..] = bytes else { return Ok(None) };
    let (last, opcode, short) = (first & LAST != 0, first & 0x0f, usize::from(second & 0x7f));
    // No extension was agreed on, so the bits for them are not ours; a client masks.
    let reserved = first & 0x70 != 0 || !matches!(opcode, 0..=BINARY | CLOSE..=PONG);
    let broken = opcode >= CLOSE && (!last || short > CONTROL);
    if reserved || broken || second & MASKED == 0 {
        return Err(Fault::Protocol);
    }
    let (wide, length) = match short {
        126 => match rest.first_chunk() {
            Some(length) => (2, u64::from(u16::from_be_bytes(*length))),
            None => return Ok(None),
        },
        127 => match rest.first_chunk() {
            Some(length) => (8, u64::from_be_bytes(*length)),
            None => return Ok(None),
        },
        short => (0, short as u64),
    };
    // A length is written as short as it can be.
    if wide == 2 && length < 126 || wide == 8 && length <= 0xffff {
        return Err(Fault::Protocol);
    }
    if length > LARGEST as u64 {
        return Err(Fault::TooLarge);
    }
    let Some(mask) = rest[wide..].first_chunk() else { return Ok(None) };
    Ok(Some(Head { last, opcode, mask: *mask, size: 2 + wide + 4, length: length as usize }))
}

fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    let mut chunks = payload.chunks_exact_mut(4);
    for chunk in &mut chunks {
        for (byte, key) in chunk.iter_mut().zip(mask) {
            *byte ^= key;
        }
    }
    for (byte, key) in chunks.into_remainder().iter_mut().zip(mask) {
        *byte ^= key;
    }
}

fn message(is_text: bool, payload: Vec<u8>) -> Result<Heard, Fault> {
    if !is_text {
        return Ok(Heard::Other);
    }
    String::from_utf8(payload).map(Heard::Text).map_err(|_| Fault::NotText)
}

fn closing(payload: &[u8]) -> Result<Heard, Fault> {
    let Some((code, reason)) = payload.split_first_chunk() else {
        return if payload.is_empty() { Ok(Heard::Close(None)) } else { Err(Fault::Protocol) };
    };
    let code = u16::from_be_bytes(*code);
    std::str::from_utf8(reason).map_err(|_| Fault::NotText)?;
    // Those a frame may carry (7.4): of the protocol, registered, and private ones.
    match code {
        1000..=1003 | 1007..=1014 | 3000..=4999 => Ok(Heard::Close(Some(code))),
        _ => Err(Fault::Protocol),
    }
}

impl Reader {
    /// Takes bytes in. The caller asks for messages until there are none before it puts more.
    pub(super) fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next message, if it is whole. After a fault nothing more is to be read.
    pub(super) fn next(&mut self) -> Result<Option<Heard>, Fault> {
        while let Some(head) = head(&self.bytes[self.at..])? {
            let start = self.at + head.size;
            let end = start + head.length;
            if self.bytes.len() < end {
                break;
            }
            let mut payload = self.bytes[start..end].to_vec();
            unmask(&mut payload, head.mask);
            self.at = end;
            if let Some(heard) = self.take(&head, payload)? {
                return Ok(Some(heard));
            }
        }
        // What was read goes, and with nothing left the memory too.
        self.bytes.drain(..self.at);
        self.at = 0;
        if self.bytes.is_empty() {
            self.bytes = Vec::new();
        }
        Ok(None)
    }

    fn take(&mut self, head: &Head, payload: Vec<u8>) -> Result<Option<Heard>, Fault> {
        let whole = match (head.opcode, &mut self.begun) {
            (PING, _) => return Ok(Some(Heard::Ping(payload))),
            (PONG, _) => return Ok(Some(Heard::Other)),
            (CLOSE, _) => return closing(&payload).map(Some),
            (0, Some((_, begun))) => {
                if begun.len() + payload.len() > LARGEST {
                    return Err(Fault::TooLarge);
                }
                begun.extend_from_slice(&payload);
                if !head.last {
                    return Ok(None);
                }
                self.begun.take()
            }
            // A fragment of nothing, or a message within another.
            (0, None) | (_, Some(_)) => return Err(Fault::Protocol),
            (opcode, None) => {
                let first = (opcode == TEXT, payload);
                if !head.last {
                    self.begun = Some(first);
                    return Ok(None);
                }
                Some(first)
            }
        };
        whole.map(|(is_text, payload)| message(is_text, payload)).transpose()
    }
}

#[cfg(test)]
mod tests;

//! The form of a backup: a first line, then frames of a kind, a length and a payload, the manifest last.

use super::refuse;
use portico_types::Result;
use std::io::{ErrorKind, Read, Write};

/// The first line of a backup that is not encrypted, or of what is inside the encryption.
pub(super) const FIRST_LINE: &[u8] = b"PORTICO BACKUP 1\n";

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Head,
    Table,
    Rows,
    File,
    Data,
    Manifest,
}

impl Kind {
    const ALL: [(Self, u8, usize); 6] = [
        (Self::Head, b'H', 64 << 10),
        (Self::Table, b'T', 64 << 10),
        // A row is a few KB, the longest message some hundred.
        (Self::Rows, b'R', 32 << 20),
        (Self::File, b'F', 4 << 10),
        (Self::Data, b'D', 1 << 20),
        (Self::Manifest, b'M', 256 << 20),
    ];

    fn tag(self) -> u8 {
        Self::ALL.iter().find(|(k, ..)| *k == self).map_or(0, |(_, tag, _)| *tag)
    }

    /// Bytes of payload at most.
    pub(super) fn limit(self) -> usize {
        Self::ALL.iter().find(|(k, ..)| *k == self).map_or(0, |(.., limit)| *limit)
    }
}

/// Writes a frame.
pub(super) fn write(out: &mut impl Write, kind: Kind, payload: &[u8]) -> Result<()> {
    if payload.len() > kind.limit() {
        return Err(refuse(format!("{} bytes are too much for one part of a backup", payload.len())));
    }
    let length = (payload.len() as u32).to_be_bytes();
    out.write_all(&[kind.tag()])
        .and_then(|()| out.write_all(&length))
        .and_then(|()| out.write_all(payload))
        .map_err(|e| refuse(format!("the backup cannot be written: {e}")))
}

/// Reads and checks the first line.
pub(super) fn first_line(input: &mut impl Read) -> Result<()> {
    let mut line = [0; FIRST_LINE.len()];
    input.read_exact(&mut line).map_err(|e| unreadable(&e))?;
    if line == FIRST_LINE { Ok(()) } else { Err(refuse("this is no backup that this portico can read")) }
}

/// Reads the next frame into `payload`. None at the end of the file.
pub(super) fn read(input: &mut impl Read, payload: &mut Vec<u8>) -> Result<Option<Kind>> {
    let mut tag = [0];
    loop {
        match input.read(&mut tag) {
            Ok(0) => return Ok(None),
            Ok(_) => break,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(unreadable(&e)),
        }
    }
    let found = Kind::ALL.iter().find(|(_, t, _)| *t == tag[0]);
    let Some((kind, _, limit)) = found else {
        return Err(refuse("the backup is damaged: a part of it is of no known kind"));
    };
    let mut length = [0; 4];
    input.read_exact(&mut length).map_err(|e| unreadable(&e))?;
    let length = u32::from_be_bytes(length) as usize;
    if length > *limit {
        return Err(refuse(format!("the backup is damaged: a part of it claims {length} bytes")));
    }
    payload.clear();
    // Memory follows what is really there, not what was claimed.
    let got = input.take(length as u64).read_to_end(payload).map_err(|e| unreadable(&e))?;
    if got < length {
        return Err(cut_off());
    }
    Ok(Some(*kind))
}

/// An error of reading, in words for whoever holds the file.
fn unreadable(e: &std::io::Error) -> portico_types::Error {
    match e.kind() {
        ErrorKind::UnexpectedEof => cut_off(),
        // What the decryption says of bytes that were changed.
        ErrorKind::InvalidData => refuse("the backup is damaged: its encryption does not hold"),
        _ => refuse(format!("the backup cannot be read: {e}")),
    }
}

pub(super) fn cut_off() -> portico_types::Error {
    refuse("the backup is cut off: its end is missing")
}

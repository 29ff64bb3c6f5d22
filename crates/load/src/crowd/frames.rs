//! What a frame says, read from where things stand in it instead of by parsing: an event begins with its cursor, its
//! room and its type; a message's number and the mark of its post stand where they stood the last time, or nearly.

use super::{Crowd, Heard, Standing, readers::Phase};
use crate::{
    Result,
    order::{Place, digits},
    socket,
};

/// Where things stood the last time.
#[derive(Default)]
pub(super) struct Sight {
    number: Place,
    mark: Place,
}

/// The frame that begins at `at`: where its payload begins and ends; nothing while it is incomplete.
pub(super) fn split(bytes: &[u8], at: usize) -> Result<Option<(usize, usize)>> {
    let Some(header) = socket::header(&bytes[at..])? else { return Ok(None) };
    let (from, to) = (at + header.start, at + header.end());
    Ok((to <= bytes.len()).then_some((from, to)))
}

/// The head of an event.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Head<'a> {
    pub(super) cursor: &'a [u8],
    /// People outside are not told the room: it is always theirs.
    pub(super) room: Option<&'a [u8]>,
    /// Begins with the type.
    pub(super) kind: &'a [u8],
    /// What is said.
    pub(super) rest: &'a [u8],
}

/// Takes an event's head off a frame; nothing for signals, which carry no cursor.
pub(super) fn head(frame: &[u8]) -> Option<Head<'_>> {
    let rest = frame.strip_prefix(b"{\"cursor\":\"")?;
    let end = rest.iter().position(|b| *b == b'"')?;
    let (cursor, rest) = (&rest[..end], rest.get(end + 2..)?);
    let (room, rest) = if let Some(rest) = rest.strip_prefix(b"\"room\":null,") {
        (None, rest)
    } else if let Some(rest) = rest.strip_prefix(b"\"room\":\"") {
        let end = rest.iter().position(|b| *b == b'"')?;
        (Some(&rest[..end]), rest.get(end + 2..)?)
    } else {
        (None, rest)
    };
    let kind = rest.strip_prefix(b"\"type\":\"").unwrap_or_else(|| signal(frame));
    // The greeting carries a cursor too, and is no event.
    (!kind.starts_with(b"ready\"")).then_some(Head { cursor, room, kind, rest })
}

/// What a frame that is no event is: its type, which stands first or last in it, with what follows; empty for a close.
pub(super) fn signal(frame: &[u8]) -> &[u8] {
    const NAME: &[u8] = b"\"type\":\"";
    let last = &frame[frame.len().saturating_sub(LAST)..];
    let first = frame.get(1..).and_then(|f| f.strip_prefix(NAME));
    first
        .or_else(|| last.windows(NAME.len()).rposition(|w| w == NAME).map(|at| &last[at + NAME.len()..]))
        .unwrap_or_default()
}

/// Where a type stands that stands last.
const LAST: usize = 48;

impl Crowd {
    pub(super) fn take_frame(&mut self, index: usize, from: usize, to: usize, now: u64) -> Result<()> {
        let frame = &self.buffer[from..to];
        let secrets = self.readers[index].check_secrets(frame);
        if let Err(what) = secrets {
            let text: String = String::from_utf8_lossy(frame).chars().take(200).collect();
            self.fail(format!("reader {index} {what}: {text}"));
            return Ok(());
        }
        let Some(event) = head(frame) else { return self.take_signal(index, from, to) };
        let reader = &mut self.readers[index];
        reader.cursor.clear();
        reader.cursor.extend_from_slice(event.cursor);
        reader.take_coming(event.kind, frame);
        let room = match event.room {
            Some(id) => std::str::from_utf8(id).ok().and_then(|id| self.by_id.get(id)).copied(),
            None if event.kind.starts_with(b"message.posted\"") => {
                reader.rooms.first().map(|(room, _)| *room)
            }
            None => None,
        };
        let Some(room) = room else { return Ok(()) };
        let known = reader.rooms.binary_search_by_key(&room, |(r, _)| *r).ok();
        let Some(place) = known.filter(|_| !reader.is_outside()) else {
            let kind = String::from_utf8_lossy(&event.kind[..event.kind.len().min(16)]).into_owned();
            self.fail(format!("reader {index} was told of a room they are not in: {kind}"));
            return Ok(());
        };
        if !event.kind.starts_with(b"message.posted\"") {
            return Ok(());
        }
        let Some(number) = self.sight.number.after(event.rest, b"\"number\":") else { return Ok(()) };
        let number = digits(&event.rest[number..], 20).unwrap_or(0);
        let due = std::mem::replace(&mut reader.rooms[place].1, number + 1);
        // A message without a mark is the server's own: it has a number like the others.
        let mark = self.sight.mark.after(event.rest, crate::order::MARK);
        let post = mark.and_then(|at| digits(&event.rest[at..], 10));
        self.rooms[room].last = self.rooms[room].last.max(number);
        if let Err(what) = reader.check_number(due, number) {
            self.fail(format!("reader {index}, room {room}: {what}: {due} was due, {number} came"));
        }
        if let Some(post) = post {
            self.take_delivery(index, post as usize, now);
        }
        Ok(())
    }

    fn take_delivery(&mut self, index: usize, number: usize, now: u64) {
        let Some(post) = self.posts.get_mut(number) else {
            return self.fail(format!("reader {index}: post {number} was never made"));
        };
        match &mut self.readers[index].standing {
            Standing::Comer { got, .. } => {
                got.push(number);
                return;
            }
            Standing::Guest if post.note => {
                return self.fail(format!("reader {index}, a guest, got the note of post {number}"));
            }
            Standing::Member | Standing::Guest => {}
        }
        if post.left == 0 {
            return self.fail(format!("post {number} came more often than its room has readers"));
        }
        post.left -= 1;
        let (due, over) = (post.due, post.left == 0 && post.answered > 0);
        if over {
            self.under_way -= 1;
        }
        if (self.window.0..self.window.1).contains(&now) {
            self.outcome.deliveries += 1;
        }
        if self.is_measured(due) {
            self.outcome.reach.saturating_record(now.saturating_sub(due) / 1000);
        }
        if self.listening {
            self.heard.push(Heard { reader: index, post: number });
        }
    }

    /// A frame without a cursor: the beginning, the end, or a signal that may as well be lost.
    fn take_signal(&mut self, index: usize, from: usize, to: usize) -> Result<()> {
        let frame = &self.buffer[from..to];
        let kind = signal(frame);
        if kind.starts_with(b"ready\"") {
            let resumed = frame.windows(14).any(|w| w == b"\"resumed\":true");
            let reader = &mut self.readers[index];
            if reader.phase == Phase::Greeting {
                self.opening -= 1;
            }
            reader.phase = Phase::Live;
            let (due, kind) = reader.due;
            if !reader.cursor.is_empty() && !resumed {
                self.fail(format!("reader {index} came back with a cursor and could not resume"));
            }
            if kind != super::QUIET && self.is_measured(due) {
                let took = self.now().saturating_sub(due) / 1000;
                self.outcome.kinds[kind].saturating_record(took);
            }
        } else if kind.starts_with(b"resume\"") {
            // Too slow: bounded queues are how the server defends itself. Coming back costs nothing but time.
            self.outcome.sent_away += 1;
            self.cut(index);
            self.come(index, self.now(), super::QUIET)?;
        } else if [&b"resync\""[..], b"revoked\"", b"error\""].iter().any(|end| kind.starts_with(end)) {
            self.take_strange(index, from, to);
        }
        Ok(())
    }

    fn take_strange(&mut self, index: usize, from: usize, to: usize) {
        let text: String = String::from_utf8_lossy(&self.buffer[from..to]).chars().take(200).collect();
        // A close frame follows whatever was said before; an empty one says nothing.
        if !text.is_empty() && text.starts_with('{') {
            self.fail(format!("reader {index} was told {text}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_an_event_is_found_for_members_and_outside() {
        let member = br#"{"cursor":"17","room":"abc","type":"message.posted","data":{}}"#;
        let found = head(member).unwrap();
        assert_eq!((found.cursor, found.room), (&b"17"[..], Some(&b"abc"[..])));
        assert!(found.kind.starts_with(b"message.posted\""));
        let nowhere = br#"{"cursor":"18","room":null,"type":"person.updated","data":{}}"#;
        assert_eq!(head(nowhere).unwrap().room, None);
        let outside = br#"{"cursor":"sealed-x","data":{"number":3},"type":"read.moved"}"#;
        let found = head(outside).unwrap();
        assert_eq!((found.cursor, found.room), (&b"sealed-x"[..], None));
        assert!(found.kind.starts_with(b"read.moved\"") && found.rest.starts_with(b"\"data\""));
        assert_eq!(head(br#"{"cursor":"3","resumed":true,"type":"ready"}"#), None);
        assert_eq!(head(br#"{"type":"presence","data":{}}"#), None);
        assert_eq!(head(b"{\"cursor\":\"1\""), None);
    }

    #[test]
    fn a_signal_says_what_it_is_first_or_last() {
        assert_eq!(signal(br#"{"type":"resume"}"#), b"resume\"}");
        assert_eq!(signal(br#"{"cursor":"3","resumed":true,"type":"ready"}"#), b"ready\"}");
        assert_eq!(signal(br#"{"data":{"member_id":"x"},"type":"presence"}"#), b"presence\"}");
        assert_eq!(signal(&[3, 232]), b"");
    }

    #[test]
    fn a_frame_is_split_when_it_is_whole() {
        let mut bytes = socket::text_header(5);
        bytes.extend(b"hello");
        for cut in 0..bytes.len() {
            assert_eq!(split(&bytes[..cut], 0).unwrap(), None);
        }
        assert_eq!(split(&bytes, 0).unwrap(), Some((2, 7)));
    }
}

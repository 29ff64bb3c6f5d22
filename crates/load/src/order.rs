//! What makes every delivery checkable: the room's number must go up by one, and the mark in the text names the post.
//!
//! Frames are not parsed: the two are found by the bytes before them, first where they were the last time.

/// Stands before the ten digits that name a post, in its text.
pub(crate) const MARK: &[u8] = b"postnr";
const NUMBER: &[u8] = b"\"number\":";
/// Digits of a mark.
const DIGITS: usize = 10;

/// A mark as it stands in a text.
pub(crate) fn mark(index: u64) -> String {
    format!("postnr{index:010}")
}

/// What a frame says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Found {
    /// The message's number in its room.
    pub(crate) number: u64,
    /// Which post it is.
    pub(crate) post: u64,
}

/// Where a word stood the last time; it moves by a few when numbers grow.
#[derive(Default)]
pub(crate) struct Place(usize);

impl Place {
    /// Where in `bytes` what follows `word` begins.
    pub(crate) fn after(&mut self, bytes: &[u8], word: &[u8]) -> Option<usize> {
        place(bytes, word, &mut self.0)
    }
}

/// Finds number and mark, with a memory for where they were.
#[derive(Default)]
pub(crate) struct Finder {
    number: Place,
    mark: Place,
}

impl Finder {
    /// Nothing for frames that carry no message of ours.
    pub(crate) fn find(&mut self, frame: &[u8]) -> Option<Found> {
        let number_at = self.number.after(frame, NUMBER)?;
        let mark_at = self.mark.after(frame, MARK)?;
        Some(Found { number: digits(&frame[number_at..], 20)?, post: digits(&frame[mark_at..], DIGITS)? })
    }
}

/// Where in `frame` the bytes after `word` begin. `hint` is where it was last; it moves by a few when numbers grow.
fn place(frame: &[u8], word: &[u8], hint: &mut usize) -> Option<usize> {
    let low = hint.saturating_sub(2);
    for at in low..low + 5 {
        if frame.get(at..at + word.len()) == Some(word) {
            *hint = at;
            return Some(at + word.len());
        }
    }
    let at = frame.windows(word.len()).position(|w| w == word)?;
    *hint = at;
    Some(at + word.len())
}

/// The number that `bytes` begin with, of so many digits at most.
pub(crate) fn digits(bytes: &[u8], most: usize) -> Option<u64> {
    let mut value = None;
    for byte in bytes.iter().take(most).take_while(|b| b.is_ascii_digit()) {
        value = Some(value.unwrap_or(0) * 10 + u64::from(byte - b'0'));
    }
    value
}

/// What one subscriber has seen.
#[derive(Clone, Copy, Default)]
pub(crate) struct Seen {
    /// The number that must come next; 0 before the first.
    next: u64,
    pub(crate) messages: u64,
}

impl Seen {
    /// Begins after the message `last`.
    pub(crate) fn after(last: u64) -> Self {
        Self { next: last + 1, messages: 0 }
    }

    /// Takes a message in, or says what is wrong with its number.
    pub(crate) fn take(&mut self, number: u64) -> Result<(), String> {
        let expected = self.next;
        self.next = number + 1;
        self.messages += 1;
        match number {
            n if n == expected => Ok(()),
            n if n > expected => Err(format!("gap: {expected} was due, {n} came")),
            n => Err(format!("repeat or wrong order: {expected} was due, {n} came")),
        }
    }
}

/// How many of `posts`, which go to one of so many groups in turn, are for a group.
pub(crate) fn due(posts: usize, groups: usize, group: usize) -> u64 {
    posts.saturating_sub(group).div_ceil(groups) as u64
}

/// Whether a frame that carries no post of ours is one a reader who is not slow must not get: a goodbye, or somebody
/// else's message.
pub(crate) fn is_wrong(frame: &str) -> bool {
    ["resume", "resync", "revoked", "error", "message.posted"]
        .iter()
        .any(|kind| frame.contains(&format!("\"type\":\"{kind}\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(cursor: u64, number: u64, post: u64) -> Vec<u8> {
        format!("{{\"cursor\":\"{cursor}\",\"data\":{{\"number\":{number},\"kind\":\"markdown\",\"text\":\"{} hi\"}}}}", mark(post)).into_bytes()
    }

    #[test]
    fn both_are_found_wherever_they_move_to() {
        let mut finder = Finder::default();
        for (cursor, number, post) in [(9, 1, 0), (10, 2, 1), (99_999, 100, 77), (5, 3, 9_999_999_999)] {
            assert_eq!(finder.find(&frame(cursor, number, post)), Some(Found { number, post }));
        }
        for other in
            [&b""[..], b"{\"type\":\"presence\"}", b"\"number\":", b"\"number\":7,\"text\":\"postnr\""]
        {
            assert_eq!(finder.find(other), None);
        }
    }

    #[test]
    fn gaps_repeats_and_wrong_order_are_seen() {
        let mut seen = Seen::after(4);
        seen.take(5).unwrap();
        seen.take(6).unwrap();
        assert!(seen.take(6).unwrap_err().contains("repeat"));
        assert!(seen.take(9).unwrap_err().contains("gap: 7"));
        assert_eq!(seen.messages, 4);
    }

    #[test]
    fn posts_go_to_groups_in_turn() {
        assert_eq!([0, 1, 2].map(|group| due(7, 3, group)), [3, 2, 2]);
        assert_eq!([0, 1].map(|group| due(1, 2, group)), [1, 0]);
        assert_eq!(due(5, 1, 0), 5);
    }

    #[test]
    fn goodbyes_and_strange_messages_are_wrong() {
        assert!(
            is_wrong("{\"type\":\"resume\"}") && is_wrong("{\"cursor\":\"1\",\"type\":\"message.posted\"}")
        );
        assert!(!is_wrong("{\"type\":\"presence\",\"data\":{}}"));
    }
}

//! How a reader stands to the people of their rooms: what must reach them, and what must not.

use super::{Knows, Reader};

/// See the module.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Gets every message: numbers go up by one.
    Member,
    /// Gets every message but notes: numbers go up.
    Guest,
    /// Is let in and sent away while others write. What they may get hangs on what they were last told of themselves, so
    /// nobody waits for them to have a message.
    Comer {
        /// Who they are.
        id: String,
        inside: bool,
        /// Messages they got while they were in.
        got: u64,
    },
}

impl Reader {
    /// Takes note that they were let in or sent away, if that is what a frame says.
    pub(super) fn take_coming(&mut self, kind: &[u8], frame: &[u8]) {
        let Standing::Comer { id, inside, .. } = &mut self.standing else { return };
        let (joined, left) = (kind.starts_with(b"member.joined\""), kind.starts_with(b"member.left\""));
        if (joined || left) && frame.windows(id.len()).any(|w| w == id.as_bytes()) {
            *inside = joined;
        }
    }

    /// Says what in a frame is not for them.
    pub(super) fn check_secrets(&self, frame: &[u8]) -> Result<(), String> {
        let Some(knows) = self.knows else { return Ok(()) };
        let knows = if self.is_outside() { Knows::default() } else { knows };
        knows.look(frame).map(|_| ())
    }

    /// Whether they have been sent away.
    pub(super) fn is_outside(&self) -> bool {
        matches!(self.standing, Standing::Comer { inside: false, .. })
    }

    /// What is wrong with a number that came when another was due.
    pub(super) fn check_number(&self, due: u64, number: u64) -> Result<(), &'static str> {
        match (number.cmp(&due), &self.standing) {
            (std::cmp::Ordering::Equal, _)
            | (std::cmp::Ordering::Greater, Standing::Guest | Standing::Comer { .. }) => Ok(()),
            (std::cmp::Ordering::Greater, Standing::Member) => Err("gap"),
            (std::cmp::Ordering::Less, _) => Err("repeat or wrong order"),
        }
    }
}

//! How a reader stands to the people of their rooms: what must reach them, and what must not.

use super::{Crowd, Knows, Reader};

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
        /// Posts they got.
        got: Vec<usize>,
        /// When it was acknowledged that they were sent away, and when they were about to be let in again.
        away: Vec<(u64, u64)>,
    },
}

impl Standing {
    /// Somebody who is in, and comes and goes from now on.
    pub(crate) fn comer(id: String) -> Self {
        Self::Comer { id, inside: true, got: Vec::new(), away: Vec::new() }
    }
}

impl Crowd {
    /// Somebody who comes and goes was away from when that was acknowledged until somebody was about to let them in again.
    pub(crate) fn was_away(&mut self, reader: usize, from: u64, until: u64) {
        if let Standing::Comer { away, .. } = &mut self.readers[reader].standing {
            away.push((from, until));
        }
    }

    /// Says how many posts one who comes and goes got. What was sent and answered while they were away is a failure,
    /// whatever they were told of themselves.
    pub(crate) fn check_comer(&mut self, reader: usize) -> usize {
        let Standing::Comer { got, away, .. } = &self.readers[reader].standing else { return 0 };
        let got_away = |post: &&usize| {
            let post = &self.posts[**post];
            away.iter().any(|(from, until)| post.sent >= *from && (1..=*until).contains(&post.answered))
        };
        let (all, wrong) = (got.len(), got.iter().filter(got_away).count());
        if wrong > 0 {
            self.fail(format!("reader {reader} got {wrong} posts that were made while they were away"));
        }
        all
    }
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

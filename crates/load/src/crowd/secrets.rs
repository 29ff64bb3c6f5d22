//! Words that stand only where few may read, so that every byte anybody gets can be searched for what is not theirs.

use crate::order::digits;
use std::fmt::Write;

/// Stands before two digits in whatever only one group of people may read.
const SECRET: &str = "vault";
/// Stands in whatever guests and people outside may not read.
pub(crate) const NOTE: &str = "cellar";

/// The secret of a group, below 100.
pub(crate) fn secret(group: usize) -> String {
    format!("{SECRET}{group:02}")
}

/// What somebody may come to know.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Knows {
    /// The secret of this group.
    pub(crate) group: Option<usize>,
    pub(crate) notes: bool,
}

impl Knows {
    /// Searches bytes that were sent to somebody. Says how many secrets of theirs are in it, or what is not for them.
    pub(crate) fn look(self, bytes: &[u8]) -> Result<usize, String> {
        let mut mine = 0;
        let mut others = String::new();
        for at in places(bytes, SECRET.as_bytes()) {
            let group = digits(&bytes[at..], 2);
            if group.is_some() && group == self.group.map(|g| g as u64) {
                mine += 1;
            } else {
                // Writing to a String cannot fail.
                let _fine = write!(others, " the secret of group {group:?}");
            }
        }
        if !self.notes && places(bytes, NOTE.as_bytes()).next().is_some() {
            others.push_str(" a note of the team");
        }
        if others.is_empty() { Ok(mine) } else { Err(format!("was sent{others}")) }
    }
}

/// Where what follows each `word` begins.
fn places<'a>(bytes: &'a [u8], word: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    let first = word[0];
    let candidates = bytes.iter().enumerate().filter(move |(_, b)| **b == first);
    candidates.filter(move |(at, _)| bytes[*at..].starts_with(word)).map(move |(at, _)| at + word.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_theirs_is_found_wherever_it_stands() {
        let text = format!("a {} b {} v {NOTE}", secret(7), secret(7));
        let team = Knows { group: Some(7), notes: true };
        assert_eq!(team.look(text.as_bytes()), Ok(2));
        for wrong in
            [Knows::default(), Knows { group: Some(7), notes: false }, Knows { group: Some(8), notes: true }]
        {
            assert!(wrong.look(text.as_bytes()).is_err(), "{wrong:?}");
        }
        assert_eq!(Knows::default().look(b"nothing of value"), Ok(0));
        assert!(Knows::default().look(b"vault").is_err(), "cut off before its digits");
    }
}

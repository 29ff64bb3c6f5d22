//! Cursors of paged lists: opaque to clients, but only a position, so nothing secret is in them.

use crate::{Error, Id, Result};

/// A place in an organization's log, as streams resume from it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LogPlace {
    /// Which life of the log: 0 as it began, another number after each restore or move. Numbers of two lives have nothing
    /// to do with each other.
    pub epoch: i64,
    /// The event's number.
    pub seq: i64,
}

/// A position in a list ordered by `(number, id)`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PageCursor {
    /// The sort key, often a time in ms.
    pub number: i64,
    /// Breaks ties.
    pub id: Id,
}

impl PageCursor {
    /// The text a client gets.
    pub fn encode(&self) -> String {
        format!("{:x}-{}", self.number, self.id)
    }

    /// Reads a cursor that came back from outside.
    pub fn decode(text: &str) -> Result<Self> {
        let bad = || Error::invalid("cursor", "pass the `next` of the page before, unchanged");
        let (number, id) = text.split_once('-').ok_or_else(bad)?;
        Ok(Self {
            number: u64::from_str_radix(number, 16).map_err(|_| bad())? as i64,
            id: id.parse().map_err(|_| bad())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went_and_an_invented_one_does_not() {
        for number in [0, 1, i64::MAX, -1, i64::MIN] {
            let cursor = PageCursor { number, id: Id([9; 16]) };
            assert_eq!(PageCursor::decode(&cursor.encode()).unwrap(), cursor);
        }
        for bad in ["", "-", "1-", "zz-00000000000000000000000000", "1-00"] {
            assert_eq!(PageCursor::decode(bad).unwrap_err().field(), Some("cursor"));
        }
    }
}

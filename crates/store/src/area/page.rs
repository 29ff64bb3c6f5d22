//! One page of a list.

use portico_types::{Id, PageCursor};

/// Rows of a page and where the next begins.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page begins, if there is one.
    pub next: Option<PageCursor>,
}

impl<T> Page<T> {
    /// Makes a page of up to `limit` rows out of `limit + 1` fetched ones.
    pub fn cut(mut items: Vec<T>, limit: i64, position: impl Fn(&T) -> (i64, Id)) -> Self {
        let more = items.len() as i64 > limit;
        items.truncate(limit as usize);
        let next = if more {
            items.last().map(|last| {
                let (number, id) = position(last);
                PageCursor { number, id }
            })
        } else {
            None
        };
        Self { items, next }
    }

    /// The same page of other things.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next }
    }
}

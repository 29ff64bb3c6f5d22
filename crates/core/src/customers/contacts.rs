//! Finding contacts.

use super::inboxes::inside;
use crate::{Ctx, Page, Query};
use portico_domain::{contact::Contact, limits};
use portico_store::Read;
use portico_types::{Error, PageCursor, Result};

/// Longest text to look for, in bytes.
const SEARCH: usize = 200;

/// Contacts of the inboxes one sees, last seen first.
pub struct Contacts {
    /// A part of a name, e-mail address, phone number or identifier; empty finds all.
    pub search: String,
    pub cursor: Option<PageCursor>,
    /// 1..=200.
    pub limit: i64,
}

impl Query for Contacts {
    type Out = Page<Contact>;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        inside(ctx)?;
        if self.search.len() > SEARCH {
            return Err(Error::invalid("q", "look for a shorter text"));
        }
        let desk = read.desk(&ctx.actor)?;
        let search = portico_text::names::fold(self.search.trim());
        read.contacts(&desk, &search, self.cursor, self.limit.clamp(1, limits::PAGE))
    }
}

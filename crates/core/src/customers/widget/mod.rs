//! The visitor's side of a website inbox: what the widget may ask, and the only forms in which it is answered.
//!
//! Nothing here gives away a member's id or address, an internal note, or a number from which one could be inferred: a
//! visitor's numbers count the messages they see.

mod begin;
mod config;
mod door;
mod face;
mod identity;
mod may_write;
mod message_page;
mod page;
mod post;
mod public;
mod read;
mod update;

pub use begin::{Begin, Begun, begin};
pub use config::{Config, PublicConfig};
pub use door::{Door, door};
pub use face::Face;
pub use may_write::{MayWrite, Writing};
pub use message_page::{MessagePage, Messages};
pub use page::SetPage;
pub use post::post;
pub use public::{PublicConversation, PublicMessage, PublicVisitor};
pub use read::MarkRead;
pub use update::Update;

use crate::Ctx;
use portico_domain::{
    contact::{Contact, Page},
    conversation::Status,
};
use portico_policy::{Actor, Permit, StartConversation};
use portico_store::{Read, Tx, VisitorPlace};
use portico_types::{ContactId, Error, InboxId, Millis, Result};

/// Longest address of a page kept, in bytes; longer ones are cut.
const URL: usize = 2_048;
/// Longest title of a page kept, in characters; longer ones are cut.
const TITLE: usize = 200;

/// How long after the last word a resolved conversation is taken up again, in ms. Later a new matter begins.
const TAKEN_UP: i64 = 14 * Millis::DAY;

/// The visitor who asks.
fn visitor(ctx: &Ctx) -> Result<(ContactId, InboxId)> {
    match ctx.actor {
        Actor::Contact { id, inbox } => Ok((id, inbox)),
        _ => Err(Error::unauthenticated()),
    }
}

/// The visitor's own row, held until the transaction ends.
fn own(ctx: &Ctx, tx: &mut Tx<'_>) -> Result<(Contact, Permit<StartConversation>)> {
    let (id, inbox) = visitor(ctx)?;
    let (_, permit) = tx.access_inbox::<StartConversation>(&ctx.actor, inbox)?;
    tx.touch_contact(&permit, id, ctx.now)?;
    let contact = tx.contact_of(inbox, id)?.ok_or_else(Error::not_found)?;
    Ok((contact, permit))
}

/// The visitor's conversation: their newest, unless it ended so long ago that the next word begins another.
fn current(ctx: &Ctx, read: &mut Read<'_>) -> Result<Option<VisitorPlace>> {
    let (contact, inbox) = visitor(ctx)?;
    place(read, inbox, contact, ctx.now)
}

fn place(
    read: &mut Read<'_>,
    inbox: InboxId,
    contact: ContactId,
    now: Millis,
) -> Result<Option<VisitorPlace>> {
    let newest = read.visitor_place(inbox, contact)?;
    Ok(newest.filter(|p| p.status != Status::Resolved || p.last_at.plus(TAKEN_UP) > now))
}

/// The page a browser says its visitor is on. The agent gets it as a link, so it is a web address or nothing.
fn checked_page(url: &str, title: &str, at: Millis) -> Result<Page> {
    if !(url.starts_with("https://") || url.starts_with("http://")) || url.chars().any(char::is_control) {
        return Err(Error::invalid("page.url", "the page's address begins with https:// or http://"));
    }
    let end = (0..=URL.min(url.len())).rev().find(|i| url.is_char_boundary(*i)).unwrap_or(0);
    let title: String = title.chars().filter(|c| !c.is_control()).take(TITLE).collect();
    // A title with hidden characters in it is left out rather than refused: it is not the visitor's doing.
    let title = portico_text::names::clean_name(&title, TITLE).unwrap_or_default();
    Ok(Page { url: url[..end].to_owned(), title, at })
}

//! Whether a visitor may write, asked before they send a file or let the team see them typing.

use super::{current, visitor};
use crate::{Ctx, Query};
use portico_domain::{
    contact::Contact,
    inbox::{Asked, Inbox},
};
use portico_store::Read;
use portico_types::{Error, Result, RoomId};

/// Refuses who may not write.
pub struct MayWrite;

/// Where they would write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Writing {
    /// None: their first message begins it.
    pub conversation: Option<RoomId>,
    /// Whether the team sees what they are typing.
    pub preview: bool,
}

impl Query for MayWrite {
    type Out = Writing;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Writing> {
        let (contact, inbox) = visitor(ctx)?;
        let (inbox, _) = read.website_inbox(inbox)?.ok_or_else(Error::not_found)?;
        let contact = read.contact_of(inbox.id, contact)?.ok_or_else(Error::not_found)?;
        check(&inbox, &contact)?;
        let conversation = current(ctx, read)?.map(|place| place.id);
        Ok(Writing { conversation, preview: inbox.typing_preview })
    }
}

/// The rule for every word of a visitor.
pub(super) fn check(inbox: &Inbox, contact: &Contact) -> Result<()> {
    if contact.blocked {
        return Err(Error::forbidden("the team does not take messages from you any more"));
    }
    if inbox.identity == Asked::Required && !contact.verified {
        return Err(Error::forbidden("sign in on the site first; this team talks to signed-in visitors"));
    }
    Ok(())
}

//! Looking at inboxes.

use crate::{Ctx, Query};
use portico_domain::inbox::Inbox;
use portico_policy::ReadInbox;
use portico_store::Read;
use portico_types::{Error, InboxId, Result};

/// The inboxes one is an agent of; for owners and admins, all.
pub struct Inboxes;

impl Query for Inboxes {
    type Out = Vec<Inbox>;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        inside(ctx)?;
        read.inboxes(&ctx.actor)
    }
}

/// One inbox.
pub struct GetInbox {
    pub id: InboxId,
}

impl Query for GetInbox {
    type Out = Inbox;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Inbox> {
        inside(ctx)?;
        read.access_inbox::<ReadInbox>(&ctx.actor, self.id).map(|(inbox, _)| inbox)
    }
}

/// A visitor sees its inbox through `widget` alone: here are agents' ids and settings.
pub(super) fn inside(ctx: &Ctx) -> Result<()> {
    if ctx.actor.inside() { Ok(()) } else { Err(Error::unauthenticated()) }
}

//! Keeping a message for later.

use crate::{Command, Ctx, Page, Query};
use portico_domain::{event::Audience, event::Event, message::Message};
use portico_policy::{EnterOrganization, KeepMessage};
use portico_store::{Read, Sight, Tx};
use portico_types::{MessageId, Millis, PageCursor, Result};

/// Saves a message or lets it go.
pub struct SaveMessage {
    pub id: MessageId,
    pub on: bool,
}

impl Command for SaveMessage {
    type Out = ();

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<()> {
        let me = ctx.me()?;
        let (message, _, permit) = tx.access_message::<KeepMessage>(&ctx.actor, self.id)?;
        if tx.set_saved(&permit, me, self.on, ctx.now)? {
            let event = Event::SavedChanged { message_id: message.id, saved: self.on };
            tx.emit(ctx.now, None, Audience::Member(me), event);
        }
        Ok(())
    }
}

/// One's saved messages, newest saved first.
pub struct Saved {
    pub cursor: Option<PageCursor>,
    pub limit: i64,
}

impl Query for Saved {
    type Out = Page<(Message, Millis)>;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        read.access_organization::<EnterOrganization>(&ctx.actor)?;
        read.saved(Sight::of(&ctx.actor)?, self.cursor, self.limit)
    }
}

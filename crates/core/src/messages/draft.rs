//! Drafts: kept by the server, so that they follow their author to the next device.

use crate::{Command, Ctx, Query};
use portico_domain::{
    event::{Audience, Draft, Event},
    limits,
};
use portico_policy::{EnterOrganization, KeepState, ReadMessage};
use portico_store::{Read, Sight, Tx};
use portico_types::{Error, MessageId, Result, RoomId};

/// Keeps a draft; an empty one is forgotten.
pub struct SaveDraft {
    pub room: RoomId,
    pub thread: Option<MessageId>,
    pub body: String,
}

impl Command for SaveDraft {
    type Out = ();

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<()> {
        let me = ctx.me()?;
        if self.body.chars().count() > limits::MESSAGE_CHARS {
            return Err(Error::too_large(
                "body",
                format!("a draft holds {} characters at most", limits::MESSAGE_CHARS),
            ));
        }
        let (_, permit) = tx.access_room::<KeepState>(&ctx.actor, self.room)?;
        if let Some(thread) = self.thread {
            let (root, ..) = tx.access_message::<ReadMessage>(&ctx.actor, thread)?;
            if root.room_id != self.room {
                return Err(Error::invalid("thread_id", "the thread is in another room"));
            }
        }
        tx.set_draft(&permit, me, self.thread, &self.body, ctx.now)?;
        let event = if self.body.is_empty() {
            Event::DraftRemoved { room_id: self.room, thread_id: self.thread }
        } else {
            let body = self.body.clone();
            Event::DraftSaved {
                draft: Draft { room_id: self.room, thread_id: self.thread, body, updated_at: ctx.now },
            }
        };
        tx.emit(ctx.now, None, Audience::Member(me), event);
        Ok(())
    }
}

/// One's drafts, newest first.
pub struct Drafts;

impl Query for Drafts {
    type Out = Vec<Draft>;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        read.access_organization::<EnterOrganization>(&ctx.actor)?;
        read.drafts(Sight::of(&ctx.actor)?)
    }
}

//! One conversation.

use crate::{Ctx, Query};
use portico_domain::conversation::Conversation;
use portico_policy::HandleConversation;
use portico_store::Read;
use portico_types::{Result, RoomId};

/// A conversation with the asker's own state.
pub struct GetConversation {
    pub id: RoomId,
}

impl Query for GetConversation {
    type Out = Conversation;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Conversation> {
        read.access_conversation::<HandleConversation>(&ctx.actor, self.id).map(|(c, ..)| c)
    }
}

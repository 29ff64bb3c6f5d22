//! What a permalink shows this viewer: nothing, unless they may see the message itself.

use crate::{Ctx, Query};
use portico_domain::message::{Body, Message};
use portico_policy::ReadMessage;
use portico_store::Read;
use portico_types::{MessageId, Result};

/// Asks for the preview of a message.
pub struct Preview {
    pub id: MessageId,
}

impl Query for Preview {
    /// The message, its room's name, and its text in one line of at most 300 characters.
    type Out = (Message, String, String);

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        let (message, room, _) = read.access_message::<ReadMessage>(&ctx.actor, self.id)?;
        let text = match &message.body {
            Body::Markdown { text, .. } => portico_text::plain::snippet(text, 300),
            Body::System { .. } | Body::Deleted => String::new(),
        };
        Ok((message, room.room.name, text))
    }
}

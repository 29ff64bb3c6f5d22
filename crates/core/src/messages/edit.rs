//! Changing what one wrote.

use super::Composed;
use crate::{Command, Ctx};
use portico_domain::{
    event::Event, message, message::Body, message::Mentions, message::Message, room::RoomKind,
};
use portico_policy::EditMessage as May;
use portico_store::{Index, Tx, tag};
use portico_types::{Error, MessageId, Result};

/// Changes a message. `version` is the one the editor saw: whoever comes second is shown the newer text.
pub struct EditMessage {
    pub id: MessageId,
    pub version: i64,
    pub composed: Composed,
}

impl Command for EditMessage {
    type Out = Message;

    fn lane(&self) -> u64 {
        self.id.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Message> {
        let (before, room, permit) = tx.access_message::<May>(&ctx.actor, self.id)?;
        let Body::Markdown { text, .. } = &self.composed.body else {
            return Err(Error::internal("only people's words are composed"));
        };
        if before.body == Body::Deleted {
            return Err(Error::gone("the message was deleted"));
        }
        message::check_body(text, before.files.len())?;
        // An edit calls nobody anew (as in Slack and Mattermost): only those called at first stay called.
        let mut mentions: Mentions = self.composed.mentions.clone();
        mentions.member_ids.retain(|m| before.mentions.member_ids.contains(m));
        mentions.channel &= before.mentions.channel;
        let mut tags = format!("{} {}", tag::tenant(ctx.tenant), tag::room(before.room_id));
        if let Some(id) = before.author.id {
            tags.push(' ');
            tags.push_str(&tag::author(id));
        }
        if self.composed.has_link {
            tags.push(' ');
            tags.push_str(tag::LINK);
        }
        if !before.files.is_empty() {
            tags.push(' ');
            tags.push_str(tag::FILE);
        }
        if before.files.iter().any(|f| f.kind.starts_with("image/")) {
            tags.push(' ');
            tags.push_str(tag::IMAGE);
        }
        let index = Index { terms: self.composed.terms.clone(), tags };
        tx.edit_message(&permit, self.version, &self.composed.body, &mentions, &index, ctx.now)?;
        let (after, ..) = tx.access_message::<May>(&ctx.actor, self.id)?;
        tx.emit(
            ctx.now,
            Some(after.room_id),
            room.audience(after.ring),
            Event::MessageEdited { message: Box::new(after.clone()) },
        );
        if room.room.kind == RoomKind::Conversation {
            crate::customers::after_delete(ctx, tx, &room, &after)?;
        }
        Ok(after)
    }
}

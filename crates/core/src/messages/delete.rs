//! Deleting a message: text, history and files are really gone, its number stays.

use crate::{Command, Ctx, Record, files};
use portico_domain::{event::Event, message::AuthorKind, message::Body, room::RoomKind};
use portico_policy::{Action, DeleteMessage as May};
use portico_store::Tx;
use portico_types::{MessageId, Result};

/// Deletes a message. Deleting it again changes nothing.
pub struct DeleteMessage {
    pub id: MessageId,
}

impl Command for DeleteMessage {
    type Out = ();
    const AUDITED: Option<&'static str> = Some(May::NAME);

    fn lane(&self) -> u64 {
        self.id.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<()> {
        let (message, room, permit) = tx.access_message::<May>(&ctx.actor, self.id)?;
        if message.body == Body::Deleted {
            return Ok(());
        }
        let edits: Vec<_> = tx.edit_times(&permit)?;
        for at in std::iter::once(message.created_at).chain(edits).chain(message.edited_at) {
            tx.forget_in_log(&permit, &message, at)?;
        }
        for file in tx.delete_message(&permit, ctx.now)? {
            files::remove(ctx, tx, file)?;
        }
        if let Some(root) = message.thread_id
            && let Some(thread) = tx.uncount_reply(root)?
        {
            tx.emit(
                ctx.now,
                Some(message.room_id),
                room.audience(message.ring),
                Event::MessageThread { message_id: root, thread },
            );
        }
        tx.emit(
            ctx.now,
            Some(message.room_id),
            room.audience(message.ring),
            Event::MessageDeleted {
                id: message.id,
                room_id: message.room_id,
                number: message.number,
                outside_number: message.outside_number,
                thread_id: message.thread_id,
            },
        );
        if room.room.kind == RoomKind::Conversation {
            crate::customers::after_delete(ctx, tx, &room, &message)?;
        }
        let own = message.author.kind == AuthorKind::Member && message.author.id == ctx.actor.member().map(|m| m.0);
        if !own && room.room.kind == RoomKind::Channel {
            Record::of(May::NAME).target("room", message.room_id, &room.room.name).with("number", message.number).write(ctx, tx)?;
        }
        Ok(())
    }
}

//! Deleting a message: text, history and files are really gone, its number stays.

use super::thread::emit_state;
use crate::{Command, Ctx, Record, files};
use portico_domain::{event::Audience, event::Event, message::AuthorKind, message::Body, room::RoomKind};
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
        let called = tx.still_called(&permit)?;
        if let Some(root) = message.thread_id
            && let Some((thread, ring)) = tx.uncount_reply(root, &message)?
        {
            tx.emit(
                ctx.now,
                Some(message.room_id),
                room.audience(ring),
                Event::MessageThread { message_id: root, thread },
            );
            for member in tx.thread_followers(root)? {
                emit_state(ctx, tx, member, root)?;
            }
        }
        for file in tx.delete_message(&permit, ctx.now)? {
            files::remove(ctx, tx, file)?;
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
                by: message.by(),
            },
        );
        // Whom it called without their having read it, it calls no more.
        for member in called {
            if let Some(state) = tx.state_in(&permit, member)? {
                let event = Event::ReadMoved { room_id: message.room_id, state };
                tx.emit(ctx.now, Some(message.room_id), Audience::Member(member), event);
            }
        }
        if room.room.kind == RoomKind::Conversation {
            crate::customers::after_delete(ctx, tx, &room, &message)?;
        }
        let own =
            message.author.kind == AuthorKind::Member && message.author.id == ctx.actor.member().map(|m| m.0);
        if !own && room.room.kind == RoomKind::Channel {
            Record::of(May::NAME)
                .target("room", message.room_id, &room.room.name)
                .with("number", message.number)
                .write(ctx, tx)?;
        }
        Ok(())
    }
}

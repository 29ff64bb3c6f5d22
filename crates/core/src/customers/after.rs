//! What follows for a conversation from what happens in its room.

use super::{emit_conversation, emit_status, label};
use crate::{Ctx, messages::system_message};
use portico_domain::{
    conversation::{self, LastMessage, Status},
    event::Event,
    message::{AuthorKind, Body, Message},
    room::Ring,
};
use portico_store::{RoomRow, Tx};
use portico_types::{Error, MemberId, Result};

/// Characters of the newest message shown in lists.
const SNIPPET: usize = 140;

/// A message was written. A contact's brings back what was put aside and begins the wait for an answer; an agent's
/// answer ends it and makes the conversation theirs if it was nobody's; a note changes nothing but the list.
pub(crate) fn after_message(ctx: &Ctx, tx: &mut Tx<'_>, room: &RoomRow, message: &Message) -> Result<()> {
    let id = room.room.id;
    let mut now = tx.shared_conversation(id)?;
    let before = now.clone();
    let text = match &message.body {
        Body::Markdown { text, .. } => portico_text::plain::snippet(text, SNIPPET),
        Body::System { .. } | Body::Deleted => return Ok(()),
    };
    now.last_at = ctx.now;
    now.last_message = Some(LastMessage {
        author_kind: message.author.kind,
        author_name: message.author.name.clone(),
        text,
        ring: message.ring,
        at: ctx.now,
    });
    let answer = message.ring == Ring::Everyone;
    match message.author.kind {
        AuthorKind::Contact => {
            now.status = conversation::on_contact_message(before.status);
            if now.status != before.status {
                now.snoozed_until = None;
            }
            now.waiting_since = before.waiting_since.or(Some(ctx.now));
            now.contact_read_number = message.number;
        }
        AuthorKind::Member | AuthorKind::Bot if answer => {
            now.waiting_since = None;
            if now.status == Status::Pending {
                now.status = Status::Open;
            }
            if now.assignee_id.is_none() && message.author.kind == AuthorKind::Member {
                now.assignee_id = message.author.id.map(MemberId);
            }
        }
        _ => {}
    }
    tx.follow_message(&now)?;
    let by = message.author.name.as_str();
    if now.status != before.status {
        let params = [("by", by), ("status", &label(now.status)), ("from", &label(before.status))];
        system_message(ctx, tx, id, Ring::Team, "status_changed", &params)?;
    }
    if now.assignee_id != before.assignee_id {
        system_message(ctx, tx, id, Ring::Team, "assigned", &[("by", by), ("name", by)])?;
    }
    if answer && message.author.kind != AuthorKind::Contact {
        after_read(ctx, tx, room, message.number)?;
    }
    emit_status(ctx, tx, room, before.status, now.status);
    emit_conversation(ctx, tx, id)?;
    Ok(())
}

/// A member has read up to a number of the room. The contact learns that their words were seen, and only when that is
/// news to them: a mark that moves over notes tells nothing.
pub(crate) fn after_read(ctx: &Ctx, tx: &mut Tx<'_>, room: &RoomRow, number: i64) -> Result<()> {
    if !ctx.actor.inside() {
        return Ok(());
    }
    let id = room.room.id;
    let outside_number = tx.outside_number_at(id, number)?;
    if tx.raise_seen(id, outside_number)? {
        let event = Event::SeenMoved { room_id: id, number, outside_number };
        tx.emit(ctx.now, Some(id), room.audience(Ring::Everyone), event);
    }
    Ok(())
}

/// A message was deleted, or says something else now. It may be quoted as the newest one, here and in what the log told
/// since it was written.
pub(crate) fn after_delete(ctx: &Ctx, tx: &mut Tx<'_>, room: &RoomRow, message: &Message) -> Result<()> {
    let id = room.room.id;
    let mut now = tx.shared_conversation(id)?;
    let newest = tx
        .newest_words(id)?
        .map(|last| LastMessage { text: portico_text::plain::snippet(&last.text, SNIPPET), ..last });
    let changed = now.last_message != newest;
    if changed {
        now.last_message = newest;
        tx.follow_message(&now)?;
    }
    let event = Event::ConversationUpdated { conversation: Box::new(now) };
    tx.retell_conversation(id, message.created_at, &serde_json::to_string(&event).map_err(Error::internal)?)?;
    if changed {
        emit_conversation(ctx, tx, id)?;
    }
    Ok(())
}

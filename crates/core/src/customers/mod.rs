//! The Customers desk: inboxes, contacts, conversations, and the visitor's side of them ([`widget`]).
//!
//! What one inbox holds is seen by its agents and by owners and admins. A contact sees its own conversation in the ring
//! `everyone`, and of everything else only what `widget` hands out by types of its own.

mod after;
mod agents;
mod contacts;
mod conversations;
mod counts;
mod create_inbox;
mod get_contact;
mod get_conversation;
mod identity_secret;
mod inbox_settings;
mod inboxes;
mod merge;
mod share;
mod update_contact;
mod update_conversation;
mod update_inbox;
mod wake;
pub mod widget;

pub use agents::{AddAgent, RemoveAgent};
pub use contacts::Contacts;
pub use conversations::{ContactConversations, Conversations};
pub use counts::Counts;
pub use create_inbox::CreateInbox;
pub use get_contact::GetContact;
pub use get_conversation::GetConversation;
pub use identity_secret::{IdentitySecret, RotateIdentitySecret};
pub use inbox_settings::InboxSettings;
pub use inboxes::{GetInbox, Inboxes};
pub use portico_store::{Assignee, OpenCounts};
pub use share::share;
pub use update_contact::UpdateContact;
pub use update_conversation::UpdateConversation;
pub use update_inbox::UpdateInbox;
pub use wake::{WAKE, WakeConversation};

pub(crate) use after::{after_delete, after_message, after_read};

use crate::Ctx;
use portico_domain::{
    contact::Contact,
    conversation::{Conversation, Status},
    event::{Audience, Event},
    inbox::Inbox,
    room::Ring,
};
use portico_store::Tx;
use portico_types::{InboxId, Result, RoomId};

/// Those who look after an inbox.
fn agents_of(inbox: InboxId) -> Audience {
    Audience::Group { group: inbox.0, ring: Ring::Team, outside: None, admins: true }
}

/// Tells the agents how a conversation is now. The event belongs to the room, so that what it quotes can be taken back.
fn emit_conversation(ctx: &Ctx, tx: &mut Tx<'_>, id: RoomId) -> Result<Conversation> {
    let conversation = tx.shared_conversation(id)?;
    let event = Event::ConversationUpdated { conversation: Box::new(conversation.clone()) };
    tx.emit(ctx.now, Some(id), agents_of(conversation.inbox_id), event);
    Ok(conversation)
}

fn emit_inbox(ctx: &Ctx, tx: &mut Tx<'_>, inbox: &Inbox) {
    tx.emit(ctx.now, None, agents_of(inbox.id), Event::InboxUpdated { inbox: Box::new(inbox.clone()) });
}

fn emit_contact(ctx: &Ctx, tx: &mut Tx<'_>, inbox: InboxId, contact: &Contact) {
    tx.emit(ctx.now, None, agents_of(inbox), Event::ContactUpdated { contact: Box::new(contact.clone()) });
}

/// What a contact may know of where their conversation stands: whether it is closed. That it was put aside, or waits for
/// somebody else, is the team's own business.
fn outside_status(status: Status) -> Status {
    match status {
        Status::Resolved => Status::Resolved,
        Status::Open | Status::Pending | Status::Snoozed => Status::Open,
    }
}

/// Tells the contact when what they may know of the status has changed.
fn emit_status(ctx: &Ctx, tx: &mut Tx<'_>, room: &portico_store::RoomRow, before: Status, after: Status) {
    let (before, after) = (outside_status(before), outside_status(after));
    if before != after {
        let event = Event::StatusMoved { room_id: room.room.id, status: after };
        tx.emit(ctx.now, Some(room.room.id), room.audience(Ring::Everyone), event);
    }
}

/// The name a coded value has on the wire, for the lines the server writes.
fn label(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}

//! What a visitor hears on their stream. What is not named here, they do not hear.

use super::{
    gate::known_key,
    view::{MessageView, base},
};
use portico_core::customers::widget::PublicMessage;
use portico_domain::{event::Event, message::Message};
use portico_types::{ContactId, InboxId};
use serde_json::{Value, json};

/// The frame of an event of the visitor's own conversation in the ring `everyone`, if they get one.
pub(crate) fn outside(event: &Event, contact: ContactId, inbox: InboxId) -> Option<String> {
    let frame = match event {
        Event::MessagePosted { message } => said("message.posted", message, contact, inbox)?,
        Event::MessageEdited { message } => said("message.edited", message, contact, inbox)?,
        Event::MessageDeleted { id, outside_number: Some(number), .. } => {
            json!({"type": "message.deleted", "data": {"id": id, "number": number}})
        }
        Event::SeenMoved { outside_number, .. } => {
            json!({"type": "read.moved", "data": {"number": outside_number}})
        }
        Event::StatusMoved { status, .. } => {
            json!({"type": "conversation.updated", "data": {"status": status}})
        }
        _ => return None,
    };
    Some(frame.to_string())
}

fn said(kind: &str, message: &Message, contact: ContactId, inbox: InboxId) -> Option<Value> {
    let base = known_key(inbox).map(|key| base(&key)).unwrap_or_default();
    let view = MessageView::of(PublicMessage::of(message, contact, inbox)?, &base);
    Some(json!({"type": kind, "data": {"message": view}}))
}

//! The Customers desk: inboxes, contacts, conversations, and the visitor's side of them.

use crate::Ctx;
use portico_domain::message::Message;
use portico_store::{RoomRow, Tx};
use portico_types::Result;

/// What a message does to its conversation.
pub(crate) fn after_message(_ctx: &Ctx, _tx: &mut Tx<'_>, _room: &RoomRow, _message: &Message) -> Result<()> {
    Ok(())
}

/// Agents have read up to `number`.
pub(crate) fn after_read(_ctx: &Ctx, _tx: &mut Tx<'_>, _room: &RoomRow, _number: i64) -> Result<()> {
    Ok(())
}

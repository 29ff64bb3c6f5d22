//! The Security desk: programs, reports, and the reporter's side of them.

use crate::Ctx;
use portico_domain::message::Message;
use portico_store::{RoomRow, Tx};
use portico_types::Result;

/// What a message does to its report.
pub(crate) fn after_message(_ctx: &Ctx, _tx: &mut Tx<'_>, _room: &RoomRow, _message: &Message) -> Result<()> {
    Ok(())
}

//! Bringing back what was put aside.

use super::{emit_conversation, emit_status, label};
use crate::{Command, Ctx, messages::system_message};
use portico_domain::{conversation::Status, room::Ring};
use portico_policy::HandleConversation as May;
use portico_store::Tx;
use portico_types::{Error, Result, RoomId};
use serde::{Deserialize, Serialize};

/// The job that runs [`WakeConversation`]; its payload is the command.
pub const WAKE: &str = "conversation.wake";

/// Opens a conversation whose time to come back has come. Anything else is left alone: it was taken up meanwhile, or put
/// aside for longer, which has a job of its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WakeConversation {
    pub id: RoomId,
}

impl WakeConversation {
    /// The command of a job's payload.
    pub fn from_payload(payload: &str) -> Result<Self> {
        serde_json::from_str(payload).map_err(Error::internal)
    }
}

impl Command for WakeConversation {
    /// Whether it came back.
    type Out = bool;

    fn lane(&self) -> u64 {
        self.id.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<bool> {
        let (_, room, permit) = tx.access_conversation::<May>(&ctx.actor, self.id)?;
        tx.hold_conversation(&permit)?;
        let mut now = tx.shared_conversation(self.id)?;
        let before = now.status;
        if before != Status::Snoozed || now.snoozed_until.is_none_or(|at| at > ctx.now) {
            return Ok(false);
        }
        now.status = Status::Open;
        now.snoozed_until = None;
        // It is to be seen again, so it stands where newest things stand.
        now.last_at = ctx.now;
        tx.keep_conversation(&permit, &now)?;
        let params = [("by", ""), ("status", &*label(now.status)), ("from", &label(before))];
        system_message(ctx, tx, self.id, Ring::Team, "status_changed", &params)?;
        emit_status(ctx, tx, &room, before, now.status);
        emit_conversation(ctx, tx, self.id)?;
        Ok(true)
    }
}

//! A reporter takes a report back.

use super::{tell_report, word};
use crate::{Command, Ctx, Record, messages::system_message};
use portico_domain::{
    report::{CloseReason, ReportState, check_withdraw},
    room::Ring,
};
use portico_policy::{Action, WithdrawReport as May};
use portico_store::Tx;
use portico_types::{Result, RoomId};

/// Closes one's own report while nobody has confirmed it.
pub struct WithdrawReport {
    /// The room of the tracking link.
    pub id: RoomId,
}

impl Command for WithdrawReport {
    type Out = ();

    fn lane(&self) -> u64 {
        self.id.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<()> {
        let (report, room, permit) = tx.access_report::<May>(&ctx.actor, self.id)?;
        check_withdraw(report.state)?;
        tx.withdraw_report(&permit, ctx.now)?;
        let (from, to, reason) =
            (word(&report.state), word(&ReportState::Closed), word(&CloseReason::Withdrawn));
        let params = [("from", from.as_str()), ("to", to.as_str()), ("reason", reason.as_str())];
        system_message(ctx, tx, self.id, Ring::Everyone, "state_changed", &params)?;
        tell_report(ctx, tx, &room)?;
        // Where the reporter is, is nobody's business.
        Record::of(May::NAME)
            .target("report", report.id, &report.key)
            .program(report.program_id)
            .write(&Ctx { ip: None, ..ctx.clone() }, tx)
    }
}

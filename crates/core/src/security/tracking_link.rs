//! The link by which a reporter follows a report: one secret, one report, nothing else.

use super::submit::link;
use crate::{Command, Ctx, Record};
use portico_policy::{Action, HandleReport as May};
use portico_store::Tx;
use portico_types::{Error, ReporterId, Result, RoomId, Secret};
use serde::{Deserialize, Serialize};

/// What a tracking secret begins with, so that it is known when it turns up where it should not.
pub const TRACKING_PREFIX: &str = "pt_";

/// Makes a new link; the old ones stop working at once.
pub struct RotateTrackingLink {
    pub report: RoomId,
}

/// A new link's secret.
#[derive(Debug, Serialize, Deserialize)]
pub struct TrackingLink {
    pub key: String,
    /// It is kept nowhere.
    #[serde(skip, default = "super::submit::nothing")]
    pub token: Secret<String>,
}

impl Command for RotateTrackingLink {
    type Out = TrackingLink;

    fn lane(&self) -> u64 {
        self.report.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<TrackingLink> {
        let (report, room, _) = tx.access_report::<May>(&ctx.actor, self.report)?;
        let reporter = ReporterId(room.outside.ok_or_else(Error::not_found)?);
        tx.delete_credentials(self.report.0)?;
        let token = link(ctx, tx, self.report, reporter)?;
        Record::of(May::NAME)
            .target("report", report.id, &report.key)
            .with("change", "tracking_link")
            .program(report.program_id)
            .write(ctx, tx)?;
        Ok(TrackingLink { key: report.key, token })
    }

    /// A retry has lost the secret with the answer: it gets a new one.
    fn recall(&self, ctx: &Ctx, tx: &mut Tx<'_>, _: &str) -> Result<TrackingLink> {
        self.run(ctx, tx)
    }
}

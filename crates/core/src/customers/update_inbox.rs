//! Changing an inbox.

use super::{InboxSettings, emit_inbox};
use crate::{Command, Ctx, Record};
use portico_domain::inbox::Inbox;
use portico_policy::{Action, ManageInbox as May};
use portico_store::Tx;
use portico_types::{InboxId, Result};

/// Changes what is given.
pub struct UpdateInbox {
    pub id: InboxId,
    pub settings: InboxSettings,
}

impl Command for UpdateInbox {
    type Out = Inbox;
    const AUDITED: Option<&'static str> = Some(May::NAME);

    fn lane(&self) -> u64 {
        self.id.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Inbox> {
        let (before, permit) = tx.access_inbox::<May>(&ctx.actor, self.id)?;
        let mut inbox = before.clone();
        self.settings.apply(tx, &mut inbox)?;
        if inbox != before {
            tx.update_inbox(&permit, &inbox)?;
            emit_inbox(ctx, tx, &inbox);
            let mut record = Record::of(May::NAME).target("inbox", self.id, &inbox.name);
            if inbox.identity != before.identity {
                record = record.with("identity", super::label(inbox.identity));
            }
            if inbox.allowed_origins != before.allowed_origins {
                record = record.with("allowed_origins", inbox.allowed_origins.join(" "));
            }
            record.write(ctx, tx)?;
        }
        Ok(inbox)
    }
}

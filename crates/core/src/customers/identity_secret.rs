//! The secret with which a host signs who its visitors are.

use crate::{Command, Ctx, Record};
use portico_policy::{Action, ManageInbox as May};
use portico_store::Tx;
use portico_types::{InboxId, Result};
use serde::{Deserialize, Serialize};

/// Makes a new secret; tokens signed with the old one no longer count.
pub struct RotateIdentitySecret {
    pub id: InboxId,
}

/// The new secret: 256 random bits, shown this once. A retry of the request gets none: rotate again.
#[derive(Serialize, Deserialize)]
pub struct IdentitySecret {
    pub secret: Option<String>,
}

impl std::fmt::Debug for IdentitySecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdentitySecret")
    }
}

impl Command for RotateIdentitySecret {
    type Out = IdentitySecret;
    const AUDITED: Option<&'static str> = Some(May::NAME);

    fn lane(&self) -> u64 {
        self.id.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<IdentitySecret> {
        let (inbox, permit) = tx.access_inbox::<May>(&ctx.actor, self.id)?;
        // As long as the hash it is used with (RFC 7518 3.2): some signing libraries refuse a shorter one.
        let secret = format!("{}{}", ctx.secret("pi_").expose(), ctx.secret("").expose());
        tx.set_identity_secret(&permit, &secret)?;
        Record::of(May::NAME)
            .target("inbox", self.id, &inbox.name)
            .with("identity_secret", "rotated")
            .write(ctx, tx)?;
        Ok(IdentitySecret { secret: Some(secret) })
    }

    fn remember(&self, _: &IdentitySecret) -> Result<String> {
        Ok(r#"{"secret":null}"#.to_owned())
    }
}

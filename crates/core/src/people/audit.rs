//! Reading the audit record.

use crate::{Ctx, Page, Query};
use portico_domain::audit::AuditEntry;
use portico_policy::ReadAudit;
use portico_store::Read;
use portico_types::{PageCursor, Result};

/// Entries, newest first.
pub struct Audit {
    pub cursor: Option<PageCursor>,
    pub limit: i64,
}

impl Query for Audit {
    type Out = Page<AuditEntry>;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        let permit = read.access_organization::<ReadAudit>(&ctx.actor)?;
        read.audit(&permit, self.cursor, self.limit)
    }
}

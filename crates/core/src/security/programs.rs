//! Looking at programs from inside.

use super::{at_desk, enter};
use crate::{Ctx, Page, Query};
use portico_domain::{audit::AuditEntry, program::Program};
use portico_policy::{ManageProgram, ReadPolicy, ReadProgram};
use portico_store::{ProgramRow, Read};
use portico_types::{Error, PageCursor, Result};

/// A program as the asker sees it: whole to its team, what everybody knows to the rest.
pub(super) fn seen(row: ProgramRow) -> Program {
    if row.group_role.is_some() { row.program } else { row.program.public() }
}

/// The programs whose team one is in. Owners and admins also learn which others there are, and nothing more.
pub struct Programs;

impl Query for Programs {
    type Out = Vec<Program>;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        let me = enter(ctx, read)?;
        let rows = read.programs(me)?;
        Ok(rows
            .into_iter()
            .filter(|r| r.group_role.is_some() || r.standing.is_some_and(|s| s.role.is_admin()))
            .map(seen)
            .collect())
    }
}

/// One program by slug, for those who would find it in the list.
pub struct GetProgram {
    pub slug: String,
}

impl Query for GetProgram {
    type Out = Program;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Program> {
        at_desk(ctx)?;
        let (row, _) = read.access_program::<ReadPolicy>(&ctx.actor, &self.slug)?;
        if row.group_role.is_none() && !row.standing.is_some_and(|s| s.role.is_admin()) {
            return Err(Error::not_found());
        }
        Ok(seen(row))
    }
}

/// What was done in a program, newest first: for its team, guests not included.
pub struct ProgramAudit {
    pub slug: String,
    pub cursor: Option<PageCursor>,
    pub limit: i64,
}

impl Query for ProgramAudit {
    type Out = Page<AuditEntry>;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        read.access_program::<ManageProgram>(&ctx.actor, &self.slug)?;
        let (_, permit) = read.access_program::<ReadProgram>(&ctx.actor, &self.slug)?;
        read.program_audit(&permit, self.cursor, self.limit.clamp(1, portico_domain::limits::PAGE))
    }
}

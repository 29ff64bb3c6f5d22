//! The audit record.

use super::Page;
use crate::{Read, Row, Tx};
use portico_domain::audit::{AuditEntry, Named, Outcome};
use portico_policy::{Permit, ReadAudit, ReadProgram};
use portico_types::{AuditId, Error, Id, Millis, PageCursor, ProgramId, Result};
use std::collections::BTreeMap;

/// An entry to be.
pub struct NewAudit<'a> {
    /// Its id.
    pub id: AuditId,
    /// When.
    pub at: Millis,
    /// Who.
    pub actor: &'a Named,
    /// What, by the matrix's name.
    pub action: &'a str,
    /// To what.
    pub target: Option<&'a Named>,
    /// Whether it happened.
    pub outcome: Outcome,
    /// Further facts. Never a secret, never a message's text.
    pub detail: &'a BTreeMap<String, String>,
    /// From where.
    pub ip: Option<&'a str>,
    /// Entries of a program are for its team alone.
    pub program: Option<ProgramId>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, at, actor_kind, actor_id, actor_name, action, target_kind, target_id, target_name, outcome, detail, ip FROM audit ",
            $rest
        )
    };
}

fn entry(r: &Row<'_>) -> Result<AuditEntry> {
    let target_kind: Option<String> = r.get(6)?;
    Ok(AuditEntry {
        id: r.id(0)?,
        at: r.at(1)?,
        actor: Named { kind: r.text(2)?, id: r.maybe_id(3)?, name: r.text(4)? },
        action: r.text(5)?,
        target: target_kind
            .map(|kind| {
                Ok::<_, Error>(Named {
                    kind,
                    id: r.maybe_id(7)?,
                    name: r.get::<Option<String>>(8)?.unwrap_or_default(),
                })
            })
            .transpose()?,
        outcome: Outcome::of(r.int(9)?)?,
        detail: r.json(10)?,
        ip: r.get(11)?,
    })
}

impl Read<'_> {
    /// Entries, newest first. What happened inside programs is not among them.
    pub fn audit(
        &mut self,
        _: &Permit<ReadAudit>,
        before: Option<PageCursor>,
        limit: i64,
    ) -> Result<Page<AuditEntry>> {
        let before = before.map_or(Id([0xff; 16]), |c| c.id);
        let rows = self.all(
            select!("WHERE tenant_id = $1 AND program_id IS NULL AND id < $2 ORDER BY id DESC LIMIT $3"),
            &[before.into(), (limit + 1).into()],
            entry,
        )?;
        Ok(Page::cut(rows, limit, |e| (e.at.0, e.id.0)))
    }

    /// A program's own entries, newest first.
    pub fn program_audit(
        &mut self,
        permit: &Permit<ReadProgram>,
        before: Option<PageCursor>,
        limit: i64,
    ) -> Result<Page<AuditEntry>> {
        let before = before.map_or(Id([0xff; 16]), |c| c.id);
        let rows = self.all(
            select!("WHERE tenant_id = $1 AND program_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4"),
            &[(*permit.target()).into(), before.into(), (limit + 1).into()],
            entry,
        )?;
        Ok(Page::cut(rows, limit, |e| (e.at.0, e.id.0)))
    }
}

impl Tx<'_> {
    /// Writes an entry.
    pub fn record(&mut self, new: &NewAudit<'_>) -> Result<()> {
        let detail = serde_json::to_string(new.detail).map_err(Error::internal)?;
        self.send(
            "INSERT INTO audit (tenant_id, id, at, actor_kind, actor_id, actor_name, action, target_kind, target_id, target_name, outcome, detail, ip, program_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            &[
                new.id.into(),
                new.at.into(),
                (&new.actor.kind).into(),
                new.actor.id.into(),
                (&new.actor.name).into(),
                new.action.into(),
                new.target.map(|t| &t.kind).into(),
                new.target.and_then(|t| t.id).into(),
                new.target.map(|t| &t.name).into(),
                new.outcome.code().into(),
                (&detail).into(),
                new.ip.into(),
                new.program.into(),
            ],
        )?;
        Ok(())
    }
}

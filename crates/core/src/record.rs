//! Writing the audit record from a command.

use crate::Ctx;
use portico_domain::audit::{Named, Outcome};
use portico_policy::{Actor, Reason};
use portico_store::{NewAudit, Read, Tx};
use portico_types::{Id, MemberId, ProgramId, Result};
use std::collections::BTreeMap;

/// An entry being put together.
pub struct Record {
    action: &'static str,
    target: Option<Named>,
    outcome: Outcome,
    detail: BTreeMap<String, String>,
    program: Option<ProgramId>,
    by: Option<Named>,
}

impl Record {
    /// An entry about `action`, a name of the matrix.
    pub fn of(action: &'static str) -> Self {
        Self {
            action,
            target: None,
            outcome: Outcome::Done,
            detail: BTreeMap::new(),
            program: None,
            by: None,
        }
    }

    /// What it was done to.
    #[must_use]
    pub fn target(mut self, kind: &str, id: impl Into<Id>, name: &str) -> Self {
        self.target = Some(Named { kind: kind.to_owned(), id: Some(id.into()), name: name.to_owned() });
        self
    }

    /// A further fact. Never a secret, never a message's text.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl ToString) -> Self {
        self.detail.insert(key.to_owned(), value.to_string());
        self
    }

    /// Done by this member, who has just shown that they are they: the request itself came from nobody yet.
    #[must_use]
    pub fn by(mut self, member: MemberId, name: &str) -> Self {
        self.by = Some(Named { kind: "member".to_owned(), id: Some(member.0), name: name.to_owned() });
        self
    }

    /// How it ended.
    #[must_use]
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    /// Belongs to a program: only its team reads it.
    #[must_use]
    pub fn program(mut self, program: ProgramId) -> Self {
        self.program = Some(program);
        self
    }

    /// Writes it.
    pub fn write(self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<()> {
        let actor = match self.by {
            Some(named) => named,
            None => who(ctx, tx)?,
        };
        tx.record(&NewAudit {
            id: ctx.id(),
            at: ctx.now,
            actor: &actor,
            action: self.action,
            target: self.target.as_ref(),
            outcome: self.outcome,
            detail: &self.detail,
            ip: ctx.ip.as_deref(),
            program: self.program,
        })
    }
}

fn who(ctx: &Ctx, read: &mut Read<'_>) -> Result<Named> {
    let (kind, name) = match &ctx.actor {
        Actor::Member { id, .. } => ("member", read.member(*id)?.map_or(String::new(), |m| m.name)),
        Actor::Contact { .. } => ("contact", String::new()),
        Actor::Reporter { .. } => ("reporter", String::new()),
        Actor::System(Reason::Setup) => ("system", "setup".to_owned()),
        Actor::System(Reason::Operator) => ("system", "operator".to_owned()),
        Actor::System(Reason::Job) => ("system", "portico".to_owned()),
        Actor::Anonymous => ("anonymous", String::new()),
    };
    let id = Some(ctx.actor.key()).filter(|id| *id != Id::default());
    Ok(Named { kind: kind.to_owned(), id, name })
}

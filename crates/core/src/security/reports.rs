//! Looking at reports from inside: only those of programs one is in.

use super::{at_desk, enter};
use crate::{Ctx, Page, Query};
use portico_domain::{
    limits,
    report::{Report, ReportState},
};
use portico_policy::ReadRoom;
use portico_store::{Read, ReportFilter};
use portico_types::{Error, PageCursor, ProgramId, Result, RoomId};
use std::str::FromStr;

/// Which states to list.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum States {
    /// Everything that is not closed.
    #[default]
    Open,
    /// Everything.
    All,
    /// One state.
    One(ReportState),
}

impl States {
    fn span(self) -> (ReportState, ReportState) {
        match self {
            Self::Open => (ReportState::New, ReportState::Triaged),
            Self::All => (ReportState::New, ReportState::Closed),
            Self::One(state) => (state, state),
        }
    }
}

impl FromStr for States {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Ok(match text {
            "open" => Self::Open,
            "all" => Self::All,
            other => {
                Self::One(ReportState::ALL.iter().copied().find(|s| super::word(s) == other).ok_or_else(
                    || Error::invalid("state", "a state is new, needs_info, triaged, closed, open or all"),
                )?)
            }
        })
    }
}

/// Reports of one's programs, newest change first.
pub struct Reports {
    pub states: States,
    /// Of one program only, by slug.
    pub program: Option<String>,
    pub cursor: Option<PageCursor>,
    pub limit: i64,
}

impl Query for Reports {
    type Out = Page<Report>;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        let me = enter(ctx, read)?;
        let program: Option<ProgramId> = match &self.program {
            Some(slug) => {
                Some(read.access_program::<portico_policy::ReadPolicy>(&ctx.actor, slug)?.0.program.id)
            }
            None => None,
        };
        let (from, to) = self.states.span();
        read.reports(me, ReportFilter { from, to, program }, self.cursor, self.limit.clamp(1, limits::PAGE))
    }
}

/// How many reports there are in one's programs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize, utoipa::ToSchema)]
pub struct ReportNumbers {
    /// Nobody has looked at them.
    pub new: i64,
    /// All that are not closed, the new ones included.
    pub open: i64,
}

/// Counts the reports of one's programs. Someone whose token does not open the desk has none.
pub struct ReportCounts;

impl Query for ReportCounts {
    type Out = ReportNumbers;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<ReportNumbers> {
        let Ok(me) = at_desk(ctx) else { return Ok(ReportNumbers::default()) };
        let (new, open) = read.report_counts(me)?;
        Ok(ReportNumbers { new, open })
    }
}

/// One report.
pub struct GetReport {
    pub id: RoomId,
}

impl Query for GetReport {
    type Out = Report;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Report> {
        at_desk(ctx)?;
        Ok(read.access_report::<ReadRoom>(&ctx.actor, self.id)?.0)
    }
}

//! The Security desk: programs, reports, and the reporter's side of them.
//!
//! Need-to-know beats rank: everything about a report is for its program's team alone. That a program exists, and what
//! it publishes, everybody may know.

mod check;
mod create_program;
mod intake;
mod policy_text;
mod programs;
mod public;
mod reports;
mod security_txt;
mod submit;
mod team;
mod track;
mod tracking_link;
mod update_program;
mod update_report;
mod withdraw;

pub use create_program::CreateProgram;
pub use intake::{Intake, ReportDraft};
pub use policy_text::PolicyText;
pub use programs::{GetProgram, ProgramAudit, Programs};
pub use public::{PublicDesk, PublicPage, PublicPolicy, PublicProgram, PublicPrograms, public_organization};
pub use reports::{GetReport, ReportCounts, ReportNumbers, Reports, States};
pub use security_txt::{SecurityTxt, SecurityTxtFacts, security_txt};
pub use submit::{SubmitReport, Submitted};
pub use team::{AddTeamMember, RemoveTeamMember};
pub use track::{
    MayAnswer, PostAsReporter, TrackReport, Tracked, TrackedAuthor, TrackedBody, TrackedMessage,
};
pub use tracking_link::{RotateTrackingLink, TRACKING_PREFIX, TrackingLink};
pub use update_program::UpdateProgram;
pub use update_report::UpdateReport;
pub use withdraw::WithdrawReport;

use crate::Ctx;
use portico_domain::{
    event::{Audience, Event},
    message::{AuthorKind, Message},
    program::Program,
    report::on_reporter_message,
    room::Ring,
    session::Scope,
};
use portico_store::{Read, RoomRow, Tx};
use portico_types::{Error, MemberId, ProgramId, Result};

/// What a message does to its report: it is the newest, and an answer of the reporter puts it back on the team's side.
pub(crate) fn after_message(ctx: &Ctx, tx: &mut Tx<'_>, room: &RoomRow, message: &Message) -> Result<()> {
    let state = if message.author.kind == AuthorKind::Reporter {
        let now = tx.shared_report(room)?.state;
        Some(on_reporter_message(now)).filter(|next| *next != now)
    } else {
        None
    };
    tx.report_moved(room, state, ctx.now)?;
    tell_report(ctx, tx, room)
}

/// The people of a program: its team and the guests they invited. Never whoever has a rank, never the reporter.
fn team_of(program: ProgramId) -> Audience {
    Audience::Group { group: program.0, ring: Ring::Guests, outside: None, admins: false }
}

/// Tells a program's people how a report is now.
fn tell_report(ctx: &Ctx, tx: &mut Tx<'_>, room: &RoomRow) -> Result<()> {
    let report = Box::new(tx.shared_report(room)?);
    tx.emit(ctx.now, Some(room.room.id), team_of(report.program_id), Event::ReportUpdated { report });
    Ok(())
}

/// Tells those concerned how a program is now: admins what everybody may know, then its own people the whole.
fn tell_program(ctx: &Ctx, tx: &mut Tx<'_>, program: &Program) {
    tx.emit(ctx.now, None, Audience::Admins, Event::ProgramUpdated { program: Box::new(program.public()) });
    tx.emit(ctx.now, None, team_of(program.id), Event::ProgramUpdated { program: Box::new(program.clone()) });
}

/// The member who asks, when what they came with opens the Security desk.
fn at_desk(ctx: &Ctx) -> Result<MemberId> {
    let me = ctx.me()?;
    if ctx.actor.scopes().has(Scope::Security) {
        Ok(me)
    } else {
        Err(Error::forbidden("the token lacks the scope security"))
    }
}

/// The same for a list, where nothing else is asked that would know of a shut account. The desk's own scope is enough.
fn enter(ctx: &Ctx, read: &mut Read<'_>) -> Result<MemberId> {
    let me = at_desk(ctx)?;
    match read.standing(me)? {
        Some(standing) if !standing.suspended => Ok(me),
        _ => Err(Error::unauthenticated()),
    }
}

/// The word a value has in the API, for system lines and the audit record.
fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(ToOwned::to_owned)).unwrap_or_default()
}

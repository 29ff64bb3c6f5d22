//! Handling a report: its title, where it stands, whose it is, how bad it is. Every close tells the reporter why.

use super::{check::line, intake::TITLE, tell_report, word};
use crate::{
    Command, Ctx, Record,
    messages::{Composed, PostMessage, system_message},
};
use portico_domain::{
    member::Role,
    report::{CloseReason, Report, ReportState, Severity, check_move},
    room::Ring,
};
use portico_policy::{Action, HandleReport as May, ReadRoom};
use portico_store::{ReportChange, RoomRow, Tx};
use portico_types::{Error, MemberId, Result, RoomId};

/// Changes what is given.
pub struct UpdateReport {
    pub id: RoomId,
    pub title: Option<String>,
    pub state: Option<ReportState>,
    pub close_reason: Option<CloseReason>,
    /// Words to the reporter that go with the change of state.
    pub message: Option<Composed>,
    /// Someone of the program's team, or nobody.
    pub assignee: Option<Option<MemberId>>,
    pub severity: Option<Option<Severity>>,
}

impl UpdateReport {
    /// A change of nothing yet.
    pub fn of(id: RoomId) -> Self {
        Self {
            id,
            title: None,
            state: None,
            close_reason: None,
            message: None,
            assignee: None,
            severity: None,
        }
    }

    fn moved(&self, old: &Report) -> Result<Option<(ReportState, Option<CloseReason>)>> {
        if self.state.is_none() && self.close_reason.is_none() {
            return Ok(None);
        }
        let to = self.state.unwrap_or(old.state);
        if to == ReportState::Closed && old.state == to && self.close_reason.is_none() {
            return Ok(None);
        }
        check_move(old.state, to, self.close_reason)?;
        Ok(Some((to, self.close_reason)).filter(|new| *new != (old.state, old.close_reason)))
    }
}

impl Command for UpdateReport {
    type Out = Report;

    fn lane(&self) -> u64 {
        self.id.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Report> {
        let (old, room, permit) = tx.access_report::<May>(&ctx.actor, self.id)?;
        let title = self.title.as_deref().map(|t| line("title", t, TITLE)).transpose()?;
        if title.as_deref() == Some("") {
            return Err(Error::invalid("title", "a report has a title"));
        }
        let state = self.moved(&old)?;
        if self.message.is_some() && state.is_none() {
            return Err(Error::invalid(
                "message",
                "a message goes with a new state; otherwise write into the report itself",
            ));
        }
        let assignee = self.assignee.filter(|a| *a != old.assignee_id);
        let assignee_name = match assignee.flatten() {
            Some(id) => Some(team_member(tx, &old, id)?),
            None => None,
        };
        let change = ReportChange {
            title: title.as_deref().filter(|t| *t != old.title),
            state,
            assignee,
            severity: self.severity.filter(|s| *s != old.severity),
        };
        if change.title.is_none() && state.is_none() && assignee.is_none() && change.severity.is_none() {
            return Ok(old);
        }
        tx.update_report(&permit, &change, ctx.now)?;
        say(ctx, tx, &room, &old, &change, assignee_name.as_deref())?;
        if let Some(composed) = &self.message {
            let message = PostMessage {
                room: self.id,
                composed: composed.clone(),
                ring: Some(Ring::Everyone),
                thread: None,
                files: Vec::new(),
                confirm: false,
            };
            // Its wake tells everyone how the report is now.
            message.run(&Ctx { key: None, ..ctx.clone() }, tx)?;
        }
        tell_report(ctx, tx, &room)?;
        record(ctx, tx, &old, &change)?;
        Ok(tx.access_report::<ReadRoom>(&ctx.actor, self.id)?.0)
    }
}

/// Someone the report can be given to, and their name.
fn team_member(tx: &mut Tx<'_>, report: &Report, id: MemberId) -> Result<String> {
    let in_team = tx.group_role(report.program_id.0, id)?.is_some();
    let member = tx.member(id)?.filter(|m| in_team && !m.suspended && m.role > Role::Guest);
    member.map(|m| m.name).ok_or_else(|| {
        Error::invalid("assignee_id", "a report is given to someone of its program's team, guests excepted")
    })
}

/// The lines in the timeline. Where it stands and how bad it is, the reporter reads too; who works on it, the team.
fn say(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    room: &RoomRow,
    old: &Report,
    change: &ReportChange<'_>,
    assignee: Option<&str>,
) -> Result<()> {
    let (id, by) = (room.room.id, ("by", room.my_name.as_str()));
    if let Some((to, reason)) = change.state {
        let (from, to, reason) = (word(&old.state), word(&to), reason.map(|r| word(&r)));
        let mut params = vec![by, ("from", from.as_str()), ("to", to.as_str())];
        params.extend(reason.as_deref().map(|r| ("reason", r)));
        system_message(ctx, tx, id, Ring::Everyone, "state_changed", &params)?;
    }
    if let Some(severity) = change.severity {
        let (from, to) = (old.severity.map(|s| word(&s)), severity.map(|s| word(&s)));
        let mut params = vec![by];
        params.extend(from.as_deref().map(|s| ("from", s)));
        params.extend(to.as_deref().map(|s| ("to", s)));
        system_message(ctx, tx, id, Ring::Everyone, "severity_changed", &params)?;
    }
    if change.assignee.is_some() {
        let mut params = vec![by];
        params.extend(assignee.map(|name| ("to", name)));
        system_message(ctx, tx, id, Ring::Team, "assigned", &params)?;
    }
    Ok(())
}

/// What changed, in words of our own: never the text of a title or message.
fn record(ctx: &Ctx, tx: &mut Tx<'_>, old: &Report, change: &ReportChange<'_>) -> Result<()> {
    let mut record = Record::of(May::NAME).target("report", old.id, &old.key).program(old.program_id);
    if change.title.is_some() {
        record = record.with("title", "changed");
    }
    if let Some((state, reason)) = change.state {
        record = record.with("from", word(&old.state)).with("state", word(&state));
        if let Some(reason) = reason {
            record = record.with("close_reason", word(&reason));
        }
    }
    if let Some(severity) = change.severity {
        record = record.with("severity", severity.map_or_else(|| "unset".to_owned(), |s| word(&s)));
    }
    if let Some(assignee) = change.assignee {
        record = record.with("assignee", assignee.map_or_else(|| "nobody".to_owned(), |m| m.to_string()));
    }
    record.write(ctx, tx)
}

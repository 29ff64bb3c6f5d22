//! Who is in a program's team: decided by the team, never by rank.

use super::{
    create_program::{TEAM, able},
    team_of, tell_program, tell_report,
};
use crate::{Command, Ctx, Record};
use portico_domain::{
    event::Event,
    program::Program,
    room::{GroupKind, GroupRole},
};
use portico_policy::{Action, Actor, ManageProgram as May, ReadPolicy, ReadProgram, ReadRoom, Reason};
use portico_store::{ProgramRow, Tx};
use portico_types::{Error, MemberId, Result};

/// Brings someone into a team: a member handles its reports from then on, a guest reads and writes in them. In it
/// already: nothing changes.
pub struct AddTeamMember {
    pub slug: String,
    pub member: MemberId,
}

impl Command for AddTeamMember {
    type Out = Program;
    const AUDITED: Option<&'static str> = Some(May::NAME);

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Program> {
        let (row, _) = tx.access_program::<May>(&ctx.actor, &self.slug)?;
        let id = row.program.id;
        let member = able(tx, "member_id", self.member)?;
        if row.program.member_ids.len() >= TEAM {
            return Err(Error::invalid("member_id", format!("a team has {TEAM} people at most")));
        }
        if !tx.join_group(id.0, GroupKind::Program, member.id, GroupRole::Member, ctx.now)? {
            return Ok(row.program);
        }
        let joined = Event::MemberJoined {
            group: id.0,
            kind: GroupKind::Program,
            member_id: member.id,
            role: GroupRole::Member,
        };
        tx.emit(ctx.now, None, team_of(id), joined);
        changed(ctx, tx, &row, member.id, &member.name, "added")
    }
}

/// Takes someone out of a team, with all they kept in its reports. The last one who can manage it stays.
pub struct RemoveTeamMember {
    pub slug: String,
    pub member: MemberId,
}

impl Command for RemoveTeamMember {
    type Out = Program;
    const AUDITED: Option<&'static str> = Some(May::NAME);

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Program> {
        // A guest cannot manage the team, but may go.
        let (row, rest) = if ctx.actor.member() == Some(self.member) {
            let (row, _) = tx.access_program::<ReadProgram>(&ctx.actor, &self.slug)?;
            let (_, system) = tx.access_program::<May>(&Actor::System(Reason::Job), &self.slug)?;
            (row, tx.able_team(&system)?)
        } else {
            let (row, permit) = tx.access_program::<May>(&ctx.actor, &self.slug)?;
            let rest = tx.able_team(&permit)?;
            (row, rest)
        };
        if rest.contains(&self.member) && rest.len() == 1 {
            return Err(Error::conflict(
                Some("member_id"),
                "they are the last who can manage this program; bring someone else in first",
            ));
        }
        let id = row.program.id;
        let name = tx.member(self.member)?.map_or(String::new(), |m| m.name);
        let Some(unassigned) = tx.leave_program(id, self.member)? else {
            return Err(Error::invalid("member_id", "they are not in this program's team"));
        };
        // First out of the index: the one who left does not get what follows.
        let left = Event::MemberLeft { group: id.0, kind: GroupKind::Program, member_id: self.member };
        tx.emit(ctx.now, None, team_of(id), left);
        for report in unassigned {
            let (room, _) = tx.access_room::<ReadRoom>(&Actor::System(Reason::Job), report)?;
            tell_report(ctx, tx, &room)?;
        }
        changed(ctx, tx, &row, self.member, &name, "removed")
    }
}

fn changed(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    row: &ProgramRow,
    member: MemberId,
    name: &str,
    what: &str,
) -> Result<Program> {
    let id = row.program.id;
    let after = tx.access_program_id::<ReadPolicy>(&ctx.actor, id)?.0;
    tell_program(ctx, tx, &after.program);
    Record::of(May::NAME).target("member", member, name).with("change", what).program(id).write(ctx, tx)?;
    Ok(super::programs::seen(after))
}

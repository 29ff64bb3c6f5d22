//! Teams.

use crate::{Command, Ctx, Query, Record, rooms};
use portico_domain::{
    event::{Audience, Event},
    member::Role,
    room::{GroupKind, GroupRole},
    team::Team,
};
use portico_policy::{Action, EnterOrganization, ManageTeams};
use portico_store::{Read, Tx};
use portico_types::{Error, ErrorCode, MemberId, Result, TeamId};

fn taken(e: Error) -> Error {
    match e.code() {
        ErrorCode::Conflict => Error::conflict(Some("handle"), "another team has this handle"),
        _ => e,
    }
}

fn handle(asked: Option<&str>, name: &str) -> Result<String> {
    let handle = asked.map_or_else(|| portico_text::names::handle_from(name), ToOwned::to_owned);
    portico_text::names::check_handle(&handle).map_err(|e| Error::invalid("handle", e.to_string()))?;
    Ok(handle)
}

fn emit(ctx: &Ctx, tx: &mut Tx<'_>, id: TeamId) -> Result<Team> {
    let team = tx.team(id)?;
    tx.emit(ctx.now, None, Audience::Members, Event::TeamUpdated { team: team.clone() });
    Ok(team)
}

/// Makes a team.
pub struct CreateTeam {
    pub name: String,
    pub handle: Option<String>,
}

impl Command for CreateTeam {
    type Out = Team;
    const AUDITED: Option<&'static str> = Some(ManageTeams::NAME);

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Team> {
        let permit = tx.access_organization::<ManageTeams>(&ctx.actor)?;
        let name = rooms::name("name", &self.name)?;
        let id: TeamId = ctx.id();
        tx.insert_team(&permit, id, &handle(self.handle.as_deref(), &name)?, &name).map_err(taken)?;
        Record::of(ManageTeams::NAME).target("team", id, &name).with("what", "made").write(ctx, tx)?;
        emit(ctx, tx, id)
    }
}

/// Renames a team.
pub struct EditTeam {
    pub id: TeamId,
    pub name: Option<String>,
    pub handle: Option<String>,
}

impl Command for EditTeam {
    type Out = Team;
    const AUDITED: Option<&'static str> = Some(ManageTeams::NAME);

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Team> {
        let permit = tx.access_organization::<ManageTeams>(&ctx.actor)?;
        let before = tx.team(self.id)?;
        let name = match &self.name {
            Some(name) => rooms::name("name", name)?,
            None => before.name,
        };
        let handle = handle(Some(self.handle.as_deref().unwrap_or(&before.handle)), &name)?;
        tx.update_team(&permit, self.id, &name, &handle).map_err(taken)?;
        emit(ctx, tx, self.id)
    }
}

/// Removes a team.
pub struct RemoveTeam {
    pub id: TeamId,
}

impl Command for RemoveTeam {
    type Out = ();
    const AUDITED: Option<&'static str> = Some(ManageTeams::NAME);

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<()> {
        let permit = tx.access_organization::<ManageTeams>(&ctx.actor)?;
        let team = tx.team(self.id)?;
        tx.delete_team(&permit, self.id)?;
        tx.emit(ctx.now, None, Audience::Members, Event::TeamRemoved { team_id: self.id });
        Record::of(ManageTeams::NAME)
            .target("team", self.id, &team.name)
            .with("what", "removed")
            .write(ctx, tx)
    }
}

/// Puts someone into a team or takes them out. Already so: nothing changes.
pub struct SetTeamMember {
    pub team: TeamId,
    pub member: MemberId,
    pub on: bool,
}

impl Command for SetTeamMember {
    type Out = Team;
    const AUDITED: Option<&'static str> = Some(ManageTeams::NAME);

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Team> {
        tx.access_organization::<ManageTeams>(&ctx.actor)?;
        let team = tx.team(self.team)?;
        let member = tx
            .member(self.member)?
            .filter(|m| m.role > Role::Guest || !self.on)
            .ok_or_else(|| Error::invalid("member_id", "there is no such member; guests are in no team"))?;
        let changed = if self.on {
            tx.join_group(self.team.0, GroupKind::Team, self.member, GroupRole::Member, ctx.now)?
        } else {
            tx.leave_group(self.team.0, self.member)?
        };
        if !changed {
            return Ok(team);
        }
        let (group, kind, member_id) = (self.team.0, GroupKind::Team, self.member);
        let event = if self.on {
            Event::MemberJoined { group, kind, member_id, role: GroupRole::Member }
        } else {
            Event::MemberLeft { group, kind, member_id }
        };
        tx.emit(ctx.now, None, Audience::Members, event);
        Record::of(ManageTeams::NAME)
            .target("team", self.team, &team.name)
            .with(if self.on { "added" } else { "removed" }, &member.name)
            .write(ctx, tx)?;
        emit(ctx, tx, self.team)
    }
}

/// All teams.
pub struct Teams;

impl Query for Teams {
    type Out = Vec<Team>;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        read.access_organization::<EnterOrganization>(&ctx.actor)?;
        let me = ctx.me()?;
        if read.standing(me)?.is_some_and(|s| s.role == Role::Guest) {
            return Ok(Vec::new());
        }
        read.teams()
    }
}

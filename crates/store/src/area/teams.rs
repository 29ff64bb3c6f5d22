//! Teams.

use crate::{Read, Tx};
use portico_domain::team::Team;
use portico_policy::{ManageTeams, Permit};
use portico_types::{Error, MemberId, Result, TeamId};
use std::collections::HashMap;

impl Read<'_> {
    /// All teams with their members.
    pub fn teams(&mut self) -> Result<Vec<Team>> {
        let mut teams = self.all(
            "SELECT id, display_id, handle, name FROM team WHERE tenant_id = $1 ORDER BY name, id",
            &[],
            |r| {
                Ok(Team {
                    id: r.id(0)?,
                    display_id: r.int(1)?,
                    handle: r.text(2)?,
                    name: r.text(3)?,
                    member_ids: Vec::new(),
                })
            },
        )?;
        let members: Vec<(TeamId, MemberId)> = self.all(
            "SELECT g.group_id, g.member_id FROM team t CROSS JOIN membership g
             WHERE t.tenant_id = $1 AND g.tenant_id = t.tenant_id AND g.group_id = t.id ORDER BY g.joined_at, g.member_id",
            &[],
            |r| Ok((r.id(0)?, r.id(1)?)),
        )?;
        let place: HashMap<TeamId, usize> = teams.iter().enumerate().map(|(i, t)| (t.id, i)).collect();
        for (team, member) in members {
            if let Some(i) = place.get(&team) {
                teams[*i].member_ids.push(member);
            }
        }
        Ok(teams)
    }

    /// One team.
    pub fn team(&mut self, id: TeamId) -> Result<Team> {
        let mut team = self
            .one(
                "SELECT id, display_id, handle, name FROM team WHERE tenant_id = $1 AND id = $2",
                &[id.into()],
                |r| {
                    Ok(Team {
                        id: r.id(0)?,
                        display_id: r.int(1)?,
                        handle: r.text(2)?,
                        name: r.text(3)?,
                        member_ids: Vec::new(),
                    })
                },
            )?
            .ok_or_else(Error::not_found)?;
        team.member_ids = self.group_members(id.0)?.into_iter().map(|m| m.0).collect();
        Ok(team)
    }
}

impl Tx<'_> {
    /// Makes a team.
    pub fn insert_team(
        &mut self,
        _: &Permit<ManageTeams>,
        id: TeamId,
        handle: &str,
        name: &str,
    ) -> Result<()> {
        let display_id = self.next_display_id("team")?;
        self.send(
            "INSERT INTO team (tenant_id, id, display_id, handle, name) VALUES ($1, $2, $3, $4, $5)",
            &[id.into(), display_id.into(), handle.into(), name.into()],
        )?;
        Ok(())
    }

    /// Renames a team.
    pub fn update_team(
        &mut self,
        _: &Permit<ManageTeams>,
        id: TeamId,
        name: &str,
        handle: &str,
    ) -> Result<()> {
        self.exec_one(
            "UPDATE team SET name = $3, handle = $4 WHERE tenant_id = $1 AND id = $2",
            &[id.into(), name.into(), handle.into()],
        )
    }

    /// Removes a team; what it owned belongs to nobody in particular.
    pub fn delete_team(&mut self, _: &Permit<ManageTeams>, id: TeamId) -> Result<()> {
        self.send("UPDATE room SET team_id = NULL WHERE tenant_id = $1 AND team_id = $2", &[id.into()])?;
        self.send("UPDATE inbox SET team_id = NULL WHERE tenant_id = $1 AND team_id = $2", &[id.into()])?;
        self.send(
            "UPDATE conversation SET team_id = NULL WHERE tenant_id = $1 AND team_id = $2",
            &[id.into()],
        )?;
        self.send("DELETE FROM membership WHERE tenant_id = $1 AND group_id = $2", &[id.into()])?;
        self.exec_one("DELETE FROM team WHERE tenant_id = $1 AND id = $2", &[id.into()])
    }
}

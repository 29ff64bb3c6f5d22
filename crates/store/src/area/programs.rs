//! Programs: published security policies, their versions and teams.

use crate::{Read, Row, Tx};
use portico_domain::{
    program::{Intake, Policy, Program, ScopeItem, urls},
    room::GroupRole,
};
use portico_policy::{
    Action, Actor, CreateProgram, ManagePeople, ManageProgram, Permit, ProgramFacts, ReadPolicy, Standing,
    require,
};
use portico_types::{Error, MemberId, Millis, ProgramId, Result, RoomId};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

macro_rules! select {
    ($me:literal, $rest:literal) => {
        concat!(
            "SELECT p.id, p.display_id, p.slug, p.name, p.prefix, p.intro, p.settings, p.intake, v.text, v.html, v.version,
             g.role, a.role, a.kind, a.suspended FROM program p
             JOIN policy_version v ON v.tenant_id = p.tenant_id AND v.program_id = p.id AND v.version = p.policy_version
             LEFT JOIN membership g ON g.tenant_id = p.tenant_id AND g.group_id = p.id AND g.member_id = ",
            $me,
            " LEFT JOIN member a ON a.tenant_id = p.tenant_id AND a.id = ",
            $me,
            " ",
            $rest
        )
    };
}

/// The parts of a program nothing is looked up by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramSettings {
    /// What is, and is not, to be tested.
    pub scope: Vec<ScopeItem>,
    /// `mailto:` or `https:`, or empty.
    pub contact: String,
    /// BCP 47, in order of preference.
    pub languages: Vec<String>,
    /// A line on the public page.
    pub notice: String,
}

/// A program with what the deciding transaction knows about the asker.
#[derive(Clone, Debug)]
pub struct ProgramRow {
    /// The program, with its team.
    pub program: Program,
    /// The asker's place in its team.
    pub group_role: Option<GroupRole>,
    /// The asker's standing.
    pub standing: Option<Standing>,
}

impl ProgramRow {
    fn facts(&self) -> ProgramFacts {
        ProgramFacts {
            program: self.program.id,
            group_role: self.group_role,
            standing: self.standing,
            open: self.program.intake == Intake::Open,
        }
    }
}

fn row(r: &Row<'_>) -> Result<ProgramRow> {
    let slug = r.text(2)?;
    let (public_url, report_url) = urls(&slug);
    let settings: ProgramSettings = r.json(6)?;
    Ok(ProgramRow {
        program: Program {
            id: r.id(0)?,
            display_id: r.int(1)?,
            slug,
            name: r.text(3)?,
            prefix: r.text(4)?,
            intro: r.text(5)?,
            policy: Policy { text: r.text(8)?, html: r.text(9)?, version: r.int(10)? },
            scope: settings.scope,
            contact: settings.contact,
            languages: settings.languages,
            intake: Intake::of(r.int(7)?)?,
            notice: settings.notice,
            member_ids: Vec::new(),
            public_url,
            report_url,
        },
        group_role: r.get::<Option<i64>>(11)?.map(GroupRole::of).transpose()?,
        standing: super::people::standing(r, 12)?,
    })
}

/// A program to be.
pub struct NewProgram<'a> {
    /// Its id.
    pub id: ProgramId,
    /// Free slug.
    pub slug: &'a str,
    /// Checked name.
    pub name: &'a str,
    /// Free prefix.
    pub prefix: &'a str,
    /// A paragraph.
    pub intro: &'a str,
    /// The rest.
    pub settings: &'a ProgramSettings,
    /// Markdown of the policy.
    pub policy_text: &'a str,
    /// Safe HTML of it.
    pub policy_html: &'a str,
    /// When.
    pub at: Millis,
}

/// What of a program changes. The prefix never does: it stands in what reporters were told.
#[derive(Default)]
pub struct ProgramChange<'a> {
    /// A free slug.
    pub slug: Option<&'a str>,
    /// A checked name.
    pub name: Option<&'a str>,
    /// A paragraph.
    pub intro: Option<&'a str>,
    /// All of the rest.
    pub settings: Option<&'a ProgramSettings>,
    /// Whether reports are taken.
    pub intake: Option<Intake>,
}

impl Read<'_> {
    /// Fetches a program by slug and decides about it in one act.
    pub fn access_program<A: Action<Facts = ProgramFacts>>(
        &mut self,
        actor: &Actor,
        slug: &str,
    ) -> Result<(ProgramRow, Permit<A>)> {
        let found = self
            .one(
                select!("$3", "WHERE p.tenant_id = $1 AND p.slug = $2"),
                &[slug.into(), actor.member().into()],
                row,
            )?
            .ok_or_else(Error::not_found)?;
        self.decided(actor, found)
    }

    /// The same by id.
    pub fn access_program_id<A: Action<Facts = ProgramFacts>>(
        &mut self,
        actor: &Actor,
        id: ProgramId,
    ) -> Result<(ProgramRow, Permit<A>)> {
        let found = self
            .one(
                select!("$3", "WHERE p.tenant_id = $1 AND p.id = $2"),
                &[id.into(), actor.member().into()],
                row,
            )?
            .ok_or_else(Error::not_found)?;
        self.decided(actor, found)
    }

    fn decided<A: Action<Facts = ProgramFacts>>(
        &mut self,
        actor: &Actor,
        found: ProgramRow,
    ) -> Result<(ProgramRow, Permit<A>)> {
        let permit = require::<A>(actor, &found.facts())?;
        Ok((self.with_team(found)?, permit))
    }

    fn with_team(&mut self, mut found: ProgramRow) -> Result<ProgramRow> {
        found.program.member_ids =
            self.group_members(found.program.id.0)?.into_iter().map(|(id, _, _)| id).collect();
        Ok(found)
    }

    /// All programs as `me` stands to them, by name. Whose team one is not in, is the caller's to narrow.
    pub fn programs(&mut self, me: MemberId) -> Result<Vec<ProgramRow>> {
        let mut rows =
            self.all(select!("$2", "WHERE p.tenant_id = $1 ORDER BY p.name, p.id"), &[me.into()], row)?;
        let mut teams: HashMap<ProgramId, Vec<MemberId>> = HashMap::new();
        let members = self.all(
            "SELECT p.id, g.member_id FROM program p CROSS JOIN membership g
             WHERE p.tenant_id = $1 AND g.tenant_id = p.tenant_id AND g.group_id = p.id ORDER BY g.joined_at, g.member_id",
            &[],
            |r| Ok((r.id::<ProgramId>(0)?, r.id(1)?)),
        )?;
        for (program, member) in members {
            teams.entry(program).or_default().push(member);
        }
        for found in &mut rows {
            found.program.member_ids = teams.remove(&found.program.id).unwrap_or_default();
        }
        Ok(rows)
    }

    /// All programs as everybody sees them, open ones first.
    pub fn public_programs(&mut self) -> Result<Vec<Program>> {
        let rows = self.all(
            "SELECT p.id, p.display_id, p.slug, p.name, p.prefix, p.intro, p.settings, p.intake, v.text, v.html, v.version,
             CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT) FROM program p
             JOIN policy_version v ON v.tenant_id = p.tenant_id AND v.program_id = p.id AND v.version = p.policy_version
             WHERE p.tenant_id = $1 ORDER BY p.intake, p.name, p.id",
            &[],
            row,
        )?;
        Ok(rows.into_iter().map(|r| r.program).collect())
    }

    /// A policy as it was, for a report that is bound to that version.
    pub fn policy_version(
        &mut self,
        permit: &Permit<ReadPolicy>,
        version: i64,
    ) -> Result<Option<(Policy, Millis)>> {
        self.one(
            "SELECT text, html, version, at FROM policy_version WHERE tenant_id = $1 AND program_id = $2 AND version = $3",
            &[(*permit.target()).into(), version.into()],
            |r| Ok((Policy { text: r.text(0)?, html: r.text(1)?, version: r.int(2)? }, r.at(3)?)),
        )
    }

    /// Whether a slug and a prefix are free.
    pub fn program_names_free(&mut self, slug: &str, prefix: &str) -> Result<(bool, bool)> {
        let taken = self.all(
            "SELECT slug, prefix FROM program WHERE tenant_id = $1 AND (slug = $2 OR prefix = $3)",
            &[slug.into(), prefix.into()],
            |r| Ok((r.text(0)?, r.text(1)?)),
        )?;
        Ok((!taken.iter().any(|t| t.0 == slug), !taken.iter().any(|t| t.1 == prefix)))
    }

    /// How many of a program's team can manage it: no guests, nobody whose account is shut.
    pub fn able_team(&mut self, permit: &Permit<ManageProgram>) -> Result<Vec<MemberId>> {
        self.all(
            "SELECT g.member_id FROM membership g JOIN member a ON a.tenant_id = g.tenant_id AND a.id = g.member_id
             WHERE g.tenant_id = $1 AND g.group_id = $2 AND a.role > 0 AND a.suspended = 0 ORDER BY g.member_id",
            &[(*permit.target()).into()],
            |r| r.id(0),
        )
    }

    /// The name of a program that this member is the last to be able to manage, if there is one.
    pub fn last_of_program(&mut self, _: &Permit<ManagePeople>, member: MemberId) -> Result<Option<String>> {
        self.one(
            "SELECT p.name FROM membership g JOIN program p ON p.tenant_id = g.tenant_id AND p.id = g.group_id
             WHERE g.tenant_id = $1 AND g.member_id = $2 AND NOT EXISTS (
             SELECT 1 FROM membership o JOIN member a ON a.tenant_id = o.tenant_id AND a.id = o.member_id
             WHERE o.tenant_id = $1 AND o.group_id = g.group_id AND o.member_id <> $2 AND a.role > 0 AND a.suspended = 0)
             ORDER BY p.display_id LIMIT 1",
            &[member.into()],
            |r| r.text(0),
        )
    }
}

impl Tx<'_> {
    /// Makes a program with the first version of its policy.
    pub fn insert_program(&mut self, _: &Permit<CreateProgram>, new: &NewProgram<'_>) -> Result<()> {
        let display_id = self.next_display_id("program")?;
        let settings = serde_json::to_string(new.settings).map_err(Error::internal)?;
        self.send(
            "INSERT INTO program (tenant_id, id, display_id, slug, name, prefix, intro, settings, policy_version, intake, report_count, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, 0, 0, $9)",
            &[
                new.id.into(),
                display_id.into(),
                new.slug.into(),
                new.name.into(),
                new.prefix.into(),
                new.intro.into(),
                (&settings).into(),
                new.at.into(),
            ],
        )?;
        self.insert_policy(new.id, 1, new.policy_text, new.policy_html, new.at)
    }

    fn insert_policy(
        &mut self,
        program: ProgramId,
        version: i64,
        text: &str,
        html: &str,
        at: Millis,
    ) -> Result<()> {
        self.send(
            "INSERT INTO policy_version (tenant_id, program_id, version, text, html, at) VALUES ($1, $2, $3, $4, $5, $6)",
            &[program.into(), version.into(), text.into(), html.into(), at.into()],
        )?;
        Ok(())
    }

    /// Puts a new policy in force. The one before stays, for the reports received under it.
    pub fn change_policy(
        &mut self,
        permit: &Permit<ManageProgram>,
        text: &str,
        html: &str,
        at: Millis,
    ) -> Result<i64> {
        let program = *permit.target();
        let version = self
            .one(
                "UPDATE program SET policy_version = policy_version + 1 WHERE tenant_id = $1 AND id = $2 RETURNING policy_version",
                &[program.into()],
                |r| r.int(0),
            )?
            .ok_or_else(Error::not_found)?;
        self.insert_policy(program, version, text, html, at)?;
        Ok(version)
    }

    /// Changes a program.
    pub fn update_program(
        &mut self,
        permit: &Permit<ManageProgram>,
        change: &ProgramChange<'_>,
    ) -> Result<()> {
        let settings = change.settings.map(serde_json::to_string).transpose().map_err(Error::internal)?;
        self.exec_one(
            "UPDATE program SET slug = COALESCE($3, slug), name = COALESCE($4, name), intro = COALESCE($5, intro),
             settings = COALESCE($6, settings), intake = COALESCE($7, intake) WHERE tenant_id = $1 AND id = $2",
            &[
                (*permit.target()).into(),
                change.slug.into(),
                change.name.into(),
                change.intro.into(),
                settings.as_ref().into(),
                change.intake.map(Intake::code).into(),
            ],
        )
    }

    /// Takes someone out of a program's team, with everything they kept in its reports: drafts, threads, reading marks,
    /// calls. Returns the reports that were theirs to handle and now are nobody's.
    pub fn leave_program(&mut self, program: ProgramId, member: MemberId) -> Result<Option<Vec<RoomId>>> {
        if !self.leave_group(program.0, member)? {
            return Ok(None);
        }
        self.forget_rooms_of(program.0, member)?;
        self.all(
            "UPDATE report SET assignee_id = NULL WHERE tenant_id = $1 AND program_id = $2 AND assignee_id = $3 RETURNING id",
            &[program.into(), member.into()],
            |r| r.id(0),
        )
        .map(Some)
    }
}

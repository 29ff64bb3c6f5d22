//! Making a program. Who makes it need not be in its team: then they know no more of it than everybody.

use super::{PolicyText, policy_text, team_of, tell_program};
use crate::{Command, Ctx, Record};
use portico_domain::{
    event::Event,
    member::{Member, Role},
    program::{Program, ScopeItem, check_languages, check_prefix, check_slug, prefixes_from, slug_from},
    room::{GroupKind, GroupRole},
};
use portico_policy::{Action, CreateProgram as May, ReadPolicy};
use portico_store::{NewProgram, ProgramSettings, Read, Tx};
use portico_types::{Error, MemberId, ProgramId, Result};

/// People of a program's team at most.
pub(super) const TEAM: usize = 200;

/// Publishes a program. With `member_ids` exactly those become its team, else whoever makes it.
pub struct CreateProgram {
    pub name: String,
    pub slug: Option<String>,
    /// Two to six letters; made of the name when missing.
    pub prefix: Option<String>,
    pub intro: String,
    pub policy: PolicyText,
    pub scope: Vec<ScopeItem>,
    pub contact: String,
    pub languages: Vec<String>,
    pub notice: String,
    pub member_ids: Vec<MemberId>,
}

impl Command for CreateProgram {
    type Out = Program;
    const AUDITED: Option<&'static str> = Some(May::NAME);

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Program> {
        let permit = tx.access_organization::<May>(&ctx.actor)?;
        let name = crate::rooms::name("name", &self.name)?;
        let slug = free_slug(tx, self.slug.as_deref(), &name)?;
        let prefix = free_prefix(tx, self.prefix.as_deref(), &name)?;
        let settings = ProgramSettings {
            scope: policy_text::scope(&self.scope)?,
            contact: policy_text::contact(&self.contact)?,
            languages: check_languages(&self.languages)?,
            notice: policy_text::notice(&self.notice)?,
        };
        let team = team(ctx, tx, &self.member_ids)?;
        let id: ProgramId = ctx.id();
        tx.insert_program(
            &permit,
            &NewProgram {
                id,
                slug: &slug,
                name: &name,
                prefix: &prefix,
                intro: &policy_text::intro(&self.intro)?,
                settings: &settings,
                policy_text: &self.policy.text,
                policy_html: &self.policy.html,
                at: ctx.now,
            },
        )?;
        for member in &team {
            tx.join_group(id.0, GroupKind::Program, member.id, GroupRole::Member, ctx.now)?;
            let joined = Event::MemberJoined {
                group: id.0,
                kind: GroupKind::Program,
                member_id: member.id,
                role: GroupRole::Member,
            };
            tx.emit(ctx.now, None, team_of(id), joined);
        }
        let program = tx.access_program_id::<ReadPolicy>(&ctx.actor, id)?.0.program;
        tell_program(ctx, tx, &program);
        Record::of(May::NAME)
            .target("program", id, &name)
            .with("slug", &slug)
            .with("prefix", &prefix)
            .write(ctx, tx)?;
        for member in &team {
            Record::of(portico_policy::ManageProgram::NAME)
                .target("member", member.id, &member.name)
                .with("change", "added")
                .program(id)
                .write(ctx, tx)?;
        }
        Ok(program)
    }

    fn remember(&self, out: &Program) -> Result<String> {
        Ok(out.id.to_string())
    }

    fn recall(&self, ctx: &Ctx, tx: &mut Tx<'_>, made: &str) -> Result<Program> {
        let (row, _) = tx.access_program_id::<ReadPolicy>(&ctx.actor, made.parse()?)?;
        Ok(super::programs::seen(row))
    }
}

/// The people asked for, or the one who asks.
fn team(ctx: &Ctx, tx: &mut Tx<'_>, asked: &[MemberId]) -> Result<Vec<Member>> {
    let mut ids = asked.to_vec();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        ids.extend(ctx.actor.member());
    }
    if ids.len() > TEAM {
        return Err(Error::invalid("member_ids", format!("a team has {TEAM} people at most")));
    }
    let people = ids.into_iter().map(|id| able(tx, "member_ids", id)).collect::<Result<Vec<_>>>()?;
    if people.iter().all(|m| m.role == Role::Guest) {
        return Err(Error::invalid("member_ids", "a program needs someone in its team who is not a guest"));
    }
    Ok(people)
}

/// A member who can be brought into a team.
pub(super) fn able(read: &mut Read<'_>, field: &'static str, id: MemberId) -> Result<Member> {
    read.member(id)?
        .filter(|m| !m.suspended)
        .ok_or_else(|| Error::invalid(field, "there is no such person here"))
}

/// The slug asked for when it is free, or one made of the name that is.
fn free_slug(read: &mut Read<'_>, asked: Option<&str>, name: &str) -> Result<String> {
    if let Some(slug) = asked.filter(|s| !s.is_empty()) {
        check_slug(slug)?;
        return match read.program_names_free(slug, "")? {
            (true, _) => Ok(slug.to_owned()),
            _ => Err(slug_taken(slug)),
        };
    }
    let stem = slug_from(name);
    if read.program_names_free(&stem, "")?.0 {
        return Ok(stem);
    }
    for n in 2..100 {
        let slug = format!("{}-{n}", stem.get(..stem.len().min(36)).unwrap_or(&stem).trim_end_matches('-'));
        if read.program_names_free(&slug, "")?.0 {
            return Ok(slug);
        }
    }
    Err(slug_taken(&stem))
}

pub(super) fn slug_taken(slug: &str) -> Error {
    Error::conflict(Some("slug"), format!("there is a program {slug} already; choose another slug"))
}

fn free_prefix(read: &mut Read<'_>, asked: Option<&str>, name: &str) -> Result<String> {
    if let Some(prefix) = asked.filter(|p| !p.is_empty()) {
        let prefix = check_prefix(prefix)?;
        return match read.program_names_free("", &prefix)? {
            (_, true) => Ok(prefix),
            _ => Err(Error::conflict(
                Some("prefix"),
                format!("another program's reports are called {prefix}-n; choose another prefix"),
            )),
        };
    }
    for prefix in prefixes_from(name) {
        if read.program_names_free("", &prefix)?.1 {
            return Ok(prefix);
        }
    }
    Err(Error::conflict(Some("prefix"), "no prefix made of the name is free; choose one"))
}

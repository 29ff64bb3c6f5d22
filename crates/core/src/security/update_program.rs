//! Changing a program: by its team only, whatever rank others have.

use super::{PolicyText, create_program::slug_taken, policy_text, tell_program};
use crate::{Command, Ctx, Record};
use portico_domain::program::{Intake, Program, ScopeItem, check_languages, check_slug};
use portico_policy::{Action, ManageProgram as May, ReadPolicy};
use portico_store::{ProgramChange, ProgramSettings, Tx};
use portico_types::Result;

/// Changes what is given. A policy that reads differently becomes a new version; reports keep theirs.
#[derive(Default)]
pub struct UpdateProgram {
    /// Which.
    pub slug: String,
    pub new_slug: Option<String>,
    pub name: Option<String>,
    pub intro: Option<String>,
    pub policy: Option<PolicyText>,
    pub scope: Option<Vec<ScopeItem>>,
    pub contact: Option<String>,
    pub languages: Option<Vec<String>>,
    pub notice: Option<String>,
    pub intake: Option<Intake>,
}

impl Command for UpdateProgram {
    type Out = Program;
    const AUDITED: Option<&'static str> = Some(May::NAME);

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Program> {
        let (row, permit) = tx.access_program::<May>(&ctx.actor, &self.slug)?;
        let old = row.program;
        let slug = self.new_slug.as_deref().filter(|s| *s != old.slug);
        if let Some(slug) = slug {
            check_slug(slug)?;
            if !tx.program_names_free(slug, "")?.0 {
                return Err(slug_taken(slug));
            }
        }
        let name = self.name.as_deref().map(|n| crate::rooms::name("name", n)).transpose()?;
        let intro = self.intro.as_deref().map(policy_text::intro).transpose()?;
        let settings = ProgramSettings {
            scope: self.scope.as_deref().map_or_else(|| Ok(old.scope.clone()), policy_text::scope)?,
            contact: self.contact.as_deref().map_or_else(|| Ok(old.contact.clone()), policy_text::contact)?,
            languages: self
                .languages
                .as_deref()
                .map_or_else(|| Ok(old.languages.clone()), check_languages)?,
            notice: self.notice.as_deref().map_or_else(|| Ok(old.notice.clone()), policy_text::notice)?,
        };
        tx.update_program(
            &permit,
            &ProgramChange {
                slug,
                name: name.as_deref(),
                intro: intro.as_deref(),
                settings: Some(&settings),
                intake: self.intake,
            },
        )?;
        if let Some(policy) = self.policy.as_ref().filter(|p| p.text != old.policy.text) {
            tx.change_policy(&permit, &policy.text, &policy.html, ctx.now)?;
        }
        let program = tx.access_program_id::<ReadPolicy>(&ctx.actor, old.id)?.0.program;
        if program == old {
            return Ok(program);
        }
        tell_program(ctx, tx, &program);
        let mut record = Record::of(May::NAME).target("program", old.id, &program.name).program(old.id);
        if program.policy.version != old.policy.version {
            record = record.with("policy_version", program.policy.version);
        }
        if program.intake != old.intake {
            record = record.with("intake", super::word(&program.intake));
        }
        if program.slug != old.slug {
            record = record.with("slug", &program.slug);
        }
        record.write(ctx, tx)?;
        Ok(program)
    }
}

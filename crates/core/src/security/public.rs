//! What everybody may know of programs, signed in or not.

use crate::{App, Ctx, Query};
use portico_domain::program::{Intake, Program, ScopeItem};
use portico_policy::ReadPolicy;
use portico_store::Read;
use portico_types::{Error, Result, TenantId};
use serde::Serialize;

/// The organization whose public pages a server shows: its first. (A second one's programs are reached with its own
/// address once there is one.)
pub async fn public_organization(app: &App) -> Result<TenantId> {
    app.db()
        .read_instance(|tx| Ok(tx.organizations()?.first().map(|(tenant, _)| *tenant)))
        .await?
        .ok_or_else(Error::not_found)
}

/// A program as it is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PublicProgram {
    pub slug: String,
    pub name: String,
    pub intro: String,
    /// Safe HTML.
    pub policy_html: String,
    pub policy_version: i64,
    pub scope: Vec<ScopeItem>,
    /// `mailto:` or `https:`, or empty.
    pub contact: String,
    pub languages: Vec<String>,
    pub intake: Intake,
    pub notice: String,
}

impl From<Program> for PublicProgram {
    fn from(p: Program) -> Self {
        Self {
            slug: p.slug,
            name: p.name,
            intro: p.intro,
            policy_html: p.policy.html,
            policy_version: p.policy.version,
            scope: p.scope,
            contact: p.contact,
            languages: p.languages,
            intake: p.intake,
            notice: p.notice,
        }
    }
}

/// The organization's programs, those that take reports first.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct PublicDesk {
    pub organization: String,
    pub programs: Vec<PublicProgram>,
}

/// One program on its page.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct PublicPage {
    pub organization: String,
    pub program: PublicProgram,
}

/// All programs.
pub struct PublicPrograms;

impl Query for PublicPrograms {
    type Out = PublicDesk;

    fn run(&self, _: &Ctx, read: &mut Read<'_>) -> Result<PublicDesk> {
        Ok(PublicDesk {
            organization: read.own_organization()?.name,
            programs: read.public_programs()?.into_iter().map(Into::into).collect(),
        })
    }
}

/// One program by slug.
pub struct PublicPolicy {
    pub slug: String,
}

impl Query for PublicPolicy {
    type Out = PublicPage;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<PublicPage> {
        let (row, _) = read.access_program::<ReadPolicy>(&ctx.actor, &self.slug)?;
        Ok(PublicPage { organization: read.own_organization()?.name, program: row.program.into() })
    }
}

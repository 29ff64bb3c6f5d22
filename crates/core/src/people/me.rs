//! Who one is here.

use crate::{Command, Ctx, Query};
use portico_domain::{member::Member, organization::Organization, room::GroupKind, session::Scope};
use portico_policy::{Actor, EnterOrganization, Via};
use portico_store::{Read, Tx};
use portico_types::{Error, Result, SessionId};

use super::profile::{EditProfile, SetPreferences};

/// Asks.
pub struct Me;

/// Oneself, and which desks one has.
#[derive(Clone, Debug)]
pub struct MeView {
    pub member: Member,
    pub organization: Organization,
    pub session: Option<SessionId>,
    /// The guard of the session's cookie.
    pub csrf: Option<String>,
    pub customers: bool,
    pub security: bool,
    pub preferences: serde_json::Value,
}

impl Query for Me {
    type Out = MeView;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<MeView> {
        let permit = read.access_organization::<EnterOrganization>(&ctx.actor)?;
        let me = ctx.me()?;
        let member = read.member(me)?.ok_or_else(Error::unauthenticated)?;
        let session = match ctx.actor {
            Actor::Member { via: Via::Session(id), .. } => Some(id),
            _ => None,
        };
        let csrf = match session {
            Some(id) => read.session_row(id)?.map(|s| s.csrf),
            None => None,
        };
        let scopes = ctx.actor.scopes();
        let agent = member.role.is_admin() || !read.groups_of(me, GroupKind::Inbox)?.is_empty();
        let team = member.role.is_admin() || !read.groups_of(me, GroupKind::Program)?.is_empty();
        Ok(MeView {
            customers: agent && scopes.has(Scope::Customers),
            security: team && scopes.has(Scope::Security),
            organization: read.organization(&permit)?,
            preferences: read.preferences(me)?,
            member,
            session,
            csrf,
        })
    }
}

/// Changes profile and preferences in one go: both or neither.
pub struct EditMe {
    pub profile: EditProfile,
    pub preferences: Option<serde_json::Map<String, serde_json::Value>>,
}

impl Command for EditMe {
    type Out = ();

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<()> {
        if !self.profile.is_empty() {
            self.profile.run(ctx, tx)?;
        }
        if let Some(change) = &self.preferences {
            SetPreferences { change: change.clone() }.run(ctx, tx)?;
        }
        Ok(())
    }
}

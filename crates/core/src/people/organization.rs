//! The organization's own settings.

use crate::{Command, Ctx, Record, rooms};
use portico_domain::{
    event::{Audience, Event},
    organization::Organization,
};
use portico_policy::{Action, ManageOrganization};
use portico_store::Tx;
use portico_types::Result;

/// Renames the organization.
pub struct RenameOrganization {
    pub name: String,
}

impl Command for RenameOrganization {
    type Out = Organization;
    const AUDITED: Option<&'static str> = Some(ManageOrganization::NAME);

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Organization> {
        let permit = tx.access_organization::<ManageOrganization>(&ctx.actor)?;
        let name = rooms::name("name", &self.name)?;
        tx.rename_organization(&permit, &name)?;
        let organization = tx.own_organization()?;
        let event = Event::OrganizationUpdated { organization: organization.clone() };
        tx.emit(ctx.now, None, Audience::Everyone, event);
        Record::of(ManageOrganization::NAME).with("name", &name).write(ctx, tx)?;
        Ok(organization)
    }
}

//! The organization's own row.

use crate::{Read, Tx};
use portico_domain::organization::Organization;
use portico_policy::{
    Action, Actor, EnterOrganization, ManageOrganization, OrganizationFacts, Permit, Standing, require,
};
use portico_types::{Error, MemberId, Result};

impl Read<'_> {
    /// What a member is at this moment.
    pub fn standing(&mut self, member: MemberId) -> Result<Option<Standing>> {
        self.one(
            "SELECT role, kind, suspended FROM member WHERE tenant_id = $1 AND id = $2",
            &[member.into()],
            |r| super::people::standing(r, 0),
        )
        .map(Option::flatten)
    }

    /// Decides an action on the organization as a whole.
    pub fn access_organization<A: Action<Facts = OrganizationFacts>>(
        &mut self,
        actor: &Actor,
    ) -> Result<Permit<A>> {
        let standing = match actor.member() {
            Some(id) => Some(self.standing(id)?.ok_or_else(Error::unauthenticated)?),
            None => None,
        };
        require::<A>(actor, &OrganizationFacts { standing })
    }

    /// The organization.
    pub fn organization(&mut self, _: &Permit<EnterOrganization>) -> Result<Organization> {
        self.own_organization()
    }

    /// The organization's name, which stands on its public pages.
    pub fn own_organization(&mut self) -> Result<Organization> {
        self.one("SELECT id, slug, name FROM tenant WHERE tenant_id = $1", &[], |r| {
            Ok(Organization { id: r.id(0)?, slug: r.text(1)?, name: r.text(2)? })
        })?
        .ok_or_else(Error::not_found)
    }
}

impl Tx<'_> {
    /// Renames the organization.
    pub fn rename_organization(&mut self, _: &Permit<ManageOrganization>, name: &str) -> Result<()> {
        self.exec_one("UPDATE tenant SET name = $2 WHERE tenant_id = $1", &[name.into()])
    }
}

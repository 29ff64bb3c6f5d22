//! One contact.

use crate::{Ctx, Query};
use portico_domain::contact::Contact;
use portico_policy::HandleContact;
use portico_store::Read;
use portico_types::{ContactId, Result};

/// A contact of an inbox one sees.
pub struct GetContact {
    pub id: ContactId,
}

impl Query for GetContact {
    type Out = Contact;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Contact> {
        read.access_contact::<HandleContact>(&ctx.actor, self.id).map(|(contact, _)| contact)
    }
}

//! What a visitor says of themselves.

use super::{PublicVisitor, own, visitor};
use crate::{
    Command, Ctx,
    customers::{emit_contact, update_contact::email},
    rooms,
};
use portico_domain::contact::Contact;
use portico_store::Tx;
use portico_types::Result;

/// Gives name and e-mail address. What the host vouched for stays as the host said; what it left open may be filled.
pub struct Update {
    pub name: Option<String>,
    pub email: Option<String>,
}

impl Command for Update {
    type Out = PublicVisitor;

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<PublicVisitor> {
        let (_, inbox) = visitor(ctx)?;
        let (before, permit) = own(ctx, tx)?;
        let mut contact = before.clone();
        introduce(&mut contact, self.name.as_deref(), self.email.as_deref())?;
        if contact != before {
            tx.keep_visitor(&permit, &contact)?;
            emit_contact(ctx, tx, inbox, &contact);
        }
        Ok(PublicVisitor::from(&contact))
    }
}

/// Takes a visitor's own word for name and address. Both are only ever shown: nothing is found or opened by them. What
/// the host vouched for stays.
pub(super) fn introduce(contact: &mut Contact, name: Option<&str>, address: Option<&str>) -> Result<()> {
    if let Some(name) = name {
        let name = rooms::name("name", name)?;
        if !contact.verified || contact.name.is_empty() {
            contact.name = name;
        }
    }
    if let Some(address) = address {
        let address = email(address)?;
        if !contact.verified || contact.email.is_none() {
            contact.email = Some(address);
        }
    }
    Ok(())
}

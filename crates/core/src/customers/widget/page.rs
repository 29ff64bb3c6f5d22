//! Where on the site the visitor is.

use super::{checked_page, own, visitor};
use crate::{Command, Ctx, customers::emit_contact};
use portico_domain::conversation::Status;
use portico_store::Tx;
use portico_types::Result;

/// Notes the page the visitor looks at. Agents are told while a conversation is going on.
pub struct SetPage {
    /// A web address; kept up to 2,048 bytes.
    pub url: String,
    /// Kept up to 200 characters.
    pub title: String,
}

impl Command for SetPage {
    type Out = ();

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<()> {
        let page = checked_page(&self.url, &self.title, ctx.now)?;
        let (_, inbox) = visitor(ctx)?;
        let (mut contact, permit) = own(ctx, tx)?;
        let moved = contact.page.as_ref().is_none_or(|p| p.url != page.url || p.title != page.title);
        contact.page = Some(page);
        tx.keep_visitor(&permit, &contact)?;
        if moved && tx.visitor_place(inbox, contact.id)?.is_some_and(|place| place.status != Status::Resolved)
        {
            emit_contact(ctx, tx, inbox, &contact);
        }
        Ok(())
    }
}

//! One contact turns out to be another: the anonymous visitor has signed in at the host.

use super::{agents_of, emit_conversation};
use crate::Ctx;
use portico_domain::{contact::Contact, event::Event};
use portico_policy::{Permit, StartConversation};
use portico_store::Tx;
use portico_types::Result;

/// Gives everything `from` has to `into`, which then stands for both. The caller keeps `into` and tells of it.
pub(super) fn merge(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    permit: &Permit<StartConversation>,
    from: &Contact,
    into: &mut Contact,
) -> Result<()> {
    // What an agent shut out stays out under its other name.
    into.blocked |= from.blocked;
    if into.name.is_empty() {
        into.name.clone_from(&from.name);
    }
    into.email = into.email.take().or_else(|| from.email.clone());
    into.phone = into.phone.take().or_else(|| from.phone.clone());
    for (key, value) in &from.attributes {
        if into.attributes.len() < portico_domain::limits::ATTRIBUTES {
            into.attributes.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    let moved = tx.merge_contact(permit, from.id, into)?;
    tx.keep_visitor(permit, into)?;
    let merged = Event::ContactMerged { contact_id: from.id, into: into.id };
    tx.emit(ctx.now, None, agents_of(*permit.target()), merged);
    for conversation in moved {
        emit_conversation(ctx, tx, conversation)?;
    }
    Ok(())
}

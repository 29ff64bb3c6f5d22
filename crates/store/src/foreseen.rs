//! What is known of the idempotency keys of a batch, looked up at once where each look costs a round trip.
//!
//! What was found is good for one look: whoever uses a key a second time in a batch has to see what the first one left.
//! Another lane, or another node, may use it meanwhile; then the key itself clashes, and the batch runs again carefully.
//! Whoever leaves the organization forgets all of it: a key is its organization's.

use crate::{
    conn::Conn,
    late::Bound,
    value::{Owned, Row},
};
use portico_types::{Id, Result, TenantId};
use std::collections::HashMap;

/// What a key was used for: the request's fingerprint and what it made.
pub(crate) type Use = (Option<[u8; 32]>, String);

/// What was found of a key.
pub(crate) enum Found {
    Unused,
    Used(Use),
}

impl From<Found> for Option<Use> {
    fn from(found: Found) -> Self {
        match found {
            Found::Unused => None,
            Found::Used(what) => Some(what),
        }
    }
}

/// See the module.
#[derive(Default)]
pub(crate) struct Foreseen(HashMap<Id, HashMap<String, Found>>);

impl Foreseen {
    /// What was found of a key; nothing when it was not looked for, or asked for before.
    pub(crate) fn take(&mut self, actor: Id, key: &str) -> Option<Found> {
        self.0.get_mut(&actor)?.remove(key)
    }
}

/// Reads what a key was used for from two columns.
pub(crate) fn read(row: &Row<'_>, at: usize) -> Result<Use> {
    Ok((row.maybe_hash(at)?, row.text(at + 1)?))
}

/// Looks for the keys of commands that are about to run in an organization.
pub(crate) fn look<'k>(
    conn: &mut Conn,
    tenant: TenantId,
    keys: impl Iterator<Item = (Id, &'k str)>,
) -> Result<()> {
    let (mut actors, mut names, mut known) = (Vec::new(), Vec::new(), Foreseen::default());
    for (actor, key) in keys {
        actors.push(Owned::Id(actor));
        names.push(Owned::Text(key.to_owned()));
        known.0.entry(actor).or_default().insert(key.to_owned(), Found::Unused);
    }
    // One is as well looked for by its command.
    if actors.len() < 2 {
        return Ok(());
    }
    // Each key by the index, whatever the engine believes of the table.
    conn.each_of(
        "SELECT n.actor, n.key, f.fingerprint, f.made FROM unnest($2::bytea[], $3::text[]) AS n (actor, key)
         CROSS JOIN LATERAL (SELECT i.fingerprint, i.made FROM idempotency i
           WHERE i.tenant_id = $1 AND i.actor_id = n.actor AND i.key = n.key LIMIT 1) f",
        &[Bound::One(Owned::Int(tenant.0)), Bound::Each(actors), Bound::Each(names)],
        |row| {
            known.0.entry(row.id(0)?).or_default().insert(row.text(1)?, Found::Used(read(row, 2)?));
            Ok(())
        },
    )?;
    conn.foreseen = known;
    Ok(())
}

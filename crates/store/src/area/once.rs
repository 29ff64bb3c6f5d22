//! Idempotency keys: the same request twice makes one thing.

use crate::{Tx, foreseen, late::Late};
use portico_types::{Error, Id, Millis, Result};

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replay {
    /// It was never used.
    New,
    /// It was used with this very request, which made this.
    Made(String),
}

/// A key that was used.
static KEY: Late = Late {
    table: "idempotency",
    rank: 0,
    one: "INSERT INTO idempotency (tenant_id, actor_id, key, fingerprint, made, at) VALUES ($1, $2, $3, $4, $5, $6)",
    many: "INSERT INTO idempotency (tenant_id, actor_id, key, fingerprint, made, at) SELECT $1, n.actor, n.key, n.fingerprint, n.made, n.at
           FROM unnest($2::bytea[], $3::text[], $4::bytea[], $5::text[], $6::bigint[]) AS n (actor, key, fingerprint, made, at)",
};

impl Tx<'_> {
    /// Looks a key up. Used with another request it is a conflict.
    pub fn replay(&mut self, actor: Id, key: &str, fingerprint: &[u8; 32]) -> Result<Replay> {
        let found = match self.conn.foreseen.take(actor, key) {
            Some(found) => found.into(),
            None => self.one(
                "SELECT fingerprint, made FROM idempotency WHERE tenant_id = $1 AND actor_id = $2 AND key = $3",
                &[actor.into(), key.into()],
                |r| foreseen::read(r, 0),
            )?,
        };
        match found {
            None => Ok(Replay::New),
            Some((Some(known), made)) if known == *fingerprint => Ok(Replay::Made(made)),
            Some(_) => Err(Error::key_reused()),
        }
    }

    /// Remembers what a request made.
    pub fn remember(
        &mut self,
        actor: Id,
        key: &str,
        fingerprint: &[u8; 32],
        made: &str,
        at: Millis,
    ) -> Result<()> {
        self.late(&KEY, &[actor.into(), key.into(), fingerprint.into(), made.into(), at.into()])?;
        Ok(())
    }

    /// Forgets keys older than `before`. Returns how many.
    pub fn sweep_keys(&mut self, before: Millis) -> Result<u64> {
        self.sweeps()?;
        self.exec("DELETE FROM idempotency WHERE tenant_id = $1 AND at < $2", &[before.into()])
    }

    /// Forgets events older than `before`; clients with an older cursor fetch anew. Returns how many.
    pub fn sweep_events(&mut self, before: Millis) -> Result<u64> {
        self.sweeps()?;
        self.exec(
            "DELETE FROM event WHERE tenant_id = $1 AND at < $2 AND seq < (SELECT t.seq FROM tenant t WHERE t.tenant_id = $1)",
            &[before.into()],
        )
    }
}

//! What every command gets from outside: who, when, and the seed of its ids. Nothing else may ask the clock or the dice.

use portico_policy::Actor;
use portico_types::{Error, Id, MemberId, Millis, Result, Rng, Secret, TenantId};
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicU64, Ordering};

/// A request that must happen once.
#[derive(Clone, Debug)]
pub struct IdempotencyKey {
    /// The caller's own name for the request.
    pub key: String,
    /// Hash of what is asked; the key with another one is a conflict.
    pub fingerprint: [u8; 32],
}

impl IdempotencyKey {
    /// The name under which it is kept. Strangers have no place of their own, so theirs is the key together with what is
    /// asked: two who choose the same key neither meet nor learn of each other. The blank keeps it apart from any key
    /// that a caller can send.
    pub(crate) fn name_for(&self, actor: &Actor) -> String {
        match actor {
            Actor::Anonymous => self
                .fingerprint
                .iter()
                .fold(format!("{} ", self.key), |name, byte| format!("{name}{byte:02x}")),
            _ => self.key.clone(),
        }
    }
}

/// See the module.
#[derive(Debug)]
pub struct Ctx {
    /// The organization.
    pub tenant: TenantId,
    /// Who asks.
    pub actor: Actor,
    /// When.
    pub now: Millis,
    /// The caller's address, for the audit record and session list.
    pub ip: Option<String>,
    /// Present where a retry must not do it again.
    pub key: Option<IdempotencyKey>,
    pub(crate) seed: [u8; 32],
    pub(crate) used: AtomicU64,
}

impl Clone for Ctx {
    fn clone(&self) -> Self {
        Self {
            ip: self.ip.clone(),
            key: self.key.clone(),
            used: AtomicU64::new(self.used.load(Ordering::Relaxed)),
            ..*self
        }
    }
}

impl Ctx {
    /// A context with fresh randomness.
    pub fn new(tenant: TenantId, actor: Actor, now: Millis, rng: &mut dyn Rng) -> Self {
        let mut seed = [0; 32];
        rng.fill(&mut seed);
        Self { tenant, actor, now, ip: None, key: None, seed, used: AtomicU64::new(0) }
    }

    /// The same context for a request that must happen once.
    #[must_use]
    pub fn once(mut self, key: IdempotencyKey) -> Self {
        self.key = Some(key);
        self
    }

    /// The same asker at the same moment, for a second question that must not be taken for the first.
    #[must_use]
    pub fn again(&self) -> Self {
        Self { key: None, ..self.clone() }
    }

    /// The same randomness from the start, for a command that runs again.
    pub(crate) fn rewind(&self) {
        self.used.store(0, Ordering::Relaxed);
    }

    /// A new id of this moment.
    pub fn id<T: From<Id>>(&self) -> T {
        T::from(Id::new(self.now, &mut CtxRng(self)))
    }

    /// A new bearer secret of 128 random bits.
    pub fn secret(&self, prefix: &str) -> Secret<String> {
        Secret::random(prefix, &mut CtxRng(self))
    }

    /// The member who asks.
    pub fn me(&self) -> Result<MemberId> {
        self.actor.member().ok_or_else(Error::unauthenticated)
    }
}

/// SHA-256 of seed and counter: as unpredictable as the seed, and the same again after `rewind`.
struct CtxRng<'a>(&'a Ctx);

impl Rng for CtxRng<'_> {
    fn fill(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let n = self.0.used.fetch_add(1, Ordering::Relaxed);
            let block = Sha256::new().chain_update(self.0.seed).chain_update(n.to_be_bytes()).finalize();
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

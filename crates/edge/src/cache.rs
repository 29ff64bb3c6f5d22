//! Whose secret is whose, remembered for a few seconds, so that a busy caller is not looked up at every request.
//!
//! It only says who asks. What they may is read afresh in every transaction; and when a session or a token ends or a
//! person changes, the organization's entries are dropped before anyone is answered; on the other nodes as soon as they
//! hear of it, and after a few seconds when they do not.

use portico_core::people::Identity;
use portico_domain::event::Event;
use portico_types::{Millis, TenantId};
use std::{
    collections::HashMap,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// How long an answer is believed, in ms.
const TRUST: i64 = 10 * Millis::SECOND;
const ENTRIES: usize = 50_000;

/// See the module.
#[derive(Default)]
pub struct Known {
    entries: Mutex<HashMap<[u8; 32], (Identity, Millis)>>,
    // How often anything was forgotten.
    age: AtomicU64,
    tell: OnceLock<Tell>,
}

/// Tells the other nodes that an organization's entries are to be dropped.
type Tell = Box<dyn Fn(TenantId) + Send + Sync>;

/// When a look-up began: what it found is not remembered if something was forgotten since.
#[derive(Clone, Copy)]
pub(crate) struct Age(u64);

impl Known {
    /// Taken before the database is asked.
    pub(crate) fn age(&self) -> Age {
        Age(self.age.load(Ordering::SeqCst))
    }

    pub(crate) fn get(&self, hash: &[u8; 32], now: Millis) -> Option<Identity> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.get(hash).filter(|(_, at)| now.0 - at.0 < TRUST && now >= *at).map(|(i, _)| i.clone())
    }

    pub(crate) fn put(&self, hash: [u8; 32], identity: Identity, now: Millis, since: Age) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        // Asked under the lock that `forget` takes: who was read just before they were shut out must not come back.
        if self.age.load(Ordering::SeqCst) != since.0 {
            return;
        }
        if entries.len() >= ENTRIES {
            entries.retain(|_, (_, at)| now.0 - at.0 < TRUST);
            if entries.len() >= ENTRIES {
                entries.clear();
            }
        }
        entries.insert(hash, (identity, now));
    }

    /// Has `tell` called whenever an organization is forgotten here, so that the other nodes do the same. Once.
    pub fn tell(&self, tell: impl Fn(TenantId) + Send + Sync + 'static) {
        let _first = self.tell.set(Box::new(tell));
    }

    /// Forgets everybody of an organization, here and on the other nodes.
    pub fn forget(&self, tenant: TenantId) {
        self.forget_here(tenant);
        if let Some(tell) = self.tell.get() {
            tell(tenant);
        }
    }

    /// Forgets everybody: what the other nodes said may have been missed.
    pub fn forget_all(&self) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        self.age.fetch_add(1, Ordering::SeqCst);
        entries.clear();
    }

    /// Forgets everybody of an organization on this node: another one said so.
    pub fn forget_here(&self, tenant: TenantId) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        self.age.fetch_add(1, Ordering::SeqCst);
        entries.retain(|_, (i, _)| i.tenant != tenant);
    }

    /// Hears what was committed. Called before the writer is answered.
    pub fn hear(&self, tenant: TenantId, event: &Event) {
        if matches!(
            event,
            Event::SessionEnded { .. }
                | Event::TokenEnded { .. }
                | Event::PersonUpdated { .. }
                | Event::ContactUpdated { .. }
        ) {
            self.forget(tenant);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use portico_policy::Actor;
    use portico_types::{Id, SessionId, TokenId};

    #[test]
    fn who_lost_what_they_came_with_is_forgotten() {
        let (hash, tenant, now) = ([1; 32], TenantId(1), Millis(0));
        let ends = [
            Event::SessionEnded { session_id: SessionId(Id([2; 16])) },
            Event::TokenEnded { token_id: TokenId(Id([2; 16])) },
        ];
        for event in ends {
            let known = Known::default();
            let identity = Identity { tenant, actor: Actor::Anonymous, csrf: None, seen_at: None };
            known.put(hash, identity, now, known.age());
            known.hear(TenantId(2), &event);
            assert!(known.get(&hash, now).is_some(), "another organization's");
            known.hear(tenant, &event);
            assert!(known.get(&hash, now).is_none(), "{event:?}");
        }
    }

    #[test]
    fn who_was_read_before_they_were_shut_out_is_not_remembered() {
        let known = Known::default();
        let (hash, tenant, now) = ([1; 32], TenantId(1), Millis(0));
        let identity = Identity { tenant, actor: Actor::Anonymous, csrf: None, seen_at: None };
        let since = known.age();
        known.put(hash, identity.clone(), now, since);
        assert!(known.get(&hash, now).is_some());
        // The database is asked, the session ends, and only then the outcome of the look-up arrives.
        let since = known.age();
        known.forget(tenant);
        known.put(hash, identity, now, since);
        assert!(known.get(&hash, now).is_none());
    }

    #[test]
    fn the_others_are_told_of_what_is_forgotten_here_and_not_of_what_they_told() {
        let known = Known::default();
        let told = std::sync::Arc::new(AtomicU64::new(0));
        let count = std::sync::Arc::clone(&told);
        known.tell(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
        });
        let (tenant, now) = (TenantId(1), Millis(0));
        let identity = Identity { tenant, actor: Actor::Anonymous, csrf: None, seen_at: None };
        let put = |n| known.put([n; 32], identity.clone(), now, known.age());
        put(1);
        known.forget_here(tenant);
        assert!(known.get(&[1; 32], now).is_none());
        assert_eq!(told.load(Ordering::SeqCst), 0);
        put(2);
        known.forget_all();
        assert!(known.get(&[2; 32], now).is_none());
        known.forget(tenant);
        assert_eq!(told.load(Ordering::SeqCst), 1);
    }
}

//! Whose secret is whose, remembered for a few seconds, so that a busy caller is not looked up at every request.
//!
//! It only says who asks. What they may is read afresh in every transaction; and when a session ends or a person
//! changes, the organization's entries are dropped before anyone is answered.

use portico_core::people::Identity;
use portico_domain::event::Event;
use portico_types::{Millis, TenantId};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// How long an answer is believed, in ms.
const TRUST: i64 = 10 * Millis::SECOND;
const ENTRIES: usize = 50_000;

/// See the module.
#[derive(Default)]
pub struct Known {
    entries: Mutex<HashMap<[u8; 32], (Identity, Millis)>>,
}

impl Known {
    pub(crate) fn get(&self, hash: &[u8; 32], now: Millis) -> Option<Identity> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.get(hash).filter(|(_, at)| now.0 - at.0 < TRUST && now >= *at).map(|(i, _)| i.clone())
    }

    pub(crate) fn put(&self, hash: [u8; 32], identity: Identity, now: Millis) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= ENTRIES {
            entries.retain(|_, (_, at)| now.0 - at.0 < TRUST);
            if entries.len() >= ENTRIES {
                entries.clear();
            }
        }
        entries.insert(hash, (identity, now));
    }

    /// Forgets everybody of an organization.
    pub fn forget(&self, tenant: TenantId) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, (i, _)| i.tenant != tenant);
    }

    /// Hears what was committed. Called before the writer is answered.
    pub fn hear(&self, tenant: TenantId, event: &Event) {
        if matches!(event, Event::SessionEnded { .. } | Event::PersonUpdated { .. } | Event::ContactUpdated { .. }) {
            self.forget(tenant);
        }
    }
}

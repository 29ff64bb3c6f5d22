//! The hub's ear on the bus.

use crate::hub::Shared;
use crate::signal::NodeNote;
use portico_bus::{Heard, Listener, Note};
use std::sync::Weak;

/// Hears until the hub or the bus is gone.
pub(crate) async fn listen(hub: Weak<Shared>, mut listener: Listener) {
    loop {
        let heard = listener.next().await;
        let Some(hub) = hub.upgrade() else { return };
        match heard {
            Heard::Note(_, Note::Wake { tenant, seq }) => {
                if let Some(tenant) = hub.loaded(tenant) {
                    tenant.put_wake(seq);
                }
            }
            Heard::Note(node, Note::Signal { tenant, payload }) => {
                let Some(tenant) = hub.loaded(tenant) else { continue };
                // A node of another version may say what is not understood here; signals may be lost.
                if let Ok(note) = serde_json::from_slice::<NodeNote>(&payload) {
                    tenant.put_note(Some(node), note);
                }
            }
            // Who asks is remembered elsewhere.
            Heard::Note(_, Note::Forget { .. }) => {}
            Heard::Missed => {
                for tenant in hub.all() {
                    tenant.put_check();
                    tenant.put_note(None, NodeNote::Ask);
                }
                hub.poll_now.notify_one();
            }
            Heard::Closed => return,
        }
    }
}

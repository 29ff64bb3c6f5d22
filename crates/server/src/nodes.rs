//! One of several nodes: the bus between them, and what it tells this one beside the hub.

use crate::{config::Config, dice::SystemRng};
use portico_bus::{Bus, Heard, Note};
use portico_edge::Known;
use portico_types::{Result, Rng, Secret};
use std::sync::{Arc, Weak};

/// The bus that the settings ask for. `key` is the installation's own.
pub(crate) fn bus(config: &Config, key: &Secret<[u8; 32]>) -> Result<Bus> {
    match &config.bus {
        Some(servers) => Bus::nats(servers, key, SystemRng.next_u64()),
        None => Ok(Bus::in_process()),
    }
}

/// Has what this node forgets of who asks forgotten on the others, and the other way round.
pub(crate) fn forget_together(bus: &Bus, known: &Arc<Known>) {
    // Alone, nobody is to be told, and a second place on the bus would make the hub talk to it.
    if matches!(bus, Bus::InProcess(_)) {
        return;
    }
    let peer = bus.join();
    tokio::spawn(listen(peer.subscribe(), Arc::downgrade(known)));
    known.tell(move |tenant| peer.publish(Note::Forget { tenant }));
}

async fn listen(mut listener: portico_bus::Listener, known: Weak<Known>) {
    loop {
        let heard = listener.next().await;
        let Some(known) = known.upgrade() else { return };
        match heard {
            Heard::Note(_, Note::Forget { tenant }) => known.forget_here(tenant),
            Heard::Note(..) => {}
            Heard::Missed => known.forget_all(),
            Heard::Closed => return,
        }
    }
}

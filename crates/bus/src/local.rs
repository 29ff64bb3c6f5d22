//! The bus of one process.

use crate::{BACKLOG, Said};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::sync::broadcast;

/// The bus of one process.
#[derive(Clone, Debug)]
pub struct Local(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    notes: broadcast::Sender<(u64, Said)>,
    peers: AtomicU64,
}

impl Local {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Shared { notes: broadcast::Sender::new(BACKLOG), peers: AtomicU64::new(0) }))
    }

    pub(crate) fn next_peer(&self) -> u64 {
        self.0.peers.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn notes(&self) -> &broadcast::Sender<(u64, Said)> {
        &self.0.notes
    }
}

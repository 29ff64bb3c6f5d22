//! What the nodes of one installation tell each other: "the log of this organization is at N", and signals that may be
//! lost (typing, presence).
//!
//! The log is the truth, the bus only wakes: a lost note delays, it never loses anything. Nothing here knows what a
//! payload means. One process is one [`Peer`]; a peer never hears itself. Ways to carry notes between machines are
//! further variants of [`Bus`].
#![warn(missing_docs)]

use bytes::Bytes;
use portico_types::TenantId;
use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};
use tokio::sync::broadcast;

/// Notes a slow listener may be behind; then it is told that it missed some.
const BACKLOG: usize = 4096;

/// What is said over the bus.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Note {
    /// The organization's log has grown up to this number.
    Wake {
        /// The organization.
        tenant: TenantId,
        /// The number of its newest event, as far as the speaker knows.
        seq: i64,
    },
    /// Something of the moment, which is not kept.
    Signal {
        /// The organization.
        tenant: TenantId,
        /// In the words of those who speak.
        payload: Bytes,
    },
}

/// How notes travel. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Bus {
    /// Within this process: one node, or several hubs of a test.
    InProcess(Local),
}

impl Bus {
    /// A bus that ends at the walls of this process.
    pub fn in_process() -> Self {
        Self::InProcess(Local(Arc::new(Shared {
            notes: broadcast::Sender::new(BACKLOG),
            peers: AtomicU64::new(0),
        })))
    }

    /// A place on the bus, with a number nobody else has.
    pub fn join(&self) -> Peer {
        match self {
            Self::InProcess(local) => {
                let id = local.0.peers.fetch_add(1, Ordering::Relaxed) + 1;
                Peer { id, own: Arc::default(), line: Line::InProcess(local.clone()) }
            }
        }
    }
}

/// The bus of one process.
#[derive(Clone, Debug)]
pub struct Local(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    notes: broadcast::Sender<(u64, Note)>,
    peers: AtomicU64,
}

#[derive(Clone, Debug)]
enum Line {
    InProcess(Local),
}

/// One node's place on the bus.
#[derive(Clone, Debug)]
pub struct Peer {
    id: u64,
    // Listeners of this very peer, who would not hear what it says.
    own: Arc<AtomicUsize>,
    line: Line,
}

impl Peer {
    /// The number others know this node by. It lives as long as the process.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Whether nobody else listens just now.
    pub fn is_alone(&self) -> bool {
        match &self.line {
            Line::InProcess(local) => local.0.notes.receiver_count() <= self.own.load(Ordering::Relaxed),
        }
    }

    /// Tells all other nodes. Never waits; with nobody listening it does nothing.
    pub fn publish(&self, note: Note) {
        if self.is_alone() {
            return;
        }
        match &self.line {
            Line::InProcess(local) => {
                let _nobody = local.0.notes.send((self.id, note));
            }
        }
    }

    /// Listens from now on.
    pub fn subscribe(&self) -> Listener {
        self.own.fetch_add(1, Ordering::Relaxed);
        match &self.line {
            Line::InProcess(local) => {
                Listener { id: self.id, own: Arc::clone(&self.own), notes: local.0.notes.subscribe() }
            }
        }
    }
}

/// What a listener hears.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Heard {
    /// A note, and the number of the peer that spoke.
    Note(u64, Note),
    /// Notes were lost: look at the log.
    Missed,
    /// The bus is gone.
    Closed,
}

/// A subscription.
#[derive(Debug)]
pub struct Listener {
    id: u64,
    own: Arc<AtomicUsize>,
    notes: broadcast::Receiver<(u64, Note)>,
}

impl Listener {
    /// The next thing said by another peer. Cancel-safe.
    pub async fn next(&mut self) -> Heard {
        loop {
            match self.notes.recv().await {
                Ok((from, _)) if from == self.id => {}
                Ok((from, note)) => return Heard::Note(from, note),
                Err(broadcast::error::RecvError::Lagged(_)) => return Heard::Missed,
                Err(broadcast::error::RecvError::Closed) => return Heard::Closed,
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.own.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wake(seq: i64) -> Note {
        Note::Wake { tenant: TenantId(1), seq }
    }

    #[tokio::test]
    async fn others_hear_it_and_the_speaker_does_not() {
        let bus = Bus::in_process();
        let (a, b) = (bus.join(), bus.join());
        assert_ne!(a.id(), b.id());
        let (mut at_a, mut at_b) = (a.subscribe(), b.subscribe());
        a.publish(wake(7));
        b.publish(wake(8));
        assert_eq!(at_b.next().await, Heard::Note(a.id(), wake(7)));
        assert_eq!(at_a.next().await, Heard::Note(b.id(), wake(8)));
        assert!(!a.is_alone());
        drop(at_b);
        assert!(a.is_alone() && !b.is_alone());
    }

    #[tokio::test]
    async fn a_listener_that_is_too_slow_is_told_so() {
        let bus = Bus::in_process();
        let (a, b) = (bus.join(), bus.join());
        let (_other, mut slow) = (a.subscribe(), b.subscribe());
        for seq in 0..=BACKLOG as i64 {
            a.publish(wake(seq));
        }
        assert_eq!(slow.next().await, Heard::Missed);
        assert_eq!(slow.next().await, Heard::Note(a.id(), wake(1)));
    }
}

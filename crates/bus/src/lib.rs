//! What the nodes of one installation tell each other: "the log of this organization is at N", "forget what you remember
//! of who asks", and signals that may be lost (typing, presence).
//!
//! The log is the truth, the bus only wakes: a lost note delays, it never loses anything. Nothing here knows what a
//! payload means. A [`Peer`] is one place on the bus; a peer never hears itself. Ways to carry notes between machines
//! are variants of [`Bus`].
#![warn(missing_docs)]

mod failure;
mod local;
mod nats;
mod servers;
mod wire;

pub use nats::Nats;
pub use servers::Servers;

use bytes::Bytes;
use local::Local;
use portico_types::{Result, Secret, TenantId};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::broadcast;

/// Notes a slow listener may be behind; then it is told that it missed some.
pub(crate) const BACKLOG: usize = 4096;

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
    /// Who asks in the organization's name is to be looked up again: a session ended, a right changed.
    Forget {
        /// The organization.
        tenant: TenantId,
    },
}

/// How notes travel. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Bus {
    /// Within this process: one node, or several hubs of a test.
    InProcess(Local),
    /// Between the nodes of an installation.
    Nats(Nats),
}

/// Whether notes reach the other nodes just now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Health {
    /// There is nobody to be reached: the bus ends at the walls of this process.
    Alone,
    /// They do.
    Up,
    /// They do not, and why, for the operator.
    Down(String),
}

impl Bus {
    /// A bus that ends at the walls of this process.
    pub fn in_process() -> Self {
        Self::InProcess(Local::new())
    }

    /// A bus over NATS. Connects on its own time, and again whenever the connection breaks: a NATS that is not there is
    /// said by [`Bus::health`], never an error. `key` is the same on all nodes of an installation and nowhere else: it
    /// names their subject and seals what they say. `node` is a random number. Needs a Tokio runtime.
    ///
    /// Errors: `invalid` at `bus` when the addresses cannot be read.
    pub fn nats(servers: &Servers, key: &Secret<[u8; 32]>, node: u64) -> Result<Self> {
        Ok(Self::Nats(Nats::start(servers, key.expose(), node)?))
    }

    /// A place on the bus, with a number nobody else has.
    pub fn join(&self) -> Peer {
        let (id, line) = match self {
            Self::InProcess(local) => (local.next_peer(), Line::InProcess(local.clone())),
            Self::Nats(nats) => (nats.next_peer(), Line::Nats(nats.clone())),
        };
        Peer { id, own: Arc::default(), line }
    }

    /// Whether notes reach the other nodes just now.
    pub fn health(&self) -> Health {
        match self {
            Self::InProcess(_) => Health::Alone,
            Self::Nats(nats) => nats.health(),
        }
    }
}

#[derive(Clone, Debug)]
enum Line {
    InProcess(Local),
    Nats(Nats),
}

/// One place on the bus.
#[derive(Clone, Debug)]
pub struct Peer {
    id: u64,
    // Listeners of this very peer, who would not hear what it says.
    own: Arc<AtomicUsize>,
    line: Line,
}

impl Peer {
    /// The number others know this peer by. It lives as long as the process.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Whether nobody else listens just now, as far as is known.
    pub fn is_alone(&self) -> bool {
        match &self.line {
            Line::InProcess(local) => local.notes().receiver_count() <= self.own.load(Ordering::Relaxed),
            Line::Nats(nats) => !nats.is_up(),
        }
    }

    /// Whether notes reach the other nodes just now.
    pub fn health(&self) -> Health {
        match &self.line {
            Line::InProcess(_) => Health::Alone,
            Line::Nats(nats) => nats.health(),
        }
    }

    /// Tells all others. Never waits; with nobody to be reached it does nothing.
    pub fn publish(&self, note: Note) {
        if self.is_alone() {
            return;
        }
        match &self.line {
            Line::InProcess(local) => {
                let _nobody = local.notes().send((self.id, Said::Note(note)));
            }
            Line::Nats(nats) => nats.publish(self.id, note),
        }
    }

    /// Listens from now on.
    pub fn subscribe(&self) -> Listener {
        self.own.fetch_add(1, Ordering::Relaxed);
        let notes = match &self.line {
            Line::InProcess(local) => local.notes().subscribe(),
            Line::Nats(nats) => nats.notes().subscribe(),
        };
        Listener { id: self.id, own: Arc::clone(&self.own), notes }
    }
}

/// What travels within the process.
#[derive(Clone, Debug)]
pub(crate) enum Said {
    Note(Note),
    /// The connection to the others broke, or is there again.
    Missed,
}

/// What a listener hears.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Heard {
    /// A note, and the number of the peer that spoke.
    Note(u64, Note),
    /// Notes were lost, or will be until the bus is up again: look at the log.
    Missed,
    /// The bus is gone.
    Closed,
}

/// A subscription.
#[derive(Debug)]
pub struct Listener {
    id: u64,
    own: Arc<AtomicUsize>,
    notes: broadcast::Receiver<(u64, Said)>,
}

impl Listener {
    /// The next thing said by another peer. Cancel-safe.
    pub async fn next(&mut self) -> Heard {
        loop {
            match self.notes.recv().await {
                Ok((_, Said::Missed)) | Err(broadcast::error::RecvError::Lagged(_)) => return Heard::Missed,
                Ok((from, Said::Note(_))) if from == self.id => {}
                Ok((from, Said::Note(note))) => return Heard::Note(from, note),
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

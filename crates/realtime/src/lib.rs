//! The hub: committed events on their way to everyone who may have them, in order, once, and nothing after a right is
//! taken away.
//!
//! The log is the truth. Events of this node come in memory, those of other nodes are read from the log when the bus
//! (or the poll) says it has grown. An organization somebody is connected to has a task of its own, a membership index
//! kept by the log itself, and one bounded queue a connection. A connection that is too slow is ended with "resume"
//! and comes back with its cursor. Typing, presence and viewing pass through without being kept.
//!
//! Knows no wire protocol: frames are JSON text in an envelope the adapter gives, a [`Connection`] hands them out or puts
//! them on the adapter's [`Line`].
#![warn(missing_docs)]

mod board;
mod bus_link;
mod connect;
mod connection;
mod cursor;
mod deliver;
mod flush;
mod frame;
mod hub;
mod index;
mod listeners;
mod options;
mod outbox;
mod poll;
mod pump;
mod signal;
mod state;
mod stats;
mod tenant;
mod viewer;
mod waiting;

pub use board::Presence;
pub use connection::{Batch, Connection, Controls, Ready};
pub use hub::{Hub, Stats};
pub use options::{Envelope, Options, Outside};
pub use outbox::{End, Line, Need};
pub use portico_bus::Health as BusHealth;
pub use portico_store::LogEvent;
pub use signal::{Place, Signal, Typing};
pub use stats::{TOLD, Told};
pub use viewer::Viewer;

//! What the hub is told at the start, and its limits.

use crate::Viewer;
use bytes::Bytes;
use portico_store::LogEvent;
use portico_types::{Millis, Secret};
use std::{sync::Arc, time::Duration};

/// Makes of an event what a person outside may see of it: the record form `{"type":…,"data":…}`, or nothing. It is
/// only asked about events of the viewer's own room in the ring `everyone`.
pub type Outside = dyn Fn(&LogEvent, &Viewer) -> Option<String> + Send + Sync;

/// What a frame (JSON text) is on the adapter's wire. It is made once for everybody who gets the same.
pub type Envelope = fn(String) -> Bytes;

/// Frames read from the log at once when a connection resumes.
pub(crate) const PAGE: i64 = 128;
/// Events read from the log at once when this node is behind.
pub(crate) const FILL: i64 = 512;
/// Events delivered before others get their turn.
pub(crate) const CHUNK: usize = 256;
/// Events waiting for an organization's task at most; beyond, they are read from the log instead.
pub(crate) const INBOX: usize = 8192;
/// Signals waiting for an organization's task at most; beyond, they are lost.
pub(crate) const SIGNALS: usize = 1024;
/// How long a gap between lanes may last before the log is read.
pub(crate) const GAP: Duration = Duration::from_millis(50);
/// How often presence, viewing and typing are looked through.
pub(crate) const TICK: Duration = Duration::from_secs(1);
/// How long a connecting viewer waits for this node to catch up with the log.
pub(crate) const CATCH_UP: Duration = Duration::from_secs(5);
/// An organization nobody is connected to is forgotten after this, in ms.
pub(crate) const IDLE: i64 = 2 * Millis::MINUTE;

/// See the module.
pub struct Options {
    /// Seals the cursors of guests and outside people. The same on all nodes, and kept over restarts.
    pub cursor_key: Secret<[u8; 32]>,
    /// The projection for outside people.
    pub outside: Arc<Outside>,
    /// The adapter's wire; plain text by default.
    pub envelope: Envelope,
    /// Frames a connection's queue holds.
    pub queue_frames: usize,
    /// Bytes a connection's queue holds. A single larger frame still passes through an empty queue.
    pub queue_bytes: usize,
    /// How many events behind a cursor may be and still be resumed from the log.
    pub replay: i64,
    /// Connections of one member.
    pub per_member: usize,
    /// Connections of one contact or reporter.
    pub per_outside: usize,
    /// Connections of one organization on this node.
    pub per_tenant: Option<usize>,
    /// How often the log is looked at, in case a wake-up was lost. `None`: every five seconds while the bus is up, twice
    /// a second while it is down, every second without one; but never on the embedded engine, where no other node can
    /// write.
    pub poll: Option<Duration>,
}

impl Options {
    /// The defaults.
    pub fn new(
        cursor_key: Secret<[u8; 32]>,
        outside: impl Fn(&LogEvent, &Viewer) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            cursor_key,
            outside: Arc::new(outside),
            envelope: Bytes::from,
            queue_frames: 1024,
            queue_bytes: 1024 * 1024,
            replay: 5000,
            per_member: 50,
            per_outside: 20,
            per_tenant: None,
            poll: None,
        }
    }
}

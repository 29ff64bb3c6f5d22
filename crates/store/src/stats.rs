//! What the store counts of itself: queues, batches, commits. Of the whole process, whichever database it is of. Says
//! nothing of what is written or by whom.

use portico_types::meter::{Counter, Gauge, Histogram, TIMES};

/// See the module.
#[derive(Debug)]
pub struct Stats {
    /// Commands that wait in a write lane.
    pub lane_waiting: Gauge,
    /// Commands that found their lane full.
    pub lane_full: Counter,
    /// Commands in one batch, that is in one commit.
    pub batch: Histogram,
    /// From the beginning of a batch to the end of its commit.
    pub commit: Histogram,
    /// Batches that failed; some are run again.
    pub batch_failed: Counter,
    /// Events committed.
    pub events: Counter,
    /// Queries that wait for a reader.
    pub read_waiting: Gauge,
    /// Queries that found no room to wait.
    pub read_full: Counter,
}

/// What was counted since the process began.
pub static STATS: Stats = Stats {
    lane_waiting: Gauge::new(),
    lane_full: Counter::new(),
    batch: Histogram::new(&[1, 2, 4, 8, 16, 32, 64, 128, 256]),
    commit: Histogram::new(TIMES),
    batch_failed: Counter::new(),
    events: Counter::new(),
    read_waiting: Gauge::new(),
    read_full: Counter::new(),
};

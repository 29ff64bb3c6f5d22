//! What a stretch of load is asked for and what comes of it.

use crate::Result;
use hdrhistogram::Histogram;
use std::time::Duration;

/// How posts are made and answered.
pub(crate) trait Wire {
    /// The request of post `index` on connection `sender`.
    fn request(&mut self, sender: usize, index: u64) -> Vec<u8>;
    /// How many bytes of `bytes` are the whole answer to a post; nothing while it is incomplete.
    fn answered(&self, bytes: &[u8]) -> Result<Option<usize>>;
}

/// When posts are made.
#[derive(Clone, Copy)]
pub(crate) enum Pace {
    /// The next as soon as fewer than this many are on their way; a post is over when everybody has it.
    Closed(usize),
    /// One in this time, however the server does.
    Open(Duration),
}

/// A stretch of load.
pub(crate) struct Plan {
    pub(crate) pace: Pace,
    /// Not measured.
    pub(crate) warm: Duration,
    pub(crate) measured: Duration,
    /// The server, for its CPU time.
    pub(crate) pid: u32,
}

/// What was measured.
pub(crate) struct Outcome {
    /// Posts answered in the measured time.
    pub(crate) posts: u64,
    /// Frames with a message that reached a subscriber in the measured time.
    pub(crate) deliveries: u64,
    pub(crate) seconds: f64,
    /// Due to answered, microseconds.
    pub(crate) ack: Histogram<u64>,
    /// Due to delivered, every delivery of every measured post, microseconds.
    pub(crate) reach: Histogram<u64>,
    /// CPU seconds of the server.
    pub(crate) server_cpu: f64,
    /// Share of a core this thread used.
    pub(crate) client: f64,
}

impl Outcome {
    pub(crate) fn posts_per_second(&self) -> f64 {
        self.posts as f64 / self.seconds
    }

    pub(crate) fn deliveries_per_cpu_second(&self) -> f64 {
        self.deliveries as f64 / self.server_cpu.max(0.001)
    }
}

/// A histogram of microseconds up to a minute.
pub(crate) fn histogram() -> Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, 60_000_000, 3)?)
}

/// A quantile in milliseconds.
pub(crate) fn ms(histogram: &Histogram<u64>, quantile: f64) -> f64 {
    histogram.value_at_quantile(quantile) as f64 / 1000.0
}

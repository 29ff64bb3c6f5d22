//! The only place that reads the clocks: measuring is this crate's business.

use portico_types::Millis;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A stopwatch; all times of a run are nanoseconds since its start.
#[derive(Clone, Copy)]
pub(crate) struct Clock(Instant);

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "measuring belongs to the load tool")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }

    /// Nanoseconds since the start.
    pub(crate) fn nanos(self) -> u64 {
        self.0.elapsed().as_nanos() as u64
    }
}

/// The time of day, for rows written into a database.
#[expect(clippy::disallowed_methods, reason = "rows written for a test carry the present time")]
pub(crate) fn now() -> Millis {
    Millis(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_millis() as i64))
}

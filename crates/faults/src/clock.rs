//! The only place that reads a clock: how long things took, and when patience ends.

use std::time::{Duration, Instant};

/// Longer than anything takes.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A stopwatch.
#[derive(Clone, Copy)]
pub(crate) struct Clock(Instant);

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "measuring belongs to the tool that breaks things")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }

    /// Lets time pass until it has run for so long.
    pub(crate) fn reach(self, time: Duration) {
        std::thread::sleep(time.saturating_sub(self.elapsed()));
    }

    /// Fails when patience has ended.
    pub(crate) fn patience(self, what: &str) -> crate::Result<()> {
        if self.elapsed() > PATIENCE {
            Err(format!("{what} did not happen in a minute").into())
        } else {
            Ok(())
        }
    }
}

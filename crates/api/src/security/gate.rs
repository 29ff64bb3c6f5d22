//! How often people outside may knock at the Security desk.

use portico_edge::Limiter;
use portico_types::{Clock, Result};
use std::sync::Arc;

/// Buckets by address: one for reports sent, one for tracking links that lead nowhere.
#[derive(Clone)]
pub(crate) struct Gate {
    reports: Arc<Limiter>,
    guesses: Arc<Limiter>,
}

impl Gate {
    pub(crate) fn new(clock: &Arc<dyn Clock>) -> Self {
        Self {
            // Somebody with several findings sends a handful at once, then one every two minutes.
            reports: Arc::new(Limiter::new(Arc::clone(clock), 6, 120_000)),
            // A secret of 128 bits is not guessed; this keeps the log and the database quiet.
            guesses: Arc::new(Limiter::new(Arc::clone(clock), 20, 5_000)),
        }
    }

    /// A report is about to be sent to a program.
    pub(crate) fn report(&self, ip: &str, slug: &str) -> Result<()> {
        self.reports.take(&format!("{ip} {slug}"))
    }

    /// A link led nowhere.
    pub(crate) fn guess(&self, ip: &str) -> Result<()> {
        self.guesses.take(ip)
    }
}

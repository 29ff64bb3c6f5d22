//! How often people outside may knock at the Security desk.

use portico_edge::Limiter;
use portico_types::{Clock, Result};
use std::sync::Arc;

/// Buckets: by address for reports sent and for tracking links that lead nowhere, by report for its files.
#[derive(Clone)]
pub(crate) struct Gate {
    reports: Arc<Limiter>,
    guesses: Arc<Limiter>,
    files: Arc<Limiter>,
}

impl Gate {
    pub(crate) fn new(clock: &Arc<dyn Clock>) -> Self {
        Self {
            // Somebody with several findings sends a handful at once, then one every two minutes.
            reports: Arc::new(Limiter::new(Arc::clone(clock), 6, 120_000)),
            // A secret of 128 bits is not guessed; this keeps the log and the database quiet.
            guesses: Arc::new(Limiter::new(Arc::clone(clock), 20, 5_000)),
            // Two messages full of files at once, then one file a minute.
            files: Arc::new(Limiter::new(Arc::clone(clock), 20, 60_000)),
        }
    }

    /// A report is about to be sent to a program.
    pub(crate) fn report(&self, ip: &str, slug: &str) -> Result<()> {
        self.reports.take(&format!("{ip} {slug}"))
    }

    /// A file is about to be sent to a report.
    pub(crate) fn file(&self, report: &str) -> Result<()> {
        self.files.take(report)
    }

    /// A link led nowhere.
    pub(crate) fn guess(&self, ip: &str) -> Result<()> {
        self.guesses.take(ip)
    }
}

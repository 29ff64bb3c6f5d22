//! How often people outside may knock at the Security desk, on all nodes together.

use portico_edge::{Edge, Limiter};
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
    pub(crate) async fn report(&self, edge: &Edge, ip: &str, slug: &str) -> Result<()> {
        edge.count(&self.reports, &format!("report {ip} {slug}")).await
    }

    /// A file is about to be sent to a report.
    pub(crate) async fn file(&self, edge: &Edge, report: &str) -> Result<()> {
        edge.count(&self.files, &format!("report file {report}")).await
    }

    /// A link led nowhere.
    pub(crate) async fn guess(&self, edge: &Edge, ip: &str) -> Result<()> {
        edge.count(&self.guesses, &format!("tracking link {ip}")).await
    }
}

//! The log: one line an event on standard error, for people or as JSON.

use portico_types::{Error, Result};
use tracing_subscriber::EnvFilter;

/// Starts it. `filter` is as in `RUST_LOG`, for instance `info` or `portico_store=debug`.
pub(crate) fn start(filter: &str, json: bool) -> Result<()> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|e| Error::invalid("log", format!("cannot read the log filter: {e}")))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // It would say so on standard error and panic there: whoever reads the log must not take a write lane along.
        .log_internal_errors(false)
        .with_target(false);
    // A second start (tests in one process) keeps the first.
    let _kept = if json { builder.json().try_init() } else { builder.with_ansi(false).try_init() };
    Ok(())
}

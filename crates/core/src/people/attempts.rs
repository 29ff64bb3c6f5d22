//! Counting attempts to sign in, for all nodes together.
//!
//! Each node also counts for itself, which costs nothing and is asked first; this count holds when somebody takes turns
//! with the nodes, and over restarts.

use crate::App;
use portico_store::hash_secret;
use portico_types::{Error, Result};

/// `burst` at once, then one every `every_ms`.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// At once.
    pub burst: u32,
    /// Then one in this time, ms.
    pub every_ms: u32,
}

/// Counts one attempt under each of `keys` (an address, an account), in turn; says when there may be another, at the first
/// that has had too many. What is kept of a key is its hash, until its count is forgotten.
pub async fn count_attempt(app: &App, keys: &[&str], pace: Pace) -> Result<()> {
    let now = app.clock().now();
    let keys: Vec<_> = keys.iter().map(|key| hash_secret(key)).collect();
    let (burst, every) = (i64::from(pace.burst.max(1)), i64::from(pace.every_ms.max(1)));
    let wait = app
        .db()
        .write_instance(move |tx| {
            for key in &keys {
                if let Some(wait) = tx.take_attempt(key, now, burst, every)? {
                    return Ok(Some(wait));
                }
            }
            Ok(None)
        })
        .await?;
    match wait {
        Some(ms) => Err(Error::rate_limited(u32::try_from(ms.div_euclid(1_000) + 1).unwrap_or(u32::MAX))),
        None => Ok(()),
    }
}

/// Forgets the count of a key that has proven to be friendly.
pub async fn forgive_attempts(app: &App, key: &str) -> Result<()> {
    let key = hash_secret(key);
    app.db().write_instance(move |tx| tx.forgive_attempts(&key)).await
}

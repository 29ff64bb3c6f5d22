//! How long whoever asks the database waits for an answer. SQLite is a file of this machine; PostgreSQL is across a network
//! that may lose everything without a word, and nobody can wait for that.
//!
//! After the first silence the others wait a second only, until the database has answered somebody again: hundreds of
//! requests must not each find out for themselves.

use portico_types::{Error, ErrorCode, Result};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::oneshot;

/// How long PostgreSQL may be silent when it is connected to, sent something, or asked.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// The same while it has been silent for longer than that.
const SHORT: Duration = Duration::from_secs(1);

/// Whether somebody still waits for what was asked. What is not begun by then is not begun any more.
#[derive(Clone, Default)]
pub(crate) struct Asking(Arc<AtomicBool>);

impl Asking {
    pub(crate) fn is_over(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// See the module.
pub(crate) struct Patience {
    /// Whether it ever ends.
    ends: bool,
    silent: AtomicBool,
}

impl Patience {
    pub(crate) fn new(ends: bool) -> Self {
        Self { ends, silent: AtomicBool::new(false) }
    }

    /// Waits. `gone` is the error where the answer was dropped, `silence` what is said where it did not come in time.
    pub(crate) async fn wait<T>(
        &self,
        answer: oneshot::Receiver<Result<T>>,
        asking: &Asking,
        gone: fn() -> Error,
        silence: &'static str,
    ) -> Result<T> {
        if !self.ends {
            return answer.await.unwrap_or_else(|_| Err(gone()));
        }
        let silent = self.silent.load(Ordering::Relaxed);
        match tokio::time::timeout(if silent { SHORT } else { PATIENCE }, answer).await {
            Ok(answer) => {
                let answer = answer.unwrap_or_else(|_| Err(gone()));
                // That it cannot be reached is no answer of its own.
                let answered = answer.as_ref().err().is_none_or(|e| e.code() != ErrorCode::Busy);
                if answered && self.silent.load(Ordering::Relaxed) {
                    self.silent.store(false, Ordering::Relaxed);
                    tracing::info!("the database answers again");
                }
                answer
            }
            Err(_) => {
                asking.0.store(true, Ordering::Release);
                if !self.silent.swap(true, Ordering::Relaxed) {
                    tracing::warn!(seconds = PATIENCE.as_secs(), "the database does not answer");
                }
                Err(Error::unavailable(silence))
            }
        }
    }
}

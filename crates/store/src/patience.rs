//! How long whoever asks the database waits for an answer. SQLite is a file of this machine; PostgreSQL is across a network
//! that may lose everything without a word, and nobody can wait for that.
//!
//! After the first silence the others wait a second only, until the database has answered somebody again: hundreds of
//! requests must not each find out for themselves.
//!
//! Whoever asks is told; the thread that asks for them goes on waiting, for the answer may only be late. It gives up as
//! well in the end, for a PostgreSQL that is frozen keeps its connections open for as long as it is, and one that took
//! its place meanwhile would never be asked.

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

/// How long who waits. Others than [`Limits::USUAL`] are for tests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Until whoever asks is told, and until a connection that does not come about is given up. While the database has
    /// been silent for longer than that, a tenth.
    pub(crate) told: Duration,
    /// Until the thread of a lane or of a reader takes its connection for lost, while it waits for one answer. Longer than
    /// `told`: a write that was only slow stands by then, and whoever asks again is answered from it.
    pub(crate) given_up: Duration,
}

impl Limits {
    /// Three times what people wait: what takes longer than that is done for nobody. What is swept without anybody
    /// waiting has [`SWEEP`].
    pub(crate) const USUAL: Self = Self { told: PATIENCE, given_up: Duration::from_secs(30) };

    /// When PostgreSQL ends a statement by itself. Sooner than it is given up here, so that whoever lives says so, the
    /// connection stays, and no abandoned statement keeps its locks. A commit is never ended by that.
    pub(crate) fn ended(self) -> Duration {
        self.given_up.saturating_sub(self.told / 2)
    }
}

/// The same for a statement that sweeps what has expired, for which nobody waits, but the others of its lane do.
/// PostgreSQL ends it a minute sooner.
pub(crate) const SWEEP: Duration = Duration::from_mins(10);

/// The same for each statement, or each row of one, of a backup, a restore, a move: a table of a hundred million rows is
/// sorted in that, and a scheduled backup of a database that is frozen ends on the same day. Raising the schema has no
/// limit: a step may rewrite everything, another node's is waited for, and whoever starts a node looks on.
pub(crate) const COPYING: Duration = Duration::from_hours(1);

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
    /// When it ends, if it ever does.
    limit: Option<Duration>,
    silent: AtomicBool,
}

impl Patience {
    pub(crate) fn new(limit: Option<Duration>) -> Self {
        Self { limit, silent: AtomicBool::new(false) }
    }

    /// Waits. `gone` is the error where the answer was dropped, `silence` what is said where it did not come in time.
    pub(crate) async fn wait<T>(
        &self,
        answer: oneshot::Receiver<Result<T>>,
        asking: &Asking,
        gone: fn() -> Error,
        silence: &'static str,
    ) -> Result<T> {
        let Some(limit) = self.limit else {
            return answer.await.unwrap_or_else(|_| Err(gone()));
        };
        let silent = self.silent.load(Ordering::Relaxed);
        let Ok(answer) = tokio::time::timeout(if silent { limit / 10 } else { limit }, answer).await else {
            asking.0.store(true, Ordering::Release);
            if !self.silent.swap(true, Ordering::Relaxed) {
                tracing::warn!(seconds = limit.as_secs(), "the database does not answer");
            }
            return Err(Error::unavailable(silence));
        };
        let answer = answer.unwrap_or_else(|_| Err(gone()));
        // That it cannot be reached is no answer of its own.
        let answered = answer.as_ref().err().is_none_or(|e| e.code() != ErrorCode::Busy);
        if answered && self.silent.load(Ordering::Relaxed) {
            self.silent.store(false, Ordering::Relaxed);
            tracing::info!("the database answers again");
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    /// What came of waiting for this, and after how many seconds; and whether what was asked may still begin.
    async fn wait(patience: &Patience, answer: oneshot::Receiver<Result<u8>>) -> (Option<u8>, u64, bool) {
        let (asking, began) = (Asking::default(), Instant::now());
        let came = patience.wait(answer, &asking, Error::busy, "silent").await;
        (came.ok(), began.elapsed().as_secs(), !asking.is_over())
    }

    fn answered(what: Result<u8>) -> oneshot::Receiver<Result<u8>> {
        let (reply, answer) = oneshot::channel();
        assert!(reply.send(what).is_ok());
        answer
    }

    #[tokio::test(start_paused = true)]
    async fn after_the_first_silence_others_wait_a_second_until_it_answers_somebody() {
        let patience = Patience::new(Some(PATIENCE));
        let (_silent, first) = oneshot::channel();
        assert_eq!(wait(&patience, first).await, (None, 10, false));
        let (_silent, second) = oneshot::channel();
        assert_eq!(wait(&patience, second).await, (None, 1, false));
        // That it cannot be reached is no answer of the database.
        assert_eq!(wait(&patience, answered(Err(Error::unavailable("gone")))).await, (None, 0, true));
        let (_silent, third) = oneshot::channel();
        assert_eq!(wait(&patience, third).await, (None, 1, false));
        assert_eq!(wait(&patience, answered(Ok(7))).await, (Some(7), 0, true));
        let (_silent, fourth) = oneshot::channel();
        assert_eq!(wait(&patience, fourth).await, (None, 10, false));
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_is_waited_for() {
        let patience = Patience::new(None);
        let (_silent, answer) = oneshot::channel();
        let hour = tokio::time::timeout(Duration::from_hours(1), wait(&patience, answer)).await;
        assert!(hour.is_err());
    }
}

//! Durable work: claimed one at a time, done, and forgotten; or tried again, and in the end laid aside for the operator.
//!
//! Every job may run more than once (a node may die after the work and before the note), so each kind is written to be
//! repeated. Holds no rules: it calls the application as `Actor::System`.

mod sweep;
mod work;

use portico_blobs::Blobs;
use portico_core::App;
use portico_types::Millis;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// How long a claim holds, in ms. Work that takes longer is somebody else's to repeat.
pub const CLAIM: i64 = 2 * Millis::MINUTE;
/// How often a job is tried before it is laid aside.
const TRIES: i64 = 12;
/// How often due jobs are looked for.
const PAUSE: Duration = Duration::from_secs(1);
/// How often the sweeps run, in ms.
const SWEEP: i64 = Millis::HOUR;

/// What workers need.
#[derive(Clone)]
pub struct Worker {
    /// The application.
    pub app: App,
    /// Bytes of files.
    pub blobs: Arc<Blobs>,
}

impl Worker {
    /// Works until `stop` says so; finishes the job in hand first.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut swept = Millis(i64::MIN / 2);
        while !*stop.borrow() {
            let now = self.app.clock().now();
            if now.0 - swept.0 >= SWEEP {
                swept = now;
                sweep::all(&self).await;
            }
            match self.one().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(e) => tracing::warn!(error = %e, "the job queue does not answer"),
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Does one due job. Says whether there was one.
    pub async fn one(&self) -> portico_types::Result<bool> {
        let now = self.app.clock().now();
        let claimed = self.app.db().write_instance(move |tx| tx.claim_job(now, now.plus(CLAIM))).await?;
        let Some(job) = claimed else { return Ok(false) };
        let (id, attempts) = (job.id, job.attempts);
        match work::perform(self, &job).await {
            Ok(()) => self.app.db().write_instance(move |tx| tx.finish_job(id)).await?,
            Err(e) => {
                let again = (attempts < TRIES).then(|| self.app.clock().now().plus(backoff(attempts)));
                tracing::warn!(job = %id, kind = job.kind, attempts, error = %e, laid_aside = again.is_none(), "a job failed");
                let text = e.to_string();
                self.app.db().write_instance(move |tx| tx.fail_job(id, &text, again)).await?;
            }
        }
        Ok(true)
    }
}

/// 1 s, 2 s, 4 s … an hour at most, in ms.
fn backoff(attempts: i64) -> i64 {
    (Millis::SECOND << attempts.clamp(0, 12)).min(Millis::HOUR)
}

#[cfg(test)]
mod tests {
    #[test]
    fn waits_grow_and_end_at_an_hour() {
        assert_eq!(super::backoff(0), 1_000);
        assert_eq!(super::backoff(3), 8_000);
        assert_eq!(super::backoff(40), 3_600_000);
    }
}

//! Backups by the clock: one node of all makes each, into the same form as `portico backup`, and takes old ones away.
//!
//! Who makes it is a claim in the database that runs out: a node that dies in the middle is followed by another. What is
//! not whole never has its name. Reading and writing happen on a thread that may block.

pub(crate) mod settings;
mod shelf;
#[cfg(test)]
mod tests;

use super::backup;
use crate::{config::Config, files, serve};
use portico_store::{BackupState, Db, Engine, InstanceTx};
use portico_types::{Clock, Error, Id, Millis, Result, Rng};
use settings::Schedule;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// How long a claim holds without word of its holder, in ms.
const CLAIM: i64 = 2 * Millis::MINUTE;
/// How often the holder gives word.
const WORD: Duration = Duration::from_secs(30);
/// How often it is looked whether a backup is due.
const LOOK: Duration = Duration::from_mins(1);
/// After a failure, this long until the next try, in ms.
const AGAIN: i64 = 15 * Millis::MINUTE;

/// See the module.
pub(crate) struct Scheduled {
    schedule: Schedule,
    config: Config,
    engine: Engine,
    db: Db,
    clock: Arc<dyn Clock>,
    who: Id,
}

/// What came of a look.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// None is due, or another node makes it.
    Nothing,
    /// One was made, so many were taken away.
    Made { name: String, size: i64, removed: usize },
}

impl Scheduled {
    /// Of the settings; none where they ask for no backups. Refused when the directory cannot be written.
    pub(crate) fn new(
        config: &Config,
        db: Db,
        clock: Arc<dyn Clock>,
        rng: &mut dyn Rng,
    ) -> Result<Option<Self>> {
        let Some(schedule) = config.backup.clone() else { return Ok(None) };
        schedule.try_out()?;
        let mut who = [0; 16];
        rng.fill(&mut who);
        let engine = serve::engine(config)?;
        Ok(Some(Self { schedule, config: config.clone(), engine, db, clock, who: Id(who) }))
    }

    /// Makes backups until `stopped`, then lets go of what it holds.
    pub(crate) async fn run(self, mut stopped: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                // Whoever is told to stop begins none. The sender going away is a stop too.
                biased;
                _ = stopped.wait_for(|s| *s) => break,
                turn = self.turn() => if let Err(e) = turn {
                    tracing::error!(error = %e, cause = e.cause(), "the scheduled backup failed; it is tried again");
                }
            }
            tokio::select! {
                _ = stopped.wait_for(|s| *s) => break,
                () = tokio::time::sleep(LOOK) => {}
            }
        }
        self.leave().await;
    }

    /// What is half written when the process ends is nobody's; the next node may begin at once.
    async fn leave(&self) {
        let who = self.who;
        // Who dies while he clears up holds it no longer than anybody else.
        let until = self.clock.now().plus(CLAIM);
        if self.db.write_instance(move |tx| tx.hold_backup(who, until)).await.is_ok_and(|ours| ours) {
            let _stays_until_the_next = shelf::clear_halves(&self.schedule.directory);
            let _runs_out = self.db.write_instance(move |tx| tx.leave_backup(who)).await;
        }
    }

    /// Makes a backup if one is due and nobody else does.
    pub(crate) async fn turn(&self) -> Result<Turn> {
        let now = self.clock.now();
        let state = self.db.read_instance(standing).await?;
        if !self.is_due(&state, now) {
            return Ok(Turn::Nothing);
        }
        let (who, every) = (self.who, self.schedule.every);
        let claim = move |tx: &mut InstanceTx<'_>| {
            tx.claim_backup(who, now, now.plus(CLAIM), now.plus(-every), now.plus(-AGAIN))
        };
        if !self.db.write_instance(claim).await? {
            return Ok(Turn::Nothing);
        }
        match self.make(now).await {
            Ok((name, size)) => {
                let done = name.clone();
                self.db.write_instance(move |tx| tx.backup_made(who, now, size, &done)).await?;
                tracing::info!(file = name, size, "a scheduled backup is made");
                let (schedule, good) = (self.schedule.clone(), name.clone());
                let pruned = move || shelf::prune(&schedule.directory, schedule.keep, &good);
                let removed = tokio::task::spawn_blocking(pruned).await.map_err(Error::internal)??;
                Ok(Turn::Made { name, size, removed })
            }
            Err(e) => {
                let why = e.cause().unwrap_or_else(|| e.message()).to_owned();
                let failed = self.clock.now();
                self.db.write_instance(move |tx| tx.backup_failed(who, failed, &why)).await?;
                Err(e)
            }
        }
    }

    fn is_due(&self, state: &BackupState, now: Millis) -> bool {
        let held = state.held_until.is_some_and(|until| until > now);
        let fresh = state.good_at.is_some_and(|at| at.plus(self.schedule.every) > now);
        let failed = state.failed_at.is_some_and(|at| at.plus(AGAIN) > now);
        !(held || fresh || failed)
    }

    /// Writes it, and gives word meanwhile that it is being written.
    async fn make(&self, now: Millis) -> Result<(String, i64)> {
        let name = shelf::name(now)?;
        let blobs = files::open(&self.config).await?;
        let (schedule, engine, file) = (self.schedule.clone(), self.engine.clone(), name.clone());
        let mut work = tokio::task::spawn_blocking(move || {
            shelf::clear_halves(&schedule.directory)?;
            let path = schedule.directory.join(file);
            let (_, lost) = backup::into_file(&engine, blobs, &schedule.to, &path)?;
            if lost > 0 {
                tracing::error!(
                    lost,
                    "files that messages name are missing in the file store, and in the backup"
                );
            }
            let size = std::fs::metadata(&path).map_err(Error::internal)?.len();
            Ok::<_, Error>(i64::try_from(size).unwrap_or(i64::MAX))
        });
        let who = self.who;
        loop {
            tokio::select! {
                done = &mut work => return Ok((name, done.map_err(Error::internal)??)),
                () = tokio::time::sleep(WORD) => {
                    let until = self.clock.now().plus(CLAIM);
                    match self.db.write_instance(move |tx| tx.hold_backup(who, until)).await {
                        Ok(true) => {}
                        Ok(false) => tracing::warn!("another node has taken the scheduled backup over"),
                        Err(e) => tracing::warn!(error = %e, "the claim of the scheduled backup cannot be kept"),
                    }
                }
            }
        }
    }
}

/// How scheduled backups stand on a database.
pub(crate) fn standing(tx: &mut InstanceTx<'_>) -> Result<BackupState> {
    tx.backup_state()
}

/// How the schedule stands, for `doctor`: a good line or a bad one.
pub(crate) fn describe(
    schedule: &Schedule,
    state: &BackupState,
    now: Millis,
) -> std::result::Result<String, String> {
    schedule.try_out().map_err(|e| e.message().to_owned())?;
    let hours = |at: Millis| (now.0 - at.0).max(0) / Millis::HOUR;
    let last = match (state.good_at, &state.good_name) {
        (Some(at), Some(name)) => {
            format!(
                "the last good one is {name}, {} h old, {} bytes",
                hours(at),
                state.good_size.unwrap_or(0)
            )
        }
        _ => "none was made yet".to_owned(),
    };
    if let (Some(at), Some(why)) = (state.failed_at, &state.failure) {
        return Err(format!("failed {} h ago: {why}; {last}", hours(at)));
    }
    if state.good_at.is_some_and(|at| at.plus(2 * schedule.every) < now) {
        return Err(format!(
            "{last}, and one is due every {} h; does a server run?",
            schedule.every / Millis::HOUR
        ));
    }
    Ok(format!("{last}; in {}", schedule.directory.display()))
}

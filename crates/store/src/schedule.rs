//! The scheduled backup as the nodes of one database share it: who makes it, and how the last ones went. When one is due
//! and what it is made of is decided elsewhere.

use crate::{instance::InstanceTx, migrate::SCHEMA_VERSION};
use portico_types::{Id, Millis, Result};

/// How scheduled backups stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackupState {
    /// Until when somebody makes one.
    pub held_until: Option<Millis>,
    /// The moment of the last good one.
    pub good_at: Option<Millis>,
    /// Its size in bytes.
    pub good_size: Option<i64>,
    /// Its file's name.
    pub good_name: Option<String>,
    /// When one failed, if none was good since.
    pub failed_at: Option<Millis>,
    /// Why.
    pub failure: Option<String>,
}

impl InstanceTx<'_> {
    /// How scheduled backups stand on this database.
    pub fn backup_state(&mut self) -> Result<BackupState> {
        let row = self.one(
            "/* instance: scheduled backup */ SELECT held_until, good_at, good_size, good_name, failed_at, failure FROM backup_schedule WHERE id = 1",
            &[],
            |r| {
                Ok(BackupState {
                    held_until: r.maybe_at(0)?,
                    good_at: r.maybe_at(1)?,
                    good_size: r.get(2)?,
                    good_name: r.get(3)?,
                    failed_at: r.maybe_at(4)?,
                    failure: r.get(5)?,
                })
            },
        )?;
        Ok(row.unwrap_or_default())
    }

    /// Takes it on to make the next backup, until `until`, unless somebody else has, or one was made after `good_before`
    /// or failed after `failed_before`. A claim that ran out is anybody's; a node older than the schema never gets it, for
    /// it would leave something out.
    pub fn claim_backup(
        &mut self,
        who: Id,
        now: Millis,
        until: Millis,
        good_before: Millis,
        failed_before: Millis,
    ) -> Result<bool> {
        self.change("/* instance: scheduled backup */ INSERT INTO backup_schedule (id) VALUES (1) ON CONFLICT (id) DO NOTHING", &[])?;
        let changed = self.change(
            "/* instance: claim the backup */ UPDATE backup_schedule SET holder = $1, tried_at = $2, held_until = $3
             WHERE id = 1 AND (held_until IS NULL OR held_until <= $2) AND (good_at IS NULL OR good_at <= $4)
             AND (failed_at IS NULL OR failed_at <= $5) AND (SELECT MAX(version) FROM schema_taken) <= $6",
            &[who.into(), now.into(), until.into(), good_before.into(), failed_before.into(), SCHEMA_VERSION.into()],
        )?;
        Ok(changed > 0)
    }

    /// Keeps a claim until `until`. False when it is somebody else's by now.
    pub fn hold_backup(&mut self, who: Id, until: Millis) -> Result<bool> {
        let changed = self.change(
            "/* instance: hold the backup */ UPDATE backup_schedule SET held_until = $2 WHERE id = 1 AND holder = $1",
            &[who.into(), until.into()],
        )?;
        Ok(changed > 0)
    }

    /// The backup is made, and the claim over.
    pub fn backup_made(&mut self, who: Id, at: Millis, size: i64, name: &str) -> Result<()> {
        self.change(
            "/* instance: backup made */ UPDATE backup_schedule SET holder = NULL, held_until = NULL, good_at = $2, good_size = $3,
             good_name = $4, failed_at = NULL, failure = NULL WHERE id = 1 AND holder = $1",
            &[who.into(), at.into(), size.into(), name.into()],
        )?;
        Ok(())
    }

    /// It failed, and the claim is over.
    pub fn backup_failed(&mut self, who: Id, at: Millis, why: &str) -> Result<()> {
        self.change(
            "/* instance: backup failed */ UPDATE backup_schedule SET holder = NULL, held_until = NULL, failed_at = $2, failure = $3
             WHERE id = 1 AND holder = $1",
            &[who.into(), at.into(), why.into()],
        )?;
        Ok(())
    }

    /// It was left off: whoever comes next may begin at once.
    pub fn leave_backup(&mut self, who: Id) -> Result<()> {
        self.change(
            "/* instance: leave the backup */ UPDATE backup_schedule SET holder = NULL, held_until = NULL WHERE id = 1 AND holder = $1",
            &[who.into()],
        )?;
        Ok(())
    }
}

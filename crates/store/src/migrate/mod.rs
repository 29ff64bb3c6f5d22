//! Migrations: one folder of numbered SQL, applied in order, each in a transaction of its own, with a backup of an
//! existing SQLite file first.
//!
//! A step says whom it still serves. One that only adds serves every binary so far (it *expands*); one that takes away or
//! changes what older binaries use serves only those that know better (it *contracts*). `schema_step` holds the schemas
//! that a binary must know to work here, `schema_taken` every step that was taken: the first table is all that binaries
//! from before there were two have ever looked at.

mod steps;
#[cfg(test)]
mod tests;

use crate::{conn::Conn, dialect, dialect::Both, serving};
use portico_types::{Error, Result};
pub(crate) use steps::{PLACE_TABLES, STEPS, Step};

/// The schema this binary knows.
pub const SCHEMA_VERSION: i64 = STEPS.len() as i64;

/// Tables that are looked up before the organization is known, so they have no row-level wall.
pub(crate) const INSTANCE_TABLES: &[&str] = &["tenant", "credential", "login", "public_name", "job"];

/// How often a step on PostgreSQL is tried while others hold what it changes; each try waits two seconds at most.
const TRIES: u32 = 30;

/// Where a database stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Schema {
    /// The newest step that was taken; 0 in an empty database.
    pub(crate) have: i64,
    /// The oldest schema whose binaries it serves.
    pub(crate) serves: i64,
}

const HAS_TAKEN: Both = Both {
    sqlite: "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_taken'",
    postgres: "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'schema_taken'",
};

fn number(conn: &mut Conn, sql: &'static str) -> Result<i64> {
    let mut found = 0;
    conn.each(sql, &[], |r| {
        found = r.int(0)?;
        Ok(())
    })?;
    Ok(found)
}

/// The schema a database has.
pub(crate) fn version(conn: &mut Conn) -> Result<Schema> {
    let serves = number(conn, "SELECT COALESCE(MAX(version), 0) FROM schema_step")?;
    let mut have = serves;
    if number(conn, HAS_TAKEN.of(conn.is_lite()))? > 0 {
        have = have.max(number(conn, "SELECT COALESCE(MAX(version), 0) FROM schema_taken")?);
    }
    Ok(Schema { have, serves })
}

/// Makes the schema in an empty database in memory, for looking at it.
pub(crate) fn sketch(conn: &mut Conn) -> Result<()> {
    let lite = conn.is_lite();
    STEPS.iter().try_for_each(|step| conn.batch(&dialect::migration(step.text, lite)))
}

/// Brings the database to this binary's schema and says where it stood. `backup` is called once, before the first change
/// to an existing one.
pub(crate) fn run(conn: &mut Conn, backup: impl FnOnce(&mut Conn, i64) -> Result<()>) -> Result<Schema> {
    run_steps(conn, STEPS, backup)
}

fn run_steps(
    conn: &mut Conn,
    steps: &[Step],
    backup: impl FnOnce(&mut Conn, i64) -> Result<()>,
) -> Result<Schema> {
    let known = steps.len() as i64;
    conn.batch("CREATE TABLE IF NOT EXISTS schema_step (version BIGINT NOT NULL PRIMARY KEY)")?;
    let found = version(conn)?;
    must_serve(found, known)?;
    if found.have > known {
        tracing::warn!(
            database = found.have,
            portico = known,
            "the database has a newer schema than this portico, which it still serves; finish the upgrade"
        );
        return Ok(found);
    }
    if found.have == known {
        return Ok(found);
    }
    if found.have > 0 {
        backup(conn, found.have)?;
    }
    conn.batch("CREATE TABLE IF NOT EXISTS schema_taken (version BIGINT NOT NULL PRIMARY KEY)")?;
    for step in steps.iter().filter(|step| step.version > found.have) {
        let mut tries = 1;
        while let Err(e) = take(conn, step) {
            // What failed in the middle leaves nothing; a connection that is gone has rolled back by itself.
            let _may_be_over = conn.rollback();
            if !e.is_retry() {
                return Err(e);
            }
            if tries == TRIES {
                return Err(Error::internal(format!(
                    "schema {} cannot be made: others have held its tables for a minute ({e}). see what works there, a backup perhaps, and start again; nothing was changed",
                    step.version
                )));
            }
            tries += 1;
        }
        tracing::info!(version = step.version, serves = step.serves, "the schema is at a new step");
    }
    Ok(found)
}

/// Refuses a database that no longer serves binaries that know `known` steps.
pub(crate) fn must_serve(found: Schema, known: i64) -> Result<()> {
    if found.serves <= known {
        return Ok(());
    }
    Err(Error::internal(format!(
        "the database has schema {} and serves no portico older than schema {}, this one knows {known}; start the newer portico, or restore the backup made before the upgrade. nothing was touched",
        found.have, found.serves
    )))
}

fn take(conn: &mut Conn, step: &Step) -> Result<()> {
    let lite = conn.is_lite();
    if lite {
        conn.batch("BEGIN IMMEDIATE")?;
    } else {
        // Whoever waits for a table makes everybody after it wait: rather try again than stop the other nodes.
        conn.batch("BEGIN; SET LOCAL lock_timeout = '2s'")?;
        serving::nobody_older(conn, step.serves)?;
    }
    conn.batch(&dialect::migration(step.text, lite))?;
    for serves in 1..=step.serves {
        conn.exec(
            "INSERT INTO schema_step (version) VALUES ($1) ON CONFLICT (version) DO NOTHING",
            &[serves.into()],
        )?;
    }
    conn.exec("INSERT INTO schema_taken (version) VALUES ($1)", &[step.version.into()])?;
    conn.batch("COMMIT")
}

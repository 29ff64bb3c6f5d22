//! Migrations: one folder of numbered SQL, applied in order, each in a transaction of its own, with a backup of an
//! existing SQLite file first.

use crate::{conn::Conn, dialect};
use portico_types::{Error, Result};

/// Every step, in order. A step is never changed once released; the next one mends it.
const STEPS: &[(i64, &str)] = &[(1, include_str!("../migrations/0001_house.sql"))];

/// The schema this binary knows.
pub const SCHEMA_VERSION: i64 = STEPS.len() as i64;

/// Tables that are looked up before the organization is known, so they have no row-level wall.
pub(crate) const INSTANCE_TABLES: &[&str] = &["tenant", "credential", "login", "public_name", "job"];

/// The schema a database has.
pub(crate) fn version(conn: &mut Conn) -> Result<i64> {
    let mut have = 0;
    conn.each("SELECT COALESCE(MAX(version), 0) FROM schema_step", &[], |r| {
        have = r.int(0)?;
        Ok(())
    })?;
    Ok(have)
}

/// Makes the schema in an empty database in memory, for looking at it.
pub(crate) fn sketch(conn: &mut Conn) -> Result<()> {
    let lite = conn.is_lite();
    STEPS.iter().try_for_each(|(_, text)| conn.batch(&dialect::migration(text, lite)))
}

/// Brings the database to this binary's schema. `backup` is called once, before the first change to an existing one.
pub(crate) fn run(conn: &mut Conn, backup: impl FnOnce(&mut Conn, i64) -> Result<()>) -> Result<()> {
    conn.batch("CREATE TABLE IF NOT EXISTS schema_step (version BIGINT NOT NULL PRIMARY KEY)")?;
    let have = version(conn)?;
    if have > SCHEMA_VERSION {
        return Err(Error::internal(format!(
            "the database has schema {have}, this portico knows {SCHEMA_VERSION}; start the newer portico, or restore the backup made before the upgrade. nothing was touched"
        )));
    }
    if have > 0 && have < SCHEMA_VERSION {
        backup(conn, have)?;
    }
    let lite = conn.is_lite();
    for (version, text) in STEPS.iter().filter(|(version, _)| *version > have) {
        conn.batch(if lite { "BEGIN IMMEDIATE" } else { "BEGIN" })?;
        conn.batch(&dialect::migration(text, lite))?;
        conn.exec("INSERT INTO schema_step (version) VALUES ($1)", &[(*version).into()])?;
        conn.batch("COMMIT")?;
        tracing::info!(version, "the schema is at a new step");
    }
    Ok(())
}

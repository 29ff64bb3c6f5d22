//! Which schemas the nodes at work on a PostgreSQL know, so that none is left behind by one that changes under it.
//!
//! Every serving connection holds a shared lock named by its binary's schema for as long as it lives. A step that
//! contracts takes the locks of all it leaves behind, for itself: it is refused while one of them is at work, and whoever
//! comes meanwhile waits, and is refused by what it finds then. The embedded database has one process, which is alone.

use crate::{conn::Conn, dialect, migrate::SCHEMA_VERSION, postgres::Postgres};
use portico_types::{Error, Result};

/// The class of those locks; the schema is the other half of their name.
const SCHEMA: i32 = 7307;

/// Says that this connection's binary is at work on the database, where that is still served. Before it reads or writes.
pub(crate) fn join(c: &mut Postgres) -> Result<()> {
    mark(c, SCHEMA_VERSION)?;
    let rows = c.query("SELECT COALESCE(MAX(version), 0) FROM schema_step", &[]);
    let serves: i64 = rows.map_err(|e| dialect::pg_error(&e))?.first().map_or(0, |row| row.get(0));
    if serves > SCHEMA_VERSION {
        return Err(Error::unavailable(format!(
            "the database was raised to a schema that serves no portico older than schema {serves}, this one knows {SCHEMA_VERSION}; start the newer portico in its stead"
        )));
    }
    Ok(())
}

/// Takes the lock of a schema, shared.
pub(crate) fn mark(c: &mut Postgres, schema: i64) -> Result<()> {
    let locked =
        c.query("SELECT pg_try_advisory_lock_shared($1, $2)", &[i64::from(SCHEMA).into(), schema.into()]);
    if locked.map_err(|e| dialect::pg_error(&e))?.first().is_some_and(|row| row.get(0)) {
        return Ok(());
    }
    Err(Error::unavailable("this database is being raised to a schema that this portico does not know"))
}

/// Refuses, in the transaction of a step, while somebody older than schema `serves` is at work; keeps them out until it
/// ends.
pub(crate) fn nobody_older(conn: &mut Conn, serves: i64) -> Result<()> {
    if serves <= 1 {
        return Ok(());
    }
    let mut older = 0;
    for schema in 1..serves {
        conn.stream(
            &format!("SELECT pg_try_advisory_xact_lock({SCHEMA}, {schema})::int::bigint"),
            &[],
            |r| {
                older += i64::from(r.int(0)? == 0);
                Ok(())
            },
        )?;
    }
    // Binaries of schema 1 from before these locks hold only the one of everybody at work.
    conn.stream(
        &format!(
            "SELECT COUNT(*) FROM pg_locks a WHERE a.locktype = 'advisory' AND a.granted AND a.pid <> pg_backend_pid()
             AND a.database = (SELECT oid FROM pg_database WHERE datname = current_database())
             AND a.classid = 0 AND a.objid = {everybody} AND a.objsubid = 1
             AND NOT EXISTS (SELECT 1 FROM pg_locks b WHERE b.pid = a.pid AND b.locktype = 'advisory'
               AND b.database = a.database AND b.classid = {SCHEMA} AND b.objsubid = 2)",
            everybody = crate::open::AT_WORK
        ),
        &[],
        |r| {
            older += r.int(0)?;
            Ok(())
        },
    )?;
    if older == 0 {
        return Ok(());
    }
    Err(Error::internal(format!(
        "this portico's schema serves no portico older than schema {serves}, and one such node is at work on the database; upgrade it to the release in between, or stop it, then start this one. nothing was changed"
    )))
}

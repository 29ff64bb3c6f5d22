//! Opening either engine: who may be at work on it, its schema, and how lanes and readers connect.

use crate::{
    conn::{Conn, Link},
    dialect,
    lane::Connect,
    migrate,
    patience::{Limits, PATIENCE},
    postgres::{Postgres, reach},
    postgres_wall, serving,
};
use portico_types::{Error, Result};
use std::{fs::File, path::Path, sync::Arc, time::Duration};

/// The lock of the directory, how lanes connect, how readers do.
pub(crate) type Opened = (Option<File>, Connect, Connect);

/// A database on its way in by a restore, not yet under its own name.
pub(crate) const STAGED: &str = "portico.restoring.db";

/// Takes a data directory for this process alone, until the file is dropped.
pub(crate) fn lock(dir: &Path) -> Result<File> {
    let refuse = |what: String| Error::internal(what);
    std::fs::create_dir_all(dir)
        .map_err(|e| refuse(format!("cannot make the data directory {}: {e}", dir.display())))?;
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(dir.join("portico.lock"))
        .map_err(|e| refuse(format!("cannot write in the data directory {}: {e}", dir.display())))?;
    lock.try_lock().map_err(|_| {
        refuse(format!(
            "another portico runs on {}; stop it, or give this one a --data directory of its own",
            dir.display()
        ))
    })?;
    Ok(lock)
}

/// A connection that only reads.
pub(crate) fn lite_reader(path: &Path) -> Result<Conn> {
    use rusqlite::OpenFlags as F;
    let flags = F::SQLITE_OPEN_READ_ONLY | F::SQLITE_OPEN_NO_MUTEX;
    let c = rusqlite::Connection::open_with_flags(path, flags).map_err(|e| dialect::lite_error(&e))?;
    c.busy_timeout(Duration::from_secs(2)).map_err(|e| dialect::lite_error(&e))?;
    let mut conn = Conn::lite(c)?;
    conn.batch("PRAGMA cache_size=-4000;")?;
    Ok(conn)
}

/// Opens the file in a data directory, brought to this binary's schema.
pub(crate) fn sqlite(dir: &Path) -> Result<Opened> {
    let lock = lock(dir)?;
    let path = dir.join("portico.db");
    if !path.exists() && dir.join(STAGED).exists() {
        return Err(Error::internal(format!(
            "a restore into {} was cut off; run it again, or remove {STAGED} there to start anew",
            dir.display()
        )));
    }
    let backup_dir = dir.to_path_buf();
    let write: Connect = {
        let path = path.clone();
        Arc::new(move || {
            let c = rusqlite::Connection::open(&path).map_err(|e| dialect::lite_error(&e))?;
            c.busy_timeout(Duration::from_secs(2)).map_err(|e| dialect::lite_error(&e))?;
            let mut conn = Conn::lite(c)?;
            conn.batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-8000;")?;
            Ok(conn)
        })
    };
    let read: Connect = Arc::new(move || lite_reader(&path));
    let mut first = write().map_err(|e| explain(&e, dir))?;
    first.batch("BEGIN IMMEDIATE; ROLLBACK").map_err(|e| explain(&e, dir))?;
    migrate::run(&mut first, |conn, version| {
        let copy = backup_dir.join(format!("portico.before-schema-{}.db", version + 1));
        tracing::info!(copy = %copy.display(), "backing up before the upgrade");
        let Link::Lite { c, .. } = &mut conn.link else { return Ok(()) };
        c.backup("main", &copy, None::<fn(rusqlite::backup::Progress)>).map_err(|e| dialect::lite_error(&e))
    })
    .map_err(|e| explain(&e, dir))?;
    Ok((Some(lock), write, read))
}

/// Says what a person can do about a database that does not open.
fn explain(e: &Error, dir: &Path) -> Error {
    let cause = e.cause().unwrap_or_default();
    let file = dir.join("portico.db");
    if cause.contains("not a database") || cause.contains("malformed") {
        Error::internal(format!(
            "{} is damaged ({cause}); nothing was touched. restore a backup, or move the file away to start anew",
            file.display()
        ))
    } else if e.code() == portico_types::ErrorCode::Busy {
        Error::internal(format!(
            "{} is locked by another process ({e}); close that and start again",
            file.display()
        ))
    } else {
        e.clone()
    }
}

/// Opens a PostgreSQL database, brought to this binary's schema.
pub(crate) fn postgres(url: &str, limits: Limits) -> Result<Opened> {
    let url = url.to_owned();
    let owner = url.clone();
    // The blocking client must not run inside an async runtime, so migrations get a thread of their own.
    std::thread::spawn(move || raised(&owner).map(drop))
        .join()
        .map_err(|_| Error::internal("the migration thread panicked"))??;
    let connect: Connect = Arc::new(move || {
        let mut c = reach(&url, limits.told)?;
        at_work(&mut c)?;
        serving::join(&mut c)?;
        let ended = limits.ended().as_millis();
        c.batch(&format!("{SERVING}; SET statement_timeout = {ended}")).map_err(|e| dialect::pg_error(&e))?;
        postgres_wall::step_down(&mut c)?;
        Ok(Conn::serving(c, limits.given_up))
    });
    Ok((None, Arc::clone(&connect), connect))
}

/// A node that is gone in the middle of a transaction must not keep what it has locked: the others wait for that.
const SERVING: &str = "SET idle_in_transaction_session_timeout = '5s'";

/// The advisory lock that every serving connection shares, and that whoever must be alone takes for itself.
pub(crate) const AT_WORK: i64 = 7306;

/// Joins those at work on a database; refused while somebody must be alone there.
fn at_work(c: &mut Postgres) -> Result<()> {
    if got(c, "SELECT pg_try_advisory_lock_shared($1)")? {
        return Ok(());
    }
    Err(Error::unavailable("this database is being restored or moved; start again when that has ended"))
}

fn got(c: &mut Postgres, lock: &'static str) -> Result<bool> {
    let rows = c.query(lock, &[AT_WORK.into()]).map_err(|e| dialect::pg_error(&e))?;
    Ok(rows.first().is_some_and(|row| row.get(0)))
}

/// Makes this connection the only one at work on its database for as long as it lives. Waits a little for those who have
/// hung up just now.
pub(crate) fn alone(c: &mut Postgres) -> Result<()> {
    let had = c.batch(&format!("SET lock_timeout = '2s'; SELECT pg_advisory_lock({AT_WORK})"));
    match had.map_err(|e| dialect::pg_error(&e)) {
        Ok(()) => c.batch("RESET lock_timeout").map_err(|e| dialect::pg_error(&e)),
        Err(e) if e.is_retry() => Err(Error::internal(
            "another portico works on this database; stop every node, then do this again",
        )),
        Err(e) => Err(e),
    }
}

/// Brings a PostgreSQL database to this binary's schema, and gives the connection that did, as its owner. Blocking.
pub(crate) fn raised(url: &str) -> Result<Conn> {
    let mut c = reach(url, PATIENCE)?;
    let rows = c.query("SHOW server_version_num", &[]).map_err(|e| dialect::pg_error(&e))?;
    let version: i64 = rows.first().and_then(|row| row.get::<_, String>(0).parse().ok()).unwrap_or(0);
    if version < 150_000 {
        return Err(Error::internal(format!("PostgreSQL 15 or newer is needed; this one says {version}")));
    }
    // Before anything that would wait for whoever is alone here.
    at_work(&mut c)?;
    serving::mark(&mut c, migrate::SCHEMA_VERSION)?;
    // One node at a time raises the schema, for as long as it takes.
    c.wait_at_most(None);
    c.batch("SELECT pg_advisory_lock(7305)").map_err(|e| dialect::pg_error(&e))?;
    let mut conn = Conn::pg(c);
    let found = migrate::run(&mut conn, |_, _| Ok(()))?;
    if let Link::Pg(c) = &mut conn.link {
        // A newer portico has raised its own wall, and knows which of its tables stay outside.
        if found.have <= migrate::SCHEMA_VERSION {
            postgres_wall::raise(c)?;
        }
        c.batch("SELECT pg_advisory_unlock(7305)").map_err(|e| dialect::pg_error(&e))?;
    }
    Ok(conn)
}

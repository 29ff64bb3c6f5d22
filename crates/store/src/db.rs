//! Opening a database, and the two ways in: `write` through a lane, `read` through the pool.

use crate::{
    conn::{Conn, Link},
    dialect,
    instance::InstanceTx,
    lane::{self, Connect, Emitted, Woken, Work},
    log::Logged,
    migrate,
    patience::{Asking, Limits, PATIENCE, Patience},
    pool::Pool,
    postgres::{Postgres, reach},
    postgres_wall, serving,
    stats::STATS,
    tx::{Read, Tx},
};
use portico_types::{Error, Result, TenantId};
use std::{
    fs::File,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::{mpsc, oneshot};

/// Where the data is.
#[derive(Clone, Debug)]
pub enum Engine {
    /// A SQLite file in this directory.
    Sqlite(PathBuf),
    /// A PostgreSQL server, 15 or newer.
    Postgres(String),
}

/// How to open it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where.
    pub engine: Engine,
    /// Write lanes on PostgreSQL (SQLite has one writer).
    pub lanes: usize,
    /// Threads that read.
    pub readers: usize,
}

impl Options {
    /// The defaults for an engine.
    pub fn new(engine: Engine) -> Self {
        Self { engine, lanes: 4, readers: 3 }
    }
}

struct Inner {
    lanes: Vec<mpsc::Sender<Box<dyn Work>>>,
    pool: Arc<Pool>,
    lite: bool,
    asked: Arc<AtomicU64>,
    patience: Patience,
    // Held for as long as the database is open: two servers on one SQLite file would not see each other's events.
    _lock: Option<File>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.pool.close();
    }
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

impl Db {
    /// Opens, migrates and starts the threads. `woken` gets each tenant's events after their commit, in number order
    /// within a call; calls of several lanes may overtake each other.
    pub fn open(options: &Options, woken: impl Fn(Vec<Logged>) + Send + Sync + 'static) -> Result<Self> {
        Self::open_within(Limits::USUAL, options, woken)
    }

    /// As `open`; `limits` are for PostgreSQL.
    pub(crate) fn open_within(
        limits: Limits,
        options: &Options,
        woken: impl Fn(Vec<Logged>) + Send + Sync + 'static,
    ) -> Result<Self> {
        let woken: Woken = Arc::new(woken);
        let lite = matches!(options.engine, Engine::Sqlite(_));
        let (lock, write, read) = match &options.engine {
            Engine::Sqlite(dir) => open_sqlite(dir)?,
            Engine::Postgres(url) => open_postgres(url, limits)?,
        };
        let mut lanes = Vec::new();
        for i in 0..if lite { 1 } else { options.lanes.max(1) } {
            let (tx, rx) = mpsc::channel(lane::QUEUE);
            let (ready, opened) = std::sync::mpsc::channel();
            let (write, woken) = (Arc::clone(&write), Arc::clone(&woken));
            // The blocking PostgreSQL client drives a runtime of its own: it must be born and live on the lane's thread.
            std::thread::Builder::new()
                .name(format!("lane-{i}"))
                .spawn(move || match write() {
                    Ok(conn) => {
                        let _heard = ready.send(Ok(()));
                        lane::run(conn, &write, rx, &woken);
                    }
                    Err(e) => {
                        let _heard = ready.send(Err(e));
                    }
                })
                .map_err(Error::internal)?;
            opened.recv().map_err(Error::internal)??;
            lanes.push(tx);
        }
        let pool = Pool::start(options.readers.max(1), &read)?;
        Ok(Self(Arc::new(Inner {
            lanes,
            pool,
            lite,
            asked: Arc::default(),
            patience: Patience::new((!lite).then_some(limits.told)),
            _lock: lock,
        })))
    }

    /// Whether this is the embedded engine.
    pub fn is_embedded(&self) -> bool {
        self.0.lite
    }

    /// How many statements queries have run since it was opened, for seeing that a longer list does not take more.
    pub fn asked(&self) -> u64 {
        self.0.asked.load(Ordering::Relaxed)
    }

    /// Runs `command` in the next batch of the lane that `key` (a room, an aggregate) picks. Answers after the commit.
    pub async fn write<T, F>(&self, tenant: TenantId, key: u64, mut command: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.submit(key, Some(tenant), move |conn| {
            let mut tx = Tx::new(conn, tenant);
            let out = command(&mut tx)?;
            Ok((out, vec![(tenant, std::mem::take(&mut tx.events))]))
        })
        .await
    }

    /// Runs an instance-wide command: look-ups and work before or across organizations.
    pub async fn write_instance<T, F>(&self, mut command: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut InstanceTx<'_>) -> Result<T> + Send + 'static,
    {
        self.submit(0, None, move |conn| {
            let mut tx = InstanceTx::new(conn);
            let out = command(&mut tx)?;
            Ok((out, tx.into_emitted()))
        })
        .await
    }

    async fn submit<T, F>(&self, key: u64, tenant: Option<TenantId>, run: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> Result<(T, Emitted)> + Send + 'static,
    {
        struct Queued<T, F> {
            run: F,
            tenant: Option<TenantId>,
            out: Option<T>,
            asking: Asking,
            reply: oneshot::Sender<Result<T>>,
        }
        impl<T: Send, F: FnMut(&mut Conn) -> Result<(T, Emitted)> + Send> Work for Queued<T, F> {
            fn tenant(&self) -> Option<TenantId> {
                self.tenant
            }
            fn run(&mut self, conn: &mut Conn) -> Result<Emitted> {
                if self.asking.is_over() {
                    return Err(Error::busy());
                }
                let (out, emitted) = (self.run)(conn)?;
                self.out = Some(out);
                Ok(emitted)
            }
            fn done(self: Box<Self>, outcome: Result<()>) {
                let this = *self;
                let answer = outcome
                    .and_then(|()| this.out.ok_or_else(|| Error::internal("a command gave no outcome")));
                // The asker may have hung up; the write stands all the same.
                let _gone = this.reply.send(answer);
            }
        }
        let (reply, answer) = oneshot::channel();
        let lane = &self.0.lanes[(key % self.0.lanes.len() as u64) as usize];
        let asking = Asking::default();
        let queued = Queued { run, tenant, out: None, asking: asking.clone(), reply };
        lane.try_send(Box::new(queued)).map_err(|_| {
            STATS.lane_full.inc();
            Error::busy()
        })?;
        STATS.lane_waiting.add(1);
        let silence = "the database does not answer, so nobody knows whether this was done; ask again in a moment with the same Idempotency-Key";
        self.0.patience.wait(answer, &asking, Error::busy, silence).await
    }

    /// Runs `query` on a reader, in one snapshot.
    pub async fn read<T, F>(&self, tenant: TenantId, query: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Read<'_>) -> Result<T> + Send + 'static,
    {
        self.on_reader(Some(tenant), move |conn| query(&mut Read::new(conn, tenant))).await
    }

    /// Runs an instance-wide look-up on a reader.
    pub async fn read_instance<T, F>(&self, query: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut InstanceTx<'_>) -> Result<T> + Send + 'static,
    {
        self.on_reader(None, move |conn| query(&mut InstanceTx::new(conn))).await
    }

    async fn on_reader<T, F>(&self, tenant: Option<TenantId>, query: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let statements = Arc::clone(&self.0.asked);
        let asking = Asking::default();
        let asked = asking.clone();
        self.0.pool.submit(Box::new(move |conn| {
            if asked.is_over() {
                return;
            }
            let outcome = look(conn, tenant, query);
            statements.fetch_add(conn.take_asked(), Ordering::Relaxed);
            // Nobody needs to wait for the end of a transaction that only looked.
            let _gone = reply.send(outcome);
            if let Err(e) = conn.commit()
                && !conn.is_broken()
            {
                tracing::warn!(error = %e, "a look did not end well");
                let _clean = conn.rollback();
            }
        }))?;
        let gone = || Error::internal("a query panicked; see the log above");
        let silence = "the database does not answer; try again in a moment";
        self.0.patience.wait(answer, &asking, gone, silence).await
    }
}

/// Begins a transaction that sees one moment, and asks in it.
fn look<T>(
    conn: &mut Conn,
    tenant: Option<TenantId>,
    query: impl FnOnce(&mut Conn) -> Result<T>,
) -> Result<T> {
    if conn.is_lite() {
        conn.control("BEGIN")?;
    } else {
        conn.control("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        conn.enter(tenant)?;
    }
    query(conn)
}

type Opened = (Option<File>, Connect, Connect);

/// A database on its way in by a restore, not yet under its own name.
pub(crate) const STAGED: &str = "portico.restoring.db";

/// Takes a data directory for this process alone, until the file is dropped.
pub(crate) fn lock(dir: &std::path::Path) -> Result<File> {
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
pub(crate) fn lite_reader(path: &std::path::Path) -> Result<Conn> {
    use rusqlite::OpenFlags as F;
    let flags = F::SQLITE_OPEN_READ_ONLY | F::SQLITE_OPEN_NO_MUTEX;
    let c = rusqlite::Connection::open_with_flags(path, flags).map_err(|e| dialect::lite_error(&e))?;
    c.busy_timeout(std::time::Duration::from_secs(2)).map_err(|e| dialect::lite_error(&e))?;
    let mut conn = Conn::lite(c)?;
    conn.batch("PRAGMA cache_size=-4000;")?;
    Ok(conn)
}

fn open_sqlite(dir: &std::path::Path) -> Result<Opened> {
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
            c.busy_timeout(std::time::Duration::from_secs(2)).map_err(|e| dialect::lite_error(&e))?;
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
fn explain(e: &Error, dir: &std::path::Path) -> Error {
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

fn open_postgres(url: &str, limits: Limits) -> Result<Opened> {
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

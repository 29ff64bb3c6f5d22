//! An open database, and the two ways in: `write` through a lane, `read` through the pool.

use crate::{
    conn::Conn,
    instance::InstanceTx,
    lane::{self, After, Emitted, Work},
    log::Logged,
    open,
    patience::{Asking, Limits, Patience},
    pool::Pool,
    stats::STATS,
    tx::{Read, Tx},
};
use portico_types::{Error, Id, Result, TenantId};
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
    /// within a call; calls may overtake each other. They come on the runtime this is called in, if it is in one.
    pub fn open(options: &Options, woken: impl Fn(Vec<Logged>) + Send + Sync + 'static) -> Result<Self> {
        Self::open_within(Limits::USUAL, options, woken)
    }

    /// As `open`; `limits` are for PostgreSQL.
    pub(crate) fn open_within(
        limits: Limits,
        options: &Options,
        woken: impl Fn(Vec<Logged>) + Send + Sync + 'static,
    ) -> Result<Self> {
        let after = Arc::new(After::here(Arc::new(woken)));
        let lite = matches!(options.engine, Engine::Sqlite(_));
        let (lock, write, read) = match &options.engine {
            Engine::Sqlite(dir) => open::sqlite(dir)?,
            Engine::Postgres(url) => open::postgres(url, limits)?,
        };
        let mut lanes = Vec::new();
        for i in 0..if lite { 1 } else { options.lanes.max(1) } {
            let (tx, rx) = mpsc::channel(lane::QUEUE);
            let (ready, opened) = std::sync::mpsc::channel();
            let (write, after) = (Arc::clone(&write), Arc::clone(&after));
            // The blocking PostgreSQL client drives a runtime of its own: it must be born and live on the lane's thread.
            std::thread::Builder::new()
                .name(format!("lane-{i}"))
                .spawn(move || match write() {
                    Ok(conn) => {
                        let _heard = ready.send(Ok(()));
                        lane::run(conn, &write, rx, &after);
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
    pub async fn write<T, F>(&self, tenant: TenantId, key: u64, command: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.write_once(tenant, key, None, command).await
    }

    /// As `write`, for a command that will ask [`Tx::replay`] for this key of this actor: lanes look for many at once.
    pub async fn write_once<T, F>(
        &self,
        tenant: TenantId,
        key: u64,
        once: Option<(Id, String)>,
        mut command: F,
    ) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.submit(key, Some(tenant), once, move |conn| {
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
        self.submit(0, None, None, move |conn| {
            let mut tx = InstanceTx::new(conn);
            let out = command(&mut tx)?;
            Ok((out, tx.into_emitted()))
        })
        .await
    }

    async fn submit<T, F>(
        &self,
        key: u64,
        tenant: Option<TenantId>,
        once: Option<(Id, String)>,
        run: F,
    ) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&mut Conn) -> Result<(T, Emitted)> + Send + 'static,
    {
        struct Queued<T, F> {
            run: F,
            tenant: Option<TenantId>,
            once: Option<(Id, String)>,
            out: Option<T>,
            asking: Asking,
            reply: oneshot::Sender<Result<T>>,
        }
        impl<T: Send, F: FnMut(&mut Conn) -> Result<(T, Emitted)> + Send> Work for Queued<T, F> {
            fn tenant(&self) -> Option<TenantId> {
                self.tenant
            }
            fn key(&self) -> Option<(Id, &str)> {
                self.once.as_ref().map(|(actor, key)| (*actor, key.as_str()))
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
        let queued = Queued { run, tenant, once, out: None, asking: asking.clone(), reply };
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

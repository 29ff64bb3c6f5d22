//! Write lanes: commands queue, run one by one in savepoints, and share one durable commit.
//!
//! Invariants: event numbers of a tenant are allocated last in the transaction, so commit order is number order and a
//! reader that has seen N never later finds a smaller one; nobody is answered and nobody is woken before the commit; a
//! command that fails is rolled back alone; a deadlock victim's batch runs again.

use crate::{
    conn::Conn,
    log::{Logged, Pending, append},
};
use portico_types::{Error, Result, TenantId};
use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};
use tokio::sync::mpsc;

/// Commands a commit at most.
const BATCH: usize = 256;
/// Commands waiting at most, a lane; more are told to come back.
pub(crate) const QUEUE: usize = 4096;
/// How often a batch that lost a deadlock is run again.
const RETRIES: u32 = 20;

/// What a command emitted, by tenant.
pub(crate) type Emitted = Vec<(TenantId, Vec<Pending>)>;

/// A queued command. Re-runnable, since a deadlock victim runs again.
pub(crate) trait Work: Send {
    fn tenant(&self) -> Option<TenantId>;
    fn run(&mut self, conn: &mut Conn) -> Result<Emitted>;
    fn done(self: Box<Self>, outcome: Result<()>);
}

pub(crate) type Woken = Arc<dyn Fn(Vec<Logged>) + Send + Sync>;
pub(crate) type Connect = Arc<dyn Fn() -> Result<Conn> + Send + Sync>;

/// Runs until the queue's senders are gone.
pub(crate) fn run(
    mut conn: Conn,
    connect: &Connect,
    mut queue: mpsc::Receiver<Box<dyn Work>>,
    woken: &Woken,
) {
    while let Some(first) = queue.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < BATCH {
            let Ok(work) = queue.try_recv() else { break };
            batch.push(work);
        }
        let mut tries = 0;
        let outcome = loop {
            match run_batch(&mut conn, &mut batch) {
                Ok(done) => break Ok(done),
                Err(e) => {
                    // A connection that cannot roll back is replaced below.
                    let rolled_back = conn.batch("ROLLBACK");
                    tracing::warn!(error = %e, commands = batch.len(), rolled_back = rolled_back.is_ok(), "a write batch failed");
                    if conn.is_broken() {
                        match connect() {
                            Ok(new) => conn = new,
                            Err(e) => break Err(e),
                        }
                    }
                    tries += 1;
                    if !(e.is_retry() && tries < RETRIES) {
                        break Err(e);
                    }
                }
            }
        };
        match outcome {
            Ok((outcomes, logged)) => {
                for events in logged {
                    woken(events);
                }
                for (work, outcome) in batch.into_iter().zip(outcomes) {
                    work.done(outcome);
                }
            }
            Err(e) => batch.into_iter().for_each(|work| work.done(Err(e.clone()))),
        }
    }
}

/// How each command of a batch ended, and what each tenant's log gained.
type Ran = (Vec<Result<()>>, Vec<Vec<Logged>>);

fn run_batch(conn: &mut Conn, batch: &mut [Box<dyn Work>]) -> Result<Ran> {
    let lite = conn.is_lite();
    let mut outcomes = Vec::with_capacity(batch.len());
    let mut events: BTreeMap<i64, Vec<Pending>> = BTreeMap::new();
    conn.control(if lite { "BEGIN IMMEDIATE" } else { "BEGIN" })?;
    let mut bound = None;
    for work in batch.iter_mut() {
        if !lite && work.tenant() != bound {
            bound = work.tenant();
            conn.batch(&crate::postgres_wall::enter(bound))?;
        }
        conn.control("SAVEPOINT c")?;
        // A panicking command is a bug, but it must not take the lane and everybody's writes with it.
        let outcome = catch_unwind(AssertUnwindSafe(|| work.run(conn)))
            .unwrap_or_else(|_| Err(Error::internal("a command panicked; see the log above")));
        match outcome {
            Ok(emitted) => {
                conn.control("RELEASE c")?;
                for (tenant, list) in emitted {
                    if !list.is_empty() {
                        events.entry(tenant.0).or_default().extend(list);
                    }
                }
                outcomes.push(Ok(()));
            }
            Err(e) if e.is_retry() || conn.is_broken() => return Err(e),
            Err(e) => {
                conn.control("ROLLBACK TO c")?;
                conn.control("RELEASE c")?;
                outcomes.push(Err(e));
            }
        }
    }
    let mut logged = Vec::new();
    for (tenant, list) in events {
        let tenant = TenantId(tenant);
        if !lite && bound != Some(tenant) {
            bound = Some(tenant);
            conn.batch(&crate::postgres_wall::enter(bound))?;
        }
        logged.push(append(conn, tenant, list)?);
    }
    conn.control("COMMIT")?;
    Ok((outcomes, logged))
}

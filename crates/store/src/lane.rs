//! Write lanes: commands queue, run one by one, and share one durable commit.
//!
//! Invariants: event numbers of a tenant are allocated last in the transaction, so commit order is number order and a
//! reader that has seen N never later finds a smaller one; nobody is answered and nobody is woken before the commit; a
//! command that fails leaves nothing of itself and takes no other with it; a deadlock victim's batch runs again; whoever
//! waits for a batch whose connection is lost is told before another is made.
//!
//! A batch runs in good hope first: without savepoints, and on PostgreSQL without waiting for what nobody needs to know.
//! Almost all commands succeed, or fail before they change anything. Should one fail after that, the whole batch is
//! undone and runs again carefully, each command in a savepoint and each outcome waited for.

use crate::{
    conn::Conn,
    foreseen,
    log::{Appended, Logged, Pending, append},
    stats::STATS,
};
use portico_types::{Error, Id, Result, TenantId};
use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};
use tokio::{sync::mpsc, time::Instant};

mod after;
#[cfg(test)]
mod tests;

pub(crate) use after::After;

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
    /// Who asks, and the key under which it is done once.
    fn key(&self) -> Option<(Id, &str)> {
        None
    }
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
    after: &After,
) {
    while let Some(first) = queue.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < BATCH {
            let Ok(work) = queue.try_recv() else { break };
            batch.push(work);
        }
        // What one organization's commands have in common is done once for all of them.
        batch.sort_by_key(|work| work.tenant());
        STATS.lane_waiting.add(-(batch.len() as i64));
        let began = Instant::now();
        if conn.is_gone() {
            match connect() {
                Ok(new) => conn = new,
                Err(e) => {
                    STATS.batch_failed.inc();
                    refuse(batch, &e);
                    continue;
                }
            }
        }
        let (mut tries, mut careful) = (0, false);
        let outcome = loop {
            match run_batch(&mut conn, &mut batch, careful) {
                Ok(done) => break Ok(done),
                Err(Stop::Carefully) => {
                    careful = true;
                    undo(&mut conn);
                }
                Err(Stop::Failed(e)) => {
                    STATS.batch_failed.inc();
                    tracing::warn!(error = %e, commands = batch.len(), "a write batch failed");
                    undo(&mut conn);
                    tries += 1;
                    if !(e.is_retry() && tries < RETRIES) {
                        // Whoever waits hears of it now; a connection that is lost is made anew for the next batch.
                        break Err(e);
                    }
                }
            }
            if conn.is_broken() {
                match connect() {
                    Ok(new) => conn = new,
                    Err(e) => break Err(e),
                }
            }
        };
        match outcome {
            Ok((outcomes, logged)) => {
                STATS.commit.took(began.elapsed());
                STATS.batch.take(outcomes.len() as u64);
                STATS.events.add(logged.iter().map(Vec::len).sum::<usize>() as u64);
                after.committed(logged, batch.into_iter().zip(outcomes));
            }
            Err(e) => refuse(batch, &e),
        }
    }
}

/// Tells whoever waits that nothing came of it, as far as is known.
fn refuse(batch: Vec<Box<dyn Work>>, e: &Error) {
    for work in batch {
        work.done(Err(e.clone()));
    }
}

/// Ends a transaction without its effects, or finds that the connection ended with it.
fn undo(conn: &mut Conn) {
    if !conn.is_broken()
        && let Err(e) = conn.rollback()
    {
        tracing::debug!(error = %e, "nothing to undo");
    }
}

/// How each command of a batch ended, and what each tenant's log gained.
type Ran = (Vec<Result<()>>, Vec<Vec<Logged>>);

/// Why a batch stands for nothing.
enum Stop {
    /// A command failed after it had changed something: the batch has to run again with savepoints.
    Carefully,
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(e: Error) -> Self {
        Self::Failed(e)
    }
}

fn run_batch(conn: &mut Conn, batch: &mut [Box<dyn Work>], careful: bool) -> Result<Ran, Stop> {
    // What fails in good hope may be the fault of one command: who it was is found out carefully.
    let hopeful = |e: Error, conn: &Conn| {
        if careful || e.is_retry() || conn.is_broken() { Stop::Failed(e) } else { Stop::Carefully }
    };
    let mut outcomes = Vec::with_capacity(batch.len());
    let mut events: BTreeMap<i64, Vec<Pending>> = BTreeMap::new();
    conn.begin(careful)?;
    let mut bound = None;
    for at in 0..batch.len() {
        if batch[at].tenant() != bound {
            bound = batch[at].tenant();
            conn.enter(bound).map_err(|e| hopeful(e, conn))?;
            if let (Some(tenant), false, false) = (bound, careful, conn.is_lite()) {
                let these = batch[at..].iter().take_while(|work| work.tenant() == bound);
                foreseen::look(conn, tenant, these.filter_map(|work| work.key()))
                    .map_err(|e| hopeful(e, conn))?;
            }
        }
        let work = &mut batch[at];
        if careful {
            conn.control("SAVEPOINT c")?;
        }
        conn.watch();
        // A panicking command is a bug, but it must not take the lane and everybody's writes with it.
        let outcome = catch_unwind(AssertUnwindSafe(|| work.run(conn)))
            .unwrap_or_else(|_| Err(Error::internal("a command panicked; see the log above")));
        match outcome {
            Ok(emitted) => {
                if careful {
                    conn.control("RELEASE c")?;
                }
                for (tenant, list) in emitted {
                    if !list.is_empty() {
                        events.entry(tenant.0).or_default().extend(list);
                    }
                }
                outcomes.push(Ok(()));
            }
            Err(e) if e.is_retry() || conn.is_broken() => return Err(Stop::Failed(e)),
            Err(e) => {
                if careful {
                    conn.undo()?;
                } else if conn.is_touched() {
                    return Err(Stop::Carefully);
                }
                outcomes.push(Err(e));
            }
        }
    }
    let mut appended = Vec::new();
    for (tenant, list) in events {
        let tenant = TenantId(tenant);
        if bound != Some(tenant) {
            bound = Some(tenant);
            conn.enter(bound).map_err(|e| hopeful(e, conn))?;
        }
        appended.push(append(conn, tenant, list).map_err(|e| hopeful(e, conn))?);
    }
    conn.commit().map_err(|e| hopeful(e, conn))?;
    let logged = appended.into_iter().map(Appended::logged).collect::<Result<_>>()?;
    Ok((outcomes, logged))
}

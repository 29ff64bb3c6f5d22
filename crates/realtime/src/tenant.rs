//! One organization's place in the hub: what has arrived for its task, and its state.

use crate::{
    hub::Shared,
    index::{Index, Snapshot},
    options::{INBOX, SIGNALS},
    pump,
    signal::NodeNote,
    state::{Conn, State},
};
use portico_store::Logged;
use portico_types::{Error, LogPlace, Millis, Result, TenantId};
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicI64, Ordering},
};
use tokio::sync::{Notify, OnceCell, watch};

/// What has arrived since the task last looked.
#[derive(Default)]
pub(crate) struct Arrived {
    pub(crate) events: Vec<Logged>,
    /// The log is at least here.
    pub(crate) wake: i64,
    /// Look at the log, whatever it may hold.
    pub(crate) check: bool,
    /// Signals; with the node they come from, when it is another.
    pub(crate) notes: Vec<(Option<u64>, NodeNote)>,
}

pub(crate) struct Tenant {
    pub(crate) id: TenantId,
    arrived: Mutex<Arrived>,
    filled: Notify,
    /// The newest number of the log this node has heard of.
    heard: AtomicI64,
    state: OnceCell<Mutex<State>>,
    /// The number of the last event delivered, for those who wait for this node to catch up.
    pub(crate) progress: watch::Sender<i64>,
}

impl Tenant {
    pub(crate) fn new(id: TenantId) -> Self {
        Self {
            id,
            arrived: Mutex::default(),
            filled: Notify::new(),
            heard: AtomicI64::new(0),
            state: OnceCell::new(),
            progress: watch::Sender::new(0),
        }
    }

    fn put(&self, put: impl FnOnce(&mut Arrived)) {
        put(&mut self.arrived.lock().unwrap_or_else(PoisonError::into_inner));
        self.filled.notify_one();
    }

    /// Hands over committed events. Never waits; what does not fit is read from the log.
    pub(crate) fn put_events(&self, events: impl Iterator<Item = Logged>) {
        self.put(|arrived| {
            for event in events {
                self.heard.fetch_max(event.seq, Ordering::Relaxed);
                if arrived.events.len() >= INBOX {
                    arrived.wake = arrived.wake.max(event.seq);
                } else {
                    arrived.events.push(event);
                }
            }
        });
    }

    /// The log has grown up to `seq`.
    pub(crate) fn put_wake(&self, seq: i64) {
        self.heard.fetch_max(seq, Ordering::Relaxed);
        self.put(|arrived| arrived.wake = arrived.wake.max(seq));
    }

    /// The log may have grown.
    pub(crate) fn put_check(&self) {
        self.put(|arrived| arrived.check = true);
    }

    /// Something of the moment; lost when too much of it waits.
    pub(crate) fn put_note(&self, node: Option<u64>, note: NodeNote) {
        self.put(|arrived| {
            // What takes a right away is not lost to a crowd of typists.
            if arrived.notes.len() < SIGNALS || matches!(note, NodeNote::End(_)) {
                arrived.notes.push((node, note));
            }
        });
    }

    /// Wakes the task without a reason of its own.
    pub(crate) fn nudge(&self) {
        self.filled.notify_one();
    }

    /// Takes what has arrived.
    pub(crate) fn arrived(&self) -> Arrived {
        std::mem::take(&mut self.arrived.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until something arrives.
    pub(crate) async fn filled(&self) {
        self.filled.notified().await;
    }

    /// How many events it has heard of and not delivered.
    pub(crate) fn behind(&self) -> u64 {
        let heard = self.heard.load(Ordering::Relaxed);
        u64::try_from(heard - *self.progress.borrow()).unwrap_or(0)
    }

    /// The state, once it is loaded.
    pub(crate) fn lock(&self) -> Option<MutexGuard<'_, State>> {
        Some(self.state.get()?.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A client says whether somebody is there.
    pub(crate) fn set_active(&self, conn: &Conn, active: bool, now: Millis) {
        // Mostly it says so again, and needs no lock that others want.
        if conn.set_active(active, now)
            && let (Some(member), Some(mut state)) = (conn.viewer.member(), self.lock())
        {
            state.board.touch(member);
        }
    }

    /// Loads the state and starts the task, once. Events arrive here already, so none is missed between the snapshot
    /// and the first that is delivered.
    pub(crate) async fn load(self: &Arc<Self>, hub: &Arc<Shared>) -> Result<()> {
        self.state
            .get_or_try_init(|| async {
                let (index, last) = snapshot(hub, self.id).await?;
                self.progress.send_replace(last);
                tokio::spawn(pump::run(Arc::clone(hub), Arc::clone(self), last));
                Ok::<_, Error>(Mutex::new(State::new(index, last, hub.clock.now())))
            })
            .await
            .map(|_| ())
    }
}

/// The index and the number of the log it is true at, from one snapshot.
pub(crate) async fn snapshot(hub: &Shared, tenant: TenantId) -> Result<(Index, i64)> {
    let (snapshot, last) = hub
        .db
        .read(tenant, |r| {
            let LogPlace { epoch, seq } = r.log_place()?;
            Ok((Snapshot { epoch, memberships: r.all_memberships()?, standings: r.all_standings()? }, seq))
        })
        .await?;
    Ok((Index::new(snapshot), last))
}

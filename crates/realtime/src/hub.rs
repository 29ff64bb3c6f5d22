//! The hub of one process: the way in for committed events, for connections, and for questions who is there.

use crate::{
    Connection, End, Options, Presence, Signal, Viewer,
    board::{self, Seen},
    bus_link, connect,
    cursor::Sealer,
    deliver,
    outbox::Bounds,
    poll,
    signal::{Ending, NodeNote},
    state::State,
    tenant::Tenant,
};
use portico_bus::{Bus, Health, Note, Peer};
use portico_domain::{member::Role, session::Scopes};
use portico_store::{Db, Logged};
use portico_types::{
    Clock, ContactId, Error, InboxId, LogPlace, MemberId, Millis, ReporterId, Result, TenantId, TokenId,
};
use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};
use tokio::sync::Notify;

/// What every part of the hub works with.
pub(crate) struct Shared {
    pub(crate) db: Db,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) options: Options,
    pub(crate) bounds: Bounds,
    /// The log is to be looked at without waiting.
    pub(crate) poll_now: Notify,
    pub(crate) sealer: Sealer,
    pub(crate) peer: Peer,
    pub(crate) stopped: AtomicBool,
    tenants: RwLock<HashMap<TenantId, Arc<Tenant>>>,
    ids: AtomicU64,
}

impl Shared {
    pub(crate) fn next_id(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed)
    }

    /// The organization, if somebody has been connected to it here lately.
    pub(crate) fn loaded(&self, id: TenantId) -> Option<Arc<Tenant>> {
        self.tenants.read().unwrap_or_else(PoisonError::into_inner).get(&id).map(Arc::clone)
    }

    /// All organizations that are loaded.
    pub(crate) fn all(&self) -> Vec<Arc<Tenant>> {
        self.tenants.read().unwrap_or_else(PoisonError::into_inner).values().map(Arc::clone).collect()
    }

    /// The organization, loaded now if need be.
    pub(crate) async fn tenant(self: &Arc<Self>, id: TenantId) -> Result<Arc<Tenant>> {
        let tenant = self.loaded(id).unwrap_or_else(|| {
            let mut tenants = self.tenants.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(tenants.entry(id).or_insert_with(|| Arc::new(Tenant::new(id))))
        });
        if let Err(e) = tenant.load(self).await {
            // Nothing empties its inbox: it must not stay.
            let mut tenants = self.tenants.write().unwrap_or_else(PoisonError::into_inner);
            if tenant.lock().is_none() && tenants.get(&id).is_some_and(|known| Arc::ptr_eq(known, &tenant)) {
                tenants.remove(&id);
            }
            return Err(e);
        }
        Ok(tenant)
    }

    /// Forgets an organization when `idle` says so. Says whether it is forgotten, now or before.
    pub(crate) fn forget(&self, tenant: &Tenant, idle: impl Fn(&State, Millis) -> bool) -> bool {
        let now = self.clock.now();
        // Mostly the answer is no, and needs no lock that others want.
        let undecided = |state: &State| !state.closed && idle(state, now);
        match tenant.lock() {
            Some(state) if undecided(&state) => {}
            Some(state) => return state.closed,
            None => return false,
        }
        let mut tenants = self.tenants.write().unwrap_or_else(PoisonError::into_inner);
        let Some(mut state) = tenant.lock() else { return false };
        if undecided(&state) {
            state.closed = true;
            tenants.remove(&tenant.id);
        }
        state.closed
    }

    /// The logs have begun another life: everybody here fetches anew, and whoever comes next loads it.
    pub(crate) fn begin_again(&self, tenant: &Tenant) {
        if let Some(mut state) = tenant.lock() {
            tracing::warn!(tenant = tenant.id.0, "the log is another one than before; beginning anew");
            state.end(End::Resync, self.clock.now(), |_| true);
        }
        self.forget(tenant, |_, _| true);
        tenant.nudge();
    }

    /// Ends all connections with "resume": their clients go to another node, or come back.
    pub(crate) fn send_away(&self) {
        for tenant in self.all() {
            if let Some(mut state) = tenant.lock() {
                state.end(End::Resume, self.clock.now(), |_| true);
            }
        }
    }

    /// Tells the other nodes.
    pub(crate) fn publish(&self, tenant: TenantId, note: &NodeNote) {
        if self.peer.is_alone() {
            return;
        }
        match serde_json::to_vec(note) {
            Ok(payload) => self.peer.publish(Note::Signal { tenant, payload: payload.into() }),
            Err(e) => tracing::error!(error = %e, "a signal cannot be written"),
        }
    }
}

/// How much the hub holds, for metrics.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stats {
    /// Organizations with a task here.
    pub tenants: usize,
    /// Open connections.
    pub connections: usize,
    /// Events that the organization furthest behind has heard of and not yet delivered.
    pub behind: u64,
}

/// See the module.
pub struct Hub(Arc<Shared>);

impl Hub {
    /// The hub of this process. To be called within a Tokio runtime, which carries its tasks.
    pub fn new(db: Db, bus: &Bus, clock: Arc<dyn Clock>, options: Options) -> Result<Arc<Self>> {
        let runtime = tokio::runtime::Handle::try_current().map_err(Error::internal)?;
        let peer = bus.join();
        let listener = peer.subscribe();
        let polls = options.poll.is_some() || !db.is_embedded();
        let shared = Arc::new(Shared {
            bounds: Bounds { frames: options.queue_frames, bytes: options.queue_bytes },
            poll_now: Notify::new(),
            sealer: Sealer::new(options.cursor_key.expose()),
            peer,
            db,
            clock,
            options,
            stopped: AtomicBool::new(false),
            tenants: RwLock::default(),
            ids: AtomicU64::new(1),
        });
        runtime.spawn(bus_link::listen(Arc::downgrade(&shared), listener));
        if polls {
            runtime.spawn(poll::run(Arc::downgrade(&shared)));
        }
        Ok(Arc::new(Self(shared)))
    }

    /// Takes events that were committed on this node, from any thread. Never waits. Batches may overtake each other;
    /// each organization's events are delivered in the order of their numbers.
    pub fn committed(&self, events: Vec<Logged>) {
        let mut rest = events.into_iter().peekable();
        while let Some(first) = rest.next() {
            let tenant = first.tenant;
            let mut seq = first.seq;
            let mut same = vec![first];
            while let Some(event) = rest.next_if(|e| e.tenant == tenant) {
                seq = seq.max(event.seq);
                same.push(event);
            }
            if let Some(tenant) = self.0.loaded(tenant) {
                tenant.put_events(same.into_iter());
            }
            self.0.peer.publish(Note::Wake { tenant, seq });
        }
    }

    /// Lets a viewer in, whom the caller has authenticated. `cursor`: where they left off; `scopes`: what their token
    /// may be used for, or [`Scopes::FULL`].
    ///
    /// Errors: `invalid` at `cursor` when it is made up or of another viewer; `unauthenticated` when the member,
    /// session or token is gone; `conflict` with too many connections of one viewer; `busy` when the organization has
    /// too many, or the server cannot take anyone at the moment.
    pub async fn connect(
        &self,
        tenant: TenantId,
        viewer: Viewer,
        cursor: Option<&str>,
        scopes: Scopes,
    ) -> Result<Connection> {
        connect::connect(&self.0, tenant, viewer, cursor, scopes).await
    }

    /// The cursor at a place of the log as this viewer gets it, for what is fetched before the stream begins. `role`: of
    /// a member; sealed for guests and outside people.
    pub fn cursor(&self, tenant: TenantId, viewer: &Viewer, role: Option<Role>, at: LogPlace) -> String {
        deliver::cursor(&self.0, tenant, viewer, role, at)
    }

    /// Passes something of the moment on, after the caller has checked that its author may be there.
    pub fn signal(&self, tenant: TenantId, signal: Signal) {
        let note = NodeNote::Signal(signal);
        match self.0.loaded(tenant) {
            Some(tenant) => tenant.put_note(None, note),
            None => self.0.publish(tenant, &note),
        }
    }

    /// Who is there; who is not in it is offline.
    pub fn presence(&self, tenant: TenantId) -> HashMap<MemberId, Presence> {
        self.with(tenant, |state, now| {
            let shown = |id| (id, board::show(&state.index, id, state.seen(id, now)));
            state.board.known().into_iter().map(shown).filter(|(_, p)| *p != Presence::Offline).collect()
        })
        .unwrap_or_default()
    }

    /// Whether a member is at one of their devices now, whatever presence they chose to show.
    pub fn is_online(&self, tenant: TenantId, member: MemberId) -> bool {
        self.with(tenant, |state, now| state.seen(member, now) == Some(Seen::Online)).unwrap_or(false)
    }

    /// Whether any of an inbox's agents shows as online.
    pub fn inbox_online(&self, tenant: TenantId, inbox: InboxId) -> bool {
        self.with(tenant, |state, now| {
            let online =
                |id: &MemberId| board::show(&state.index, *id, state.seen(*id, now)) == Presence::Online;
            state.index.members_of(inbox.0).is_some_and(|agents| agents.iter().any(online))
        })
        .unwrap_or(false)
    }

    /// Ends the connections made with a personal token that was withdrawn, on all nodes.
    pub fn end_token(&self, tenant: TenantId, token: TokenId) {
        self.end(tenant, Ending::Token(token));
    }

    /// Ends a contact's connections, on all nodes.
    pub fn end_contact(&self, tenant: TenantId, contact: ContactId) {
        self.end(tenant, Ending::Contact(contact));
    }

    /// Ends a reporter's connections, when their tracking link is replaced, on all nodes.
    pub fn end_reporter(&self, tenant: TenantId, reporter: ReporterId) {
        self.end(tenant, Ending::Reporter(reporter));
    }

    /// Ends all connections with "resume" and takes no more: the clients go to another node, or come back after the
    /// restart.
    pub fn shutdown(&self) {
        self.0.stopped.store(true, Ordering::Release);
        self.0.send_away();
        for tenant in self.0.all() {
            self.0.forget(&tenant, |_, _| true);
            tenant.nudge();
        }
    }

    /// Whether the other nodes hear this one.
    pub fn bus(&self) -> Health {
        self.0.peer.health()
    }

    /// How much it holds.
    pub fn stats(&self) -> Stats {
        let all = self.0.all();
        let connections = all.iter().filter_map(|t| t.lock().map(|state| state.connections)).sum();
        let behind = all.iter().map(|t| t.behind()).max().unwrap_or(0);
        Stats { tenants: all.len(), connections, behind }
    }

    fn with<T>(&self, tenant: TenantId, ask: impl FnOnce(&State, Millis) -> T) -> Option<T> {
        let tenant = self.0.loaded(tenant)?;
        let state = tenant.lock()?;
        Some(ask(&state, self.0.clock.now()))
    }

    fn end(&self, tenant: TenantId, ending: Ending) {
        let now = self.0.clock.now();
        if let Some(loaded) = self.0.loaded(tenant)
            && let Some(mut state) = loaded.lock()
        {
            state.take_away(ending, now);
        }
        self.0.publish(tenant, &NodeNote::End(ending));
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.shutdown();
    }
}

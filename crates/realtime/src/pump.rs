//! One organization's task: puts events in order, fills gaps from the log, delivers, and looks at the board once a
//! second.
//!
//! Events of several batches may overtake each other on their way here, and those of other nodes do not come at all: the
//! log is read when a gap lasts, and when the bus or the poll says that it is further.

use crate::{
    board::Changes,
    deliver::Touched,
    flush::Flushing,
    hub::Shared,
    options::{CHUNK, FILL, GAP, IDLE, TICK},
    outbox::End,
    signal::{NodeNote, Signal, Typing},
    state::State,
    tenant::{self, Tenant},
};
use portico_store::Logged;
use portico_types::Result;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::time::{Instant, MissedTickBehavior};

/// After a failed look at the log, this long until the next.
const RETRY: Duration = Duration::from_millis(500);

struct Pump {
    hub: Arc<Shared>,
    tenant: Arc<Tenant>,
    delivered: i64,
    waiting: BTreeMap<i64, Logged>,
    /// When the log is to be read for what is missing.
    look_at: Option<Instant>,
    flushing: Flushing,
}

/// Whatever ends the task, nobody stays connected to an organization without one.
struct Guard(Arc<Shared>, Arc<Tenant>);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(mut state) = self.1.lock() {
            state.end(End::Resume, self.0.clock.now(), |_| true);
        }
        self.0.forget(&self.1, |_, _| true);
    }
}

/// Runs until the organization is forgotten. `delivered`: the number its state is true at.
pub(crate) async fn run(hub: Arc<Shared>, tenant: Arc<Tenant>, delivered: i64) {
    let _guard = Guard(Arc::clone(&hub), Arc::clone(&tenant));
    hub.publish(tenant.id, &NodeNote::Ask);
    let mut pump = Pump {
        hub,
        tenant,
        delivered,
        waiting: BTreeMap::new(),
        look_at: None,
        flushing: Flushing::default(),
    };
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        if pump.take_arrived().await {
            pump.fill().await;
        }
        let look_at = pump.look_at;
        tokio::select! {
            () = pump.tenant.filled() => {}
            _ = tick.tick() => {
                pump.tick().await;
                if pump.is_over() {
                    return;
                }
            }
            () = at(look_at) => pump.fill().await,
        }
    }
}

async fn at(when: Option<Instant>) {
    match when {
        Some(when) => tokio::time::sleep_until(when).await,
        None => std::future::pending().await,
    }
}

/// What other nodes are to be told.
#[derive(Default)]
struct Onward {
    typing: Vec<Typing>,
    /// Who is around there.
    asks: bool,
}

impl Pump {
    /// Whether the organization has been forgotten, or is now: nobody has been here for a while.
    fn is_over(&self) -> bool {
        self.hub.forget(&self.tenant, |state, now| {
            state.connections == 0 && now.0 - state.empty_since.0 >= IDLE && !state.board.is_waiting(now)
        })
    }

    /// Takes what has arrived and delivers what follows without a gap. Says whether the log is to be read now.
    async fn take_arrived(&mut self) -> bool {
        let arrived = self.tenant.arrived();
        let delivered = self.delivered;
        self.waiting.extend(arrived.events.into_iter().filter(|e| e.seq > delivered).map(|e| (e.seq, e)));
        self.deliver_waiting().await;
        self.take_notes(arrived.notes).await;
        if !self.waiting.is_empty() && self.look_at.is_none() {
            self.look_at = Some(Instant::now() + GAP);
        }
        arrived.check || arrived.wake > self.delivered
    }

    async fn deliver_waiting(&mut self) {
        let mut ready = Vec::new();
        while let Some(next) = self.waiting.remove(&(self.delivered + ready.len() as i64 + 1)) {
            ready.push(next);
            if ready.len() == CHUNK {
                self.deliver(&std::mem::take(&mut ready)).await;
            }
        }
        self.deliver(&ready).await;
        if self.waiting.is_empty() {
            self.look_at = None;
        }
    }

    /// Delivers events that follow the last one.
    async fn deliver(&mut self, events: &[Logged]) {
        let Some(last) = events.last() else { return };
        let touched = match self.tenant.lock() {
            Some(mut state) => state.deliver(&self.hub, events),
            None => return,
        };
        self.delivered = last.seq;
        self.tenant.progress.send_replace(last.seq);
        self.flushing.flush(touched).await;
        tokio::task::yield_now().await;
    }

    /// Reads the log up to its end.
    async fn fill(&mut self) {
        self.look_at = None;
        if let Err(e) = self.read_log().await {
            tracing::warn!(tenant = self.tenant.id.0, error = %e, "the event log cannot be read; trying again");
            self.look_at = Some(Instant::now() + RETRY);
        }
    }

    async fn read_log(&mut self) -> Result<()> {
        loop {
            let after = self.delivered;
            let page = self.hub.db.read(self.tenant.id, move |r| r.events_after(after, FILL)).await?;
            let Some(first) = page.first() else { break };
            if first.seq != after + 1 {
                // What is missing is older than the log reaches back.
                return self.begin_anew().await;
            }
            let full = page.len() as i64 == FILL;
            for chunk in page.chunks(CHUNK) {
                self.deliver(chunk).await;
            }
            if !full {
                break;
            }
        }
        let delivered = self.delivered;
        self.waiting.retain(|seq, _| *seq > delivered);
        self.deliver_waiting().await;
        if self.waiting.is_empty() {
            return Ok(());
        }
        // Later events came while the log was read. Those before them are in it by now.
        self.look_at = Some(Instant::now() + GAP);
        Ok(())
    }

    /// Sends everybody to fetch anew and starts from what the store says now.
    async fn begin_anew(&mut self) -> Result<()> {
        let (index, last) = tenant::snapshot(&self.hub, self.tenant.id).await?;
        tracing::warn!(
            tenant = self.tenant.id.0,
            from = self.delivered,
            to = last,
            "events are gone from the log; beginning anew"
        );
        if let Some(mut state) = self.tenant.lock() {
            state.end(End::Resync, self.hub.clock.now(), |_| true);
            state.index = index;
            state.listeners.forget();
            // It does not say who is other than before.
            state.board.doubt();
            state.delivered = last;
        }
        self.delivered = last;
        self.waiting.retain(|seq, _| *seq > last);
        self.tenant.progress.send_replace(last);
        Ok(())
    }

    async fn take_notes(&mut self, notes: Vec<(Option<u64>, NodeNote)>) {
        if notes.is_empty() {
            return;
        }
        let (onward, touched) = self.hear(notes);
        self.flushing.flush(touched).await;
        if onward.asks {
            self.hub.publish(self.tenant.id, &NodeNote::Ask);
        }
        for typing in onward.typing {
            self.hub.publish(self.tenant.id, &NodeNote::Signal(Signal::Typing(typing)));
        }
    }

    /// Acts on notes: what other nodes are to be told, and whose queues were touched.
    fn hear(&self, notes: Vec<(Option<u64>, NodeNote)>) -> (Onward, Touched) {
        let now = self.hub.clock.now();
        let (mut onward, mut touched) = (Onward::default(), Touched::new());
        let Some(mut state) = self.tenant.lock() else { return (onward, touched) };
        state.expire(now);
        for (node, note) in notes {
            match (node, note) {
                (None, NodeNote::Signal(Signal::Typing(typing))) => {
                    if let Some(typing) = state.typing.take(typing, now) {
                        state.tell_typing(&self.hub, &typing, &mut touched);
                        onward.typing.push(typing);
                    }
                }
                // Another node has thinned it out.
                (Some(_), NodeNote::Signal(Signal::Typing(typing))) => {
                    state.tell_typing(&self.hub, &typing, &mut touched);
                }
                (Some(node), NodeNote::Here { full, people, viewing }) => {
                    state.board.hear(node, full, people, viewing, now);
                }
                (Some(_), NodeNote::Ask) => state.board.ask(),
                // What was said of the moment is lost both ways.
                (None, NodeNote::Ask) => {
                    state.board.ask();
                    onward.asks = true;
                }
                (_, NodeNote::End(ending)) => state.take_away(ending, now),
                (None, NodeNote::Here { .. }) => {}
            }
        }
        (onward, touched)
    }

    /// What is due each second.
    async fn tick(&mut self) {
        let Some((typing, changes, touched)) = self.look() else { return };
        self.flushing.flush(touched).await;
        for typing in typing {
            self.hub.publish(self.tenant.id, &NodeNote::Signal(Signal::Typing(typing)));
        }
        for note in NodeNote::here(changes.full, changes.people, changes.rooms) {
            self.hub.publish(self.tenant.id, &note);
        }
    }

    /// Ends who has expired and tells everybody here what has changed on the board.
    fn look(&self) -> Option<(Vec<Typing>, Changes, Touched)> {
        let now = self.hub.clock.now();
        let mut guard = self.tenant.lock()?;
        let state: &mut State = &mut guard;
        state.expire(now);
        let mut touched = Touched::new();
        let typing = state.typing.due(now);
        for typing in &typing {
            state.tell_typing(&self.hub, typing, &mut touched);
        }
        let mut changes = state.look(now, self.hub.peer.is_alone());
        state.tell_presence(&self.hub, &std::mem::take(&mut changes.presence), &mut touched);
        for (place, member_ids) in std::mem::take(&mut changes.viewing) {
            state.tell_viewing(&self.hub, &place, member_ids, &mut touched);
        }
        Some((typing, changes, touched))
    }
}

//! An open connection as its adapter holds it: frames come out, in batches to be written at once.

use crate::{
    End, Line, Need, Place,
    deliver::{Telling, alike},
    hub::Shared,
    options::PAGE,
    outbox::Pushed,
    state::Conn,
    tenant::Tenant,
};
use bytes::Bytes;
use portico_types::Result;
use std::{
    future::poll_fn,
    sync::Arc,
    task::{Context, Poll},
};

/// What the client is told first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ready {
    /// Where the stream begins.
    pub cursor: String,
    /// Whether everything since the client's own cursor follows. If it gave one and this is `false`, it fetches anew.
    pub resumed: bool,
}

/// What there is to write.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Batch {
    /// Frames in the adapter's envelope, to be written in one go.
    Frames(Vec<Bytes>),
    /// Nothing follows: tell the client why and close.
    End(End),
}

/// The stretch of the log a resuming connection reads before what is live.
pub(crate) struct Replay {
    /// The last number read.
    pub(crate) next: i64,
    /// The last number to read.
    pub(crate) until: i64,
}

/// See the module. Dropping it leaves.
pub struct Connection {
    controls: Controls,
    ready: Ready,
    replay: Option<Replay>,
}

/// What a client may say about itself.
#[derive(Clone)]
pub struct Controls {
    hub: Arc<Shared>,
    tenant: Arc<Tenant>,
    conn: Arc<Conn>,
}

impl Controls {
    /// Whether somebody is at this device. Say so at least every five minutes; else they count as away.
    pub fn set_active(&self, active: bool) {
        self.tenant.set_active(&self.conn, active, self.hub.clock.now());
    }

    /// Puts a frame of the adapter's own behind what waits. It is lost when much waits: for answers a client asks for.
    pub fn answer(&self, frame: Bytes) {
        if self.conn.outbox.push_loose(&frame, self.hub.bounds) == Pushed::First {
            self.conn.outbox.send();
        }
    }

    /// Which room is looked at, after the caller has checked that it may be. Others on the team's side are told.
    pub fn set_viewing(&self, place: Option<Place>) {
        let (Some(member), Some(mut state)) = (self.conn.viewer.member(), self.tenant.lock()) else { return };
        // A connection that has ended must not leave its trace on the board.
        if self.conn.outbox.ended().is_none() {
            state.board.view(self.conn.id, member, place);
        }
    }
}

impl Connection {
    pub(crate) fn new(
        hub: Arc<Shared>,
        tenant: Arc<Tenant>,
        conn: Arc<Conn>,
        ready: Ready,
        replay: Option<Replay>,
    ) -> Self {
        Self { controls: Controls { hub, tenant, conn }, ready, replay }
    }

    /// What the client is told first.
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// For what the client says.
    pub fn controls(&self) -> &Controls {
        &self.controls
    }

    /// What was missed, a page at a time; nothing once all of it was given.
    pub async fn missed(&mut self) -> Option<Batch> {
        loop {
            let Replay { next, until } = *self.replay.as_ref()?;
            match self.page(next).await {
                Ok(Some((frames, read))) => {
                    self.replay = (read < until).then_some(Replay { next: read, until });
                    if let Some(end) = self.controls.conn.outbox.ended() {
                        return Some(Batch::End(end));
                    }
                    if !frames.is_empty() {
                        return Some(Batch::Frames(frames));
                    }
                }
                Ok(None) => return Some(self.end(End::Resync)),
                Err(e) => {
                    tracing::warn!(tenant = self.controls.tenant.id.0, error = %e, "a connection cannot resume now");
                    return Some(self.end(End::Resume));
                }
            }
        }
    }

    /// Everything there is to write now; waits until there is something. After an end, the end again. Cancel-safe:
    /// what was not handed out comes with the next call.
    pub async fn next(&mut self) -> Batch {
        if let Some(batch) = self.missed().await {
            return batch;
        }
        let conn = &self.controls.conn;
        match poll_fn(|cx| conn.outbox.poll_take(cx)).await {
            Ok(frames) => Batch::Frames(frames),
            Err(end) => Batch::End(end),
        }
    }

    /// From here on the hub writes to `line` itself, beginning with what waits; the adapter, which has written all that
    /// was [`missed`](Self::missed), waits to be needed.
    pub fn open(&self, line: Arc<dyn Line>) {
        self.controls.conn.outbox.open(line);
    }

    /// What the adapter with an open line is needed for.
    pub fn poll_need(&self, cx: &mut Context<'_>) -> Poll<Need> {
        self.controls.conn.outbox.poll_need(cx)
    }

    /// Writes what waits, after the client takes more.
    pub fn flush(&self) {
        self.controls.conn.outbox.flush();
    }

    fn end(&mut self, end: End) -> Batch {
        self.replay = None;
        self.controls.conn.outbox.end(end);
        self.leave();
        Batch::End(self.controls.conn.outbox.ended().unwrap_or(end))
    }

    /// Reads one page of the log and makes the frames this viewer may have now, with the number read up to. Nothing
    /// when the log does not reach back that far any more.
    async fn page(&self, after: i64) -> Result<Option<(Vec<Bytes>, i64)>> {
        let Controls { hub, tenant, conn } = &self.controls;
        let page = hub.db.read(tenant.id, move |r| r.events_after(after, PAGE)).await?;
        let (Some(first), Some(last)) = (page.first(), page.last()) else { return Ok(None) };
        if first.seq != after + 1 {
            return Ok(None);
        }
        let mut frames = Vec::new();
        if let Some(state) = tenant.lock() {
            let mut rest = &page[..page.partition_point(|e| e.seq <= conn.after)];
            while !rest.is_empty() {
                let (run, after) = rest.split_at(alike(rest));
                frames.extend_from_slice(Telling::new(hub, &state.index, run).frames(
                    hub,
                    &state.index,
                    conn,
                ));
                rest = after;
            }
        }
        Ok(Some((frames, last.seq)))
    }

    fn leave(&self) {
        let Controls { hub, tenant, conn } = &self.controls;
        if let Some(mut state) = tenant.lock() {
            state.remove(conn, hub.clock.now());
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // For those who still hold the controls.
        self.controls.conn.outbox.end(End::Resume);
        self.leave();
    }
}

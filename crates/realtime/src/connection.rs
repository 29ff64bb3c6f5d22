//! An open connection as its adapter holds it: frames come out, in batches to be written at once.

use crate::{End, Place, deliver::Telling, hub::Shared, options::PAGE, state::Conn, tenant::Tenant};
use bytes::Bytes;
use portico_types::Result;
use std::sync::Arc;

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
    /// Frames (JSON text, UTF-8), to be written in one go.
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

/// What a client may say about itself; cheap to clone, for the task that reads from the client.
#[derive(Clone)]
pub struct Controls {
    hub: Arc<Shared>,
    tenant: Arc<Tenant>,
    conn: Arc<Conn>,
}

impl Controls {
    /// Whether somebody is at this device. Say so at least every five minutes; else they count as away.
    pub fn set_active(&self, active: bool) {
        self.conn.set_active(active, self.hub.clock.now());
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

    /// For the task that reads from the client.
    pub fn controls(&self) -> Controls {
        self.controls.clone()
    }

    /// Everything there is to write now; waits until there is something. After an end, the end again. Cancel-safe:
    /// what was not handed out comes with the next call.
    pub async fn next(&mut self) -> Batch {
        let conn = Arc::clone(&self.controls.conn);
        loop {
            if let Some(replay) = &self.replay {
                let (next, until) = (replay.next, replay.until);
                match self.page(next).await {
                    Ok(Some((frames, read))) => {
                        self.replay = (read < until).then_some(Replay { next: read, until });
                        if let Some(end) = conn.outbox.ended() {
                            return Batch::End(end);
                        }
                        if !frames.is_empty() {
                            return Batch::Frames(frames);
                        }
                    }
                    Ok(None) => return self.end(End::Resync),
                    Err(e) => {
                        tracing::warn!(tenant = self.controls.tenant.id.0, error = %e, "a connection cannot resume now");
                        return self.end(End::Resume);
                    }
                }
                continue;
            }
            match conn.outbox.take() {
                Ok(Some(frames)) => return Batch::Frames(frames),
                Ok(None) => conn.outbox.filled().await,
                Err(end) => return Batch::End(end),
            }
        }
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
            for event in page.iter().filter(|e| e.seq <= conn.after) {
                frames.extend(Telling::new(&state.index, event).frame(hub, &state.index, conn));
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

//! Notes over NATS: one connection a process, made again whenever it breaks.
//!
//! Owns when to connect, when to try again, and what the operator is told. Nothing waits for NATS: what is said while it
//! is away is lost, and the listeners are told to look at the log.

use crate::{
    BACKLOG, Health, Note, Said, Servers,
    failure::Failure,
    wire::{self, Message, Wire},
};
use async_nats::{Client, Event, Subscriber};
use futures_util::StreamExt;
use portico_types::{Error, Result, Secret, TenantId};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{broadcast, mpsc},
    time::Instant,
};

/// Notes waiting to be sent at most; beyond, they are lost.
const QUEUE: usize = 4096;
/// Notes sent in one go at most.
const TOGETHER: usize = 256;
/// How long a connection, or the proof that it carries notes, may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The first and the longest time until NATS is tried again.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));
/// The time until NATS is tried again after it refused us: that takes an operator to mend.
const REFUSED: Duration = Duration::from_secs(10);
/// How often a connection is proven to carry notes: by one of our own that comes back within `PATIENCE`. A network that
/// loses everything without a word would look well for minutes otherwise.
const BEAT: Duration = Duration::from_secs(2);

impl Servers {
    /// Connects once and says whether notes would travel, in words for an operator.
    pub async fn check(&self, key: &Secret<[u8; 32]>, node: u64) -> std::result::Result<(), String> {
        let mut wire = Wire::new(key.expose(), node);
        Session::begin(self, &wire::subject(key.expose()), &mut wire).await.map(|_| ()).map_err(|f| f.text)
    }
}

/// The connection of this process to the others. Cheap to clone; with the last clone and listener it ends.
#[derive(Clone, Debug)]
pub struct Nats {
    outgoing: mpsc::Sender<(u64, Note)>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    node: u64,
    peers: AtomicU64,
    up: AtomicBool,
    trouble: RwLock<String>,
    notes: broadcast::Sender<(u64, Said)>,
}

impl Nats {
    pub(crate) fn start(servers: &Servers, key: &[u8; 32], node: u64) -> Result<Self> {
        let runtime = tokio::runtime::Handle::try_current().map_err(Error::internal)?;
        let (outgoing, queue) = mpsc::channel(QUEUE);
        let shared = Arc::new(Shared {
            node,
            peers: AtomicU64::new(0),
            up: AtomicBool::new(false),
            trouble: RwLock::new(format!("NATS at {} has not answered yet", servers.places())),
            notes: broadcast::Sender::new(BACKLOG),
        });
        let link = Link {
            servers: servers.clone(),
            subject: wire::subject(key),
            wire: Wire::new(key, node),
            shared: Arc::clone(&shared),
            queue,
        };
        runtime.spawn(link.run());
        Ok(Self { outgoing, shared })
    }

    pub(crate) fn next_peer(&self) -> u64 {
        self.shared.node.wrapping_add(self.shared.peers.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn notes(&self) -> &broadcast::Sender<(u64, Said)> {
        &self.shared.notes
    }

    pub(crate) fn is_up(&self) -> bool {
        self.shared.up.load(Ordering::Acquire)
    }

    pub(crate) fn health(&self) -> Health {
        if self.is_up() {
            return Health::Up;
        }
        Health::Down(self.shared.trouble.read().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// Sends to the other nodes, and to the other peers of this one. What does not fit is lost.
    pub(crate) fn publish(&self, from: u64, note: Note) {
        let _nobody = self.shared.notes.send((from, Said::Note(note.clone())));
        let _lost = self.outgoing.try_send((from, note));
    }
}

/// One connection, from its first proof on.
struct Session {
    client: Client,
    heard: Subscriber,
    events: mpsc::Receiver<Event>,
}

impl Session {
    /// Connects, subscribes and hears itself: only then is it sure that notes travel both ways, and that none is missed
    /// from here on.
    async fn begin(servers: &Servers, subject: &str, wire: &mut Wire) -> std::result::Result<Self, Failure> {
        let (tell, mut events) = mpsc::channel(64);
        let client = servers
            .login()
            .name("portico")
            .connection_timeout(PATIENCE)
            .subscription_capacity(1024)
            // Making a connection again is the link's own work: it knows what to say.
            .max_reconnects(1)
            .event_callback(move |event| {
                let tell = tell.clone();
                async move {
                    let _full = tell.try_send(event);
                }
            })
            .connect(servers.all())
            .await
            .map_err(|e| Failure::of(servers, &e))?;
        let at = servers.places();
        let broken =
            |e: &dyn fmt::Display| Failure { text: format!("NATS at {at} broke off: {e}"), refused: false };
        let mut heard = client.subscribe(subject.to_owned()).await.map_err(|e| broken(&e))?;
        if let Some(hello) = wire.seal(0, &Message::Hello) {
            client.publish(subject.to_owned(), hello).await.map_err(|e| broken(&e))?;
        }
        let own = async {
            loop {
                tokio::select! {
                    message = heard.next() => match message {
                        Some(message) if wire.is_own(&message.payload) => return Ok(()),
                        Some(_) => {}
                        None => return Err(broken(&"the connection was closed")),
                    },
                    Some(event) = events.recv() => if let Event::ServerError(e) = event {
                        let text = format!("NATS at {at} refuses: {e} (the user in --bus needs the subject {subject})");
                        return Err(Failure { text, refused: true });
                    },
                }
            }
        };
        match tokio::time::timeout(PATIENCE, own).await {
            Ok(Ok(())) => Ok(Self { client, heard, events }),
            Ok(Err(failure)) => Err(failure),
            Err(_) => Err(Failure { text: format!("NATS at {at} does not carry notes"), refused: false }),
        }
    }
}

/// The task that keeps the connection.
struct Link {
    servers: Servers,
    subject: String,
    wire: Wire,
    shared: Arc<Shared>,
    queue: mpsc::Receiver<(u64, Note)>,
}

impl Link {
    async fn run(mut self) {
        let mut wait = RETRY.0;
        let mut said = String::new();
        while !self.queue.is_closed() {
            match Session::begin(&self.servers, &self.subject, &mut self.wire).await {
                Ok(session) => {
                    tracing::info!(servers = self.servers.places(), "the bus is up");
                    self.turn(None);
                    let Some(why) = self.serve(session).await else { return };
                    tracing::warn!(
                        why,
                        "the bus is down; this node looks at the log instead until it is back"
                    );
                    said.clone_from(&why);
                    self.turn(Some(why));
                    wait = RETRY.0;
                }
                Err(failure) => {
                    if failure.text != said {
                        tracing::warn!(
                            why = failure.text,
                            "the bus is down; this node looks at the log instead until it is back"
                        );
                        said.clone_from(&failure.text);
                    }
                    self.turn(Some(failure.text));
                    wait = if failure.refused { REFUSED } else { (wait * 2).min(RETRY.1) };
                }
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// Remembers how it is, and tells the listeners when that is news.
    fn turn(&self, trouble: Option<String>) {
        let up = trouble.is_none();
        if let Some(text) = trouble {
            *self.shared.trouble.write().unwrap_or_else(PoisonError::into_inner) = text;
        }
        if self.shared.up.swap(up, Ordering::AcqRel) != up {
            let _nobody = self.shared.notes.send((0, Said::Missed));
        }
    }

    /// Carries notes until the connection breaks (and says why), or nobody is left to speak.
    async fn serve(&mut self, mut session: Session) -> Option<String> {
        let mut batch = Vec::new();
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut own = Instant::now();
        loop {
            tokio::select! {
                _ = beat.tick() => {
                    if own.elapsed() > PATIENCE {
                        return Some(format!("NATS at {} is silent", self.servers.places()));
                    }
                    if let Err(e) = self.beat(&session.client).await {
                        return Some(e);
                    }
                }
                message = session.heard.next() => match message {
                    Some(message) if self.wire.is_own(&message.payload) => own = Instant::now(),
                    Some(message) => self.hear(&message.payload),
                    None => return Some("the connection was closed".into()),
                },
                Some(event) = session.events.recv() => match event {
                    Event::SlowConsumer(_) => {
                        let _nobody = self.shared.notes.send((0, Said::Missed));
                    }
                    Event::Connected => {}
                    Event::Disconnected | Event::Closed | Event::LameDuckMode | Event::Draining => {
                        return Some(format!("the connection to NATS at {} broke", self.servers.places()));
                    }
                    Event::ServerError(e) => return Some(format!("NATS refuses: {e}")),
                    Event::ClientError(e) => return Some(e.to_string()),
                },
                count = self.queue.recv_many(&mut batch, TOGETHER) => {
                    if count == 0 {
                        return None;
                    }
                    if let Err(e) = self.send(&session.client, &mut batch).await {
                        return Some(e);
                    }
                }
            }
        }
    }

    /// Says something that only this node listens to.
    async fn beat(&mut self, client: &Client) -> std::result::Result<(), String> {
        match self.wire.seal(0, &Message::Hello) {
            Some(bytes) => self.put(client, bytes).await,
            None => Ok(()),
        }
    }

    /// Hands over to the client. A NATS that reads nothing must not hold up the task that notices that it is gone.
    async fn put(&self, client: &Client, bytes: bytes::Bytes) -> std::result::Result<(), String> {
        match tokio::time::timeout(PATIENCE, client.publish(self.subject.clone(), bytes)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(e)) => Err(e.to_string()),
            Err(_) => Err("NATS takes nothing any more".into()),
        }
    }

    fn hear(&self, bytes: &[u8]) {
        match self.wire.open(bytes) {
            Some((from, Message::Note(note))) => {
                let _nobody = self.shared.notes.send((from, Said::Note(note)));
            }
            Some((_, Message::Hello)) => {}
            None => tracing::debug!(bytes = bytes.len(), "something on the bus is no note of ours"),
        }
    }

    /// Sends what waited; of the wake-ups of an organization only the furthest.
    async fn send(
        &mut self,
        client: &Client,
        batch: &mut Vec<(u64, Note)>,
    ) -> std::result::Result<(), String> {
        let mut wakes: BTreeMap<(i64, u64), i64> = BTreeMap::new();
        let mut notes = Vec::with_capacity(batch.len());
        for (from, note) in batch.drain(..) {
            if let Note::Wake { tenant, seq } = note {
                let furthest = wakes.entry((tenant.0, from)).or_insert(seq);
                *furthest = seq.max(*furthest);
            } else {
                notes.push((from, note));
            }
        }
        let wakes = wakes
            .into_iter()
            .map(|((tenant, from), seq)| (from, Note::Wake { tenant: TenantId(tenant), seq }));
        for (from, note) in notes.into_iter().chain(wakes) {
            let Some(bytes) = self.wire.seal(from, &Message::Note(note)) else {
                tracing::warn!("a signal is too long for the bus and is lost");
                continue;
            };
            self.put(client, bytes).await?;
        }
        Ok(())
    }
}

//! The application under test.

use crate::{Person, place::Place};
use portico_core::{App, Command, Ctx, IdempotencyKey, Query};
use portico_domain::event::Event;
use portico_policy::{Actor, Reason};
use portico_store::{ClaimedJob, Db, Logged, Options};
use portico_types::{ManualClock, Millis, Result, SeededRng, TenantId};
use std::sync::{Arc, Mutex, PoisonError};

/// An application over an empty database.
pub struct TestApp {
    /// The application itself.
    pub app: App,
    /// Its clock. It stands still until it is moved.
    pub clock: Arc<ManualClock>,
    /// Everything committed so far, in order.
    pub events: Arc<Mutex<Vec<Logged>>>,
    #[cfg_attr(not(feature = "http"), expect(dead_code, reason = "only the HTTP surface adds some"))]
    pub(crate) listeners: Listeners,
    // Dropped last, after the application has let go of it.
    #[cfg_attr(
        not(feature = "http"),
        expect(dead_code, reason = "held until then; only tests of HTTP look at it")
    )]
    pub(crate) place: Place,
}

/// Whoever else hears what was committed, before the writer is answered.
type Listeners = Arc<Mutex<Vec<Box<dyn Fn(&[Logged]) + Send + Sync>>>>;

/// Where tests begin: a Thursday in November 2026, 12:00 UTC.
const START: Millis = Millis(1_795_694_400_000);

impl TestApp {
    pub(crate) fn open(place: Place) -> Self {
        Self::open_again(place, START, 7)
    }

    /// Over a database that may have something in it. A seed that was used on it makes the same ids again.
    pub(crate) fn open_again(place: Place, now: Millis, seed: u64) -> Self {
        let clock = Arc::new(ManualClock::at(now));
        let events = Arc::new(Mutex::new(Vec::new()));
        let listeners = Listeners::default();
        let (heard, told) = (Arc::clone(&events), Arc::clone(&listeners));
        // Few threads: many tests run side by side.
        let options = Options { lanes: 2, readers: 1, ..Options::new(place.engine()) };
        let db = Db::open(&options, move |logged| {
            for listener in told.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                listener(&logged);
            }
            heard.lock().unwrap_or_else(PoisonError::into_inner).extend(logged);
        })
        .expect("the database opens");
        let app = App::new(db, Arc::<ManualClock>::clone(&clock), SeededRng::new(seed));
        Self { app, clock, events, listeners, place }
    }

    /// A context for `who`, of this moment.
    pub fn ctx(&self, who: &Person) -> Ctx {
        self.app.ctx(who.tenant, who.actor())
    }

    /// A context for any actor.
    pub fn ctx_as(&self, tenant: TenantId, actor: Actor) -> Ctx {
        self.app.ctx(tenant, actor)
    }

    /// A context for a durable job.
    pub fn job_ctx(&self, tenant: TenantId) -> Ctx {
        self.app.ctx(tenant, Actor::System(Reason::Job))
    }

    /// Runs a command as `who`.
    pub async fn run<C: Command>(&self, who: &Person, command: C) -> Result<C::Out> {
        self.app.run(self.ctx(who), command).await
    }

    /// Runs a command as `who`, once for `key` and `what` is asked.
    pub async fn run_once<C: Command>(
        &self,
        who: &Person,
        key: &str,
        what: u8,
        command: C,
    ) -> Result<C::Out> {
        let ctx = self.ctx(who).once(IdempotencyKey { key: key.to_owned(), fingerprint: [what; 32] });
        self.app.run(ctx, command).await
    }

    /// Asks as `who`.
    pub async fn ask<Q: Query>(&self, who: &Person, query: Q) -> Result<Q::Out> {
        self.app.ask(self.ctx(who), query).await
    }

    /// Forgets the events so far and gives them, in order.
    pub fn take_events(&self) -> Vec<Logged> {
        std::mem::take(&mut *self.events.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The kinds of the events since the last `take_events`, which this is too.
    pub fn take_kinds(&self) -> Vec<&'static str> {
        self.take_events().iter().map(|e| Event::kind(&e.event)).collect()
    }

    /// Claims the next job that is due by the clock, as a worker would.
    pub async fn claim_job(&self) -> Option<ClaimedJob> {
        let now = portico_types::Clock::now(&*self.clock);
        self.app
            .db()
            .write_instance(move |tx| tx.claim_job(now, now.plus(Millis::MINUTE)))
            .await
            .expect("jobs can be claimed")
    }
}

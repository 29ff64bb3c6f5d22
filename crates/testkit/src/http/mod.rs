//! The whole HTTP surface in process: the router as the server wires it, and callers of every kind.
//!
//! ```no_run
//! portico_testkit::each_http(async |h| {
//!     let org = h.t.org("Acme").await;
//!     let me = h.as_member(&org.owner).get("/me").await.ok(200);
//!     assert_eq!(me["member"]["name"], "Olive Owner");
//! });
//! ```

mod answer;
mod ask;
mod caller;
mod described;
mod frozen;
pub mod pictures;

pub use answer::Answer;
pub use ask::Ask;
pub use caller::{Caller, escaped};
pub use frozen::Frozen;

use crate::{Person, TestApp, place};
use axum::{Router, middleware, response::IntoResponse};
use portico_api::Api;
use portico_blobs::{Blobs, image_worker::ImageWorker};
use portico_bus::Bus;
use portico_domain::session::{Scope, Scopes};
use portico_edge::{Edge, Known, Limiter, Problem, Site, Sockets};
use portico_policy::ManageAccess;
use portico_realtime::{Hub, Options};
use portico_store::{NewSession, NewToken, hash_secret};
use portico_types::{Clock, Error, ManualClock, MemberId, Millis, Secret, SessionId, TokenId};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// How often callers may knock, and how much they may bring.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Sign-in attempts at once, then one every so many ms.
    pub attempts: (u32, u32),
    /// Requests of people outside, likewise.
    pub public: (u32, u32),
    /// Largest upload, in bytes.
    pub file: u64,
}

impl Limits {
    /// Those of the server, but for uploads: 1 MiB is as good a limit as 25.
    pub const SERVER: Self = Self { attempts: (10, 6_000), public: (60, 500), file: 1 << 20 };
    /// So high that no test meets them.
    pub const NONE: Self = Self { attempts: (1_000_000, 1), public: (1_000_000, 1), ..Self::SERVER };
}

/// A session made for a member, with what is needed to use it.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub(crate) token: String,
    pub(crate) csrf: String,
}

/// The HTTP surface over a [`TestApp`].
pub struct HttpApp {
    /// The application below.
    pub t: TestApp,
    /// What the handlers hold.
    pub api: Api,
    pub(crate) router: Router,
    seats: Mutex<HashMap<MemberId, Seat>>,
    files: tempfile::TempDir,
}

/// Where the router answers to no one's surprise.
pub(crate) const HOST: &str = "chat.example.org";

impl HttpApp {
    async fn over(t: TestApp, limits: Limits, files: tempfile::TempDir) -> Self {
        let clock = || -> Arc<dyn Clock> { Arc::<ManualClock>::clone(&t.clock) };
        let known = Arc::new(Known::default());
        let mut options = Options::new(Secret::new([5; 32]), portico_api::outside);
        options.envelope = portico_api::envelope;
        let hub = Hub::new(t.app.db().clone(), &Bus::in_process(), clock(), options).expect("a hub starts");
        {
            let (known, hub) = (Arc::clone(&known), Arc::clone(&hub));
            let mut listeners = t.listeners.lock().unwrap_or_else(PoisonError::into_inner);
            listeners.push(Box::new(move |logged| {
                for e in logged {
                    known.hear(e.tenant, &e.event);
                }
                hub.committed(logged.to_vec());
            }));
        }
        let edge = Edge {
            app: t.app.clone(),
            site: Arc::new(Site { public_url: Some(format!("https://{HOST}")), behind_proxy: false }),
            known,
            attempts: Arc::new(Limiter::new(clock(), limits.attempts.0, limits.attempts.1)),
            public: Arc::new(Limiter::new(clock(), limits.public.0, limits.public.1)),
            sockets: Sockets::new(1_000),
        };
        let blobs = Blobs::open(files.path().join("files")).await.expect("a place for files");
        let api = Api {
            edge,
            hub,
            blobs: Arc::new(blobs),
            images: Arc::new(ImageWorker::new(pictures::worker())),
            max_file: limits.file,
        };
        let elsewhere = Router::new()
            .fallback(async || Problem(Error::not_found()).into_response())
            .layer(middleware::from_fn_with_state(api.edge.clone(), portico_edge::request_id));
        let router = portico_api::router(api.clone())
            .fallback_service(elsewhere)
            .layer(middleware::from_fn(portico_edge::harden))
            .with_state(api.clone());
        Self { t, api, router, seats: Mutex::default(), files }
    }

    /// Nobody.
    pub fn anonymous(&self) -> Caller<'_> {
        Caller::nobody(self)
    }

    /// A signed-in member, by bearer token.
    pub fn as_member(&self, who: &Person) -> Caller<'_> {
        Caller::member(self, who.clone(), false)
    }

    /// A signed-in member, by cookie, with its guard.
    pub fn as_browser(&self, who: &Person) -> Caller<'_> {
        Caller::member(self, who.clone(), true)
    }

    /// Whoever has this bearer secret.
    pub fn as_token(&self, secret: &str) -> Caller<'_> {
        Caller::bearer(self, secret)
    }

    /// The visitor with this token.
    pub fn as_contact(&self, token: &str) -> Caller<'_> {
        Caller::bearer(self, token)
    }

    /// The reporter with this tracking token.
    pub fn as_reporter(&self, token: &str) -> Caller<'_> {
        Caller::bearer(self, token)
    }

    /// A new personal token of `who`.
    pub async fn token(&self, who: &Person, scopes: &[Scope]) -> String {
        let ctx = self.t.ctx(who);
        let (secret, id): (_, TokenId) = (ctx.secret("pat_").expose().clone(), ctx.id());
        let (hash, member, now, scopes) = (hash_secret(&secret), who.id, ctx.now, Scopes::of(scopes));
        self.t
            .app
            .db()
            .write(who.tenant, 0, move |tx| {
                let permit = tx.access_organization::<ManageAccess>(&ctx.actor)?;
                let new = NewToken { id, member, hash, name: "test", scopes, at: now, expires_at: None };
                tx.insert_token(&permit, &new)
            })
            .await
            .expect("a token can be made");
        secret
    }

    /// Signs `who` in once more and gives the session's secret and id.
    pub async fn session(&self, who: &Person) -> (String, SessionId) {
        let (seat, id) = self.sit(who).await;
        (seat.token, id)
    }

    async fn sit(&self, who: &Person) -> (Seat, SessionId) {
        let ctx = self.t.ctx(who);
        let seat = Seat { token: ctx.secret("ps_").expose().clone(), csrf: ctx.secret("").expose().clone() };
        let (id, now, member, kept): (SessionId, _, _, _) = (ctx.id(), ctx.now, who.id, seat.clone());
        self.t
            .app
            .db()
            .write(who.tenant, 0, move |tx| {
                tx.insert_session(&NewSession {
                    id,
                    member,
                    hash: hash_secret(&kept.token),
                    csrf: &kept.csrf,
                    at: now,
                    expires_at: now.plus(180 * Millis::DAY),
                    user_agent: "testkit",
                    ip: "127.0.0.1",
                })
            })
            .await
            .expect("a session can be made");
        (seat, id)
    }

    /// The seat a member keeps over a test.
    pub(crate) async fn seat(&self, who: &Person) -> Seat {
        let known = self.seats.lock().unwrap_or_else(PoisonError::into_inner).get(&who.id).cloned();
        if let Some(seat) = known {
            return seat;
        }
        let (seat, _) = self.sit(who).await;
        self.seats.lock().unwrap_or_else(PoisonError::into_inner).insert(who.id, seat.clone());
        seat
    }

    /// Listens on the loopback, for what needs a real connection. Ends with the test's runtime.
    pub async fn serve(&self) -> std::net::SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let patience = portico_edge::Patience::default();
        tokio::spawn(portico_edge::listen(listener, self.router.clone(), patience, std::future::pending()));
        address
    }
}

/// Runs a test as [`crate::each`] does, with the limits of the server.
pub fn each_http(test: impl AsyncFn(HttpApp)) {
    each_within(Limits::SERVER, test);
}

fn each_within(limits: Limits, test: impl AsyncFn(HttpApp)) {
    for place in place::all() {
        eprintln!("on {place}");
        let t = TestApp::open(place);
        runtime().block_on(async { test(HttpApp::over(t, limits, directory()).await).await });
    }
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// In memory where there is such a place: these worlds are made by the hundred and outlive no crash.
pub(crate) fn directory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a temporary directory")
}

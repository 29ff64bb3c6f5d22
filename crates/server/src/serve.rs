//! Wiring a server: database, hub, workers, HTTP; and ending it so that nothing is lost.

use crate::{
    clock::SystemClock, config::Config, dice::SystemRng, files, keep::schedule::Scheduled, metrics, nodes,
    pages, say::say,
};
use axum::{Router, middleware};
use portico_api::Api;
use portico_blobs::image_worker::ImageWorker;
use portico_core::{App, people};
use portico_edge::{Edge, Known, Limiter, Patience, Site, Sockets};
use portico_jobs::Worker;
use portico_realtime::Hub;
use portico_store::{Db, Engine, Options};
use portico_types::{Clock, Error, Result, Rng, Secret};
use std::{
    fmt::Write,
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{net::TcpListener, sync::watch};

/// A server that is running.
pub(crate) struct Running {
    pub(crate) app: App,
    pub(crate) address: SocketAddr,
    pub(crate) url: String,
    stop: watch::Sender<bool>,
    hub: Arc<Hub>,
    http: tokio::task::JoinHandle<()>,
    worker: tokio::task::JoinHandle<()>,
    backups: Option<tokio::task::JoinHandle<()>>,
}

/// How long open requests may take to end.
const GRACE: Duration = Duration::from_secs(10);

/// Opens the database as the settings say.
pub(crate) fn open(
    config: &Config,
    woken: impl Fn(Vec<portico_store::Logged>) + Send + Sync + 'static,
) -> Result<Db> {
    Db::open(&Options::new(engine(config)?), woken)
}

/// Where the settings say the data is.
pub(crate) fn engine(config: &Config) -> Result<Engine> {
    match &config.database {
        Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            Ok(Engine::Postgres(url.clone()))
        }
        // Not repeated: it may hold a password.
        Some(_) => Err(Error::invalid(
            "database",
            "--database cannot be read; write postgres://user:password@host/name",
        )),
        None => Ok(Engine::Sqlite(config.data.clone())),
    }
}

/// Starts everything and listens.
pub(crate) async fn start(config: &Config) -> Result<Running> {
    std::fs::create_dir_all(&config.data).map_err(|e| {
        Error::internal(format!("cannot make the data directory {}: {e}", config.data.display()))
    })?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let known = Arc::new(Known::default());
    let hub_slot: Arc<OnceLock<Arc<Hub>>> = Arc::new(OnceLock::new());
    let db = {
        let (known, hub) = (Arc::clone(&known), Arc::clone(&hub_slot));
        let config = config.clone();
        // Opening blocks (migrations, the PostgreSQL client's own runtime), so it gets a thread.
        tokio::task::spawn_blocking(move || {
            open(&config, move |events| {
                for e in &events {
                    known.hear(e.tenant, &e.event);
                }
                if let Some(hub) = hub.get() {
                    hub.committed(events);
                }
            })
        })
        .await
        .map_err(Error::internal)??
    };
    let app = App::new(db.clone(), Arc::clone(&clock), SystemRng);
    let scheduled = Scheduled::new(config, db.clone(), Arc::clone(&clock), &mut SystemRng)?;
    let key = cursor_key(&app).await?;
    let bus = nodes::bus(config, &key)?;
    nodes::forget_together(&bus, &known);
    let mut options = portico_realtime::Options::new(key, portico_api::outside);
    options.envelope = portico_api::envelope;
    let hub = Hub::new(db, &bus, Arc::clone(&clock), options)?;
    // Nobody can be connected before this, so nothing that was committed until now was missed.
    let _first = hub_slot.set(Arc::clone(&hub));
    let blobs = Arc::new(files::open(config).await?);
    files::try_out(config, &blobs);
    let images = Arc::new(ImageWorker::new("/proc/self/exe"));
    let edge = Edge {
        app: app.clone(),
        site: Arc::new(Site { public_url: config.public_url.clone(), behind_proxy: config.behind_proxy }),
        known,
        // Ten tries at once, then one every six seconds.
        attempts: Arc::new(Limiter::new(Arc::clone(&clock), 10, 6_000)),
        public: Arc::new(Limiter::new(clock, 60, 500)),
        sockets: Sockets::new(config.sockets_per_address),
    };
    let api =
        Api { edge, hub: Arc::clone(&hub), blobs: Arc::clone(&blobs), images, max_file: config.max_file };
    // Beside the API too, a refusal has the form of errors and an id that is in the log.
    let pages = Router::new()
        .route("/widget/{key}", axum::routing::get(pages::panel))
        .fallback(pages::app)
        .layer(middleware::from_fn_with_state(api.edge.clone(), portico_edge::request_id))
        .with_state(api.clone());
    let router: Router = portico_api::router(api.clone())
        .fallback_service(pages)
        .layer(middleware::from_fn(portico_edge::harden))
        .layer(middleware::from_fn(metrics::measure))
        .with_state(api.clone());
    let listener = TcpListener::bind(&config.listen).await.map_err(|e| {
        Error::internal(format!("cannot listen on {}: {e}; choose another with --listen", config.listen))
    })?;
    let address = listener.local_addr().map_err(Error::internal)?;
    let (stop, stopped) = watch::channel(false);
    if let Some(address) = &config.metrics {
        metrics::listen(address, api, stopped.clone()).await?;
    }
    let worker = tokio::spawn(Worker { app: app.clone(), blobs }.run(stopped.clone()));
    let backups = scheduled.map(|s| tokio::spawn(s.run(stopped.clone())));
    let http = tokio::spawn(async move {
        let mut stopped = stopped;
        let stop = async move {
            // The sender going away is a stop too.
            let _gone = stopped.wait_for(|s| *s).await;
        };
        portico_edge::listen(listener, router, Patience::default(), stop).await;
    });
    let url = config.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    Ok(Running { app, address, url, stop, hub, http, worker, backups })
}

impl Running {
    /// Ends: sockets are told to come back, requests and the job in hand finish.
    pub(crate) async fn stop(self) {
        self.hub.shutdown();
        let _nobody_waits = self.stop.send(true);
        if tokio::time::timeout(GRACE, self.http).await.is_err() {
            tracing::warn!("some requests did not end in time");
        }
        if tokio::time::timeout(GRACE, self.worker).await.is_err() {
            tracing::warn!("a job did not end in time; it is done again at the next start");
        }
        if let Some(backups) = self.backups
            && tokio::time::timeout(GRACE, backups).await.is_err()
        {
            tracing::warn!("the claim of the scheduled backup stays until it runs out");
        }
    }
}

/// The key that seals outside people's cursors: made once, the same on every node and after every restart.
pub(crate) async fn cursor_key(app: &App) -> Result<Secret<[u8; 32]>> {
    const NAME: &str = "cursor_key";
    let mut fresh = [0; 32];
    SystemRng.fill(&mut fresh);
    let text = app
        .db()
        .write_instance(move |tx| {
            if let Some(known) = tx.setting(NAME)? {
                return Ok(known);
            }
            let mut text = String::new();
            for byte in fresh {
                // Writing into a String cannot fail.
                let _ = write!(text, "{byte:02x}");
            }
            tx.set_setting(NAME, &text)?;
            Ok(text)
        })
        .await?;
    let mut key = [0; 32];
    for (slot, pair) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
        let pair = std::str::from_utf8(pair).map_err(Error::internal)?;
        *slot = u8::from_str_radix(pair, 16).map_err(Error::internal)?;
    }
    Ok(Secret::new(key))
}

/// Serves until a signal comes.
pub(crate) async fn run(config: Config) -> Result<()> {
    let running = start(&config).await?;
    tracing::info!(address = %running.address, url = running.url, "portico serves");
    if people::setup_needed(&running.app).await? {
        let code = people::new_setup_code(&running.app).await?;
        let (url, code) = (&running.url, code.expose());
        say(format_args!(
            "\nPortico is new here. Set it up at\n\n  {url}/setup#{code}\n\nor type this code there: {code}\n"
        ));
    } else {
        say(format_args!("Portico runs at {}", running.url));
    }
    signal().await?;
    tracing::info!("stopping");
    running.stop().await;
    Ok(())
}

/// Waits for Ctrl-C or SIGTERM.
pub(crate) async fn signal() -> Result<()> {
    let mut term =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).map_err(Error::internal)?;
    tokio::select! {
        done = tokio::signal::ctrl_c() => done.map_err(Error::internal),
        _ = term.recv() => Ok(()),
    }
}

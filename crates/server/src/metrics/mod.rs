//! Figures for whoever watches the server, as Prometheus reads them, on a listener of their own (`metrics` in the
//! settings). Never names, ids or texts of people: only how much, how often and how long.

mod http;
mod process;
mod text;

pub(crate) use http::measure;

use axum::{Router, extract::State, http::header, response::IntoResponse, routing::get};
use portico_api::Api;
use portico_edge::Patience;
use portico_realtime::{BusHealth, TOLD};
use portico_store::STATS;
use portico_types::{Error, Result};
use std::time::Duration;
use text::Page;
use tokio::{net::TcpListener, sync::watch};

/// How long the database may take to answer before it counts as gone.
const PATIENCE: Duration = Duration::from_secs(5);

/// Serves `GET /metrics` at `address` until `stopped`.
pub(crate) async fn listen(address: &str, api: Api, mut stopped: watch::Receiver<bool>) -> Result<()> {
    let listener = TcpListener::bind(address).await.map_err(|e| {
        Error::internal(format!("cannot show metrics on {address}: {e}; choose another with --metrics"))
    })?;
    let bound = listener.local_addr().map_err(Error::internal)?;
    if bound.ip().is_loopback() {
        tracing::info!(address = %bound, "metrics are shown");
    } else {
        tracing::warn!(address = %bound, "metrics are shown to everybody who reaches this address; let only your monitoring");
    }
    let router = Router::new().route("/metrics", get(page)).with_state(api);
    tokio::spawn(async move {
        let stop = async move {
            // The sender going away is a stop too.
            let _gone = stopped.wait_for(|s| *s).await;
        };
        portico_edge::listen(listener, router, Patience::default(), stop).await;
    });
    Ok(())
}

async fn page(State(api): State<Api>) -> impl IntoResponse {
    let mut page = Page::default();
    let labels = format!("version=\"{}\"", env!("CARGO_PKG_VERSION"));
    page.begin("portico_build_info", "gauge", "Always 1; its labels say what runs.");
    page.value("portico_build_info", &labels, 1);
    parts(&mut page, &api).await;
    http::write(&mut page);
    hub(&mut page, &api);
    store(&mut page);
    process::write(&mut page);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page.text())
}

const UP: &str = "portico_part_up";

/// Database, bus and bucket: up or not; and the jobs, which only the database knows.
async fn parts(page: &mut Page, api: &Api) {
    let now = api.edge.app.clock().now();
    let known = api.edge.app.db().read_instance(move |tx| Ok((tx.count_jobs(now)?, tx.backup_state()?)));
    let (known, files) = tokio::join!(tokio::time::timeout(PATIENCE, known), api.blobs.answers());
    let known = known.ok().and_then(std::result::Result::ok);
    page.begin(UP, "gauge", "Whether a part answers: 1 or 0. There is no bus line on a node alone.");
    page.value(UP, "part=\"database\"", u8::from(known.is_some()));
    match api.hub.bus() {
        BusHealth::Alone => {}
        BusHealth::Up => page.value(UP, "part=\"bus\"", 1),
        BusHealth::Down(_) => page.value(UP, "part=\"bus\"", 0),
    }
    page.value(UP, "part=\"files\"", u8::from(files));
    if let Some(((due, failed), backup)) = known {
        page.gauge("portico_jobs_due", "Jobs that could be done now, in the whole installation.", due);
        page.gauge(
            "portico_jobs_failed",
            "Jobs laid aside after their last try, in the whole installation.",
            failed,
        );
        page.gauge(
            "portico_backup_good_timestamp_seconds",
            "When the last good scheduled backup was made, in the whole installation; 0 where none was.",
            backup.good_at.map_or(0, |at| at.0 / 1_000),
        );
        page.gauge(
            "portico_backup_bytes",
            "Size of the last good scheduled backup; 0 where none was.",
            backup.good_size.unwrap_or(0),
        );
        page.gauge(
            "portico_backup_failed",
            "Whether the last scheduled backup failed: 1 or 0.",
            u8::from(backup.failure.is_some()),
        );
    }
}

fn hub(page: &mut Page, api: &Api) {
    let stats = api.hub.stats();
    page.gauge("portico_sockets", "Streams open at this node.", stats.connections);
    page.gauge(
        "portico_hub_organizations",
        "Organizations somebody is connected to at this node.",
        stats.tenants,
    );
    page.gauge(
        "portico_hub_behind_events",
        "Events that the organization furthest behind has heard of and not yet told its streams.",
        stats.behind,
    );
    page.counter(
        "portico_deliveries_total",
        "Events put into the queue of a stream, once for each stream.",
        TOLD.deliveries.get(),
    );
    page.counter(
        "portico_streams_too_slow_total",
        "Streams ended because they read too slowly.",
        TOLD.too_slow.get(),
    );
}

fn store(page: &mut Page) {
    page.counter("portico_events_total", "Events committed by this node.", STATS.events.get());
    page.gauge("portico_write_queue", "Commands waiting in the write lanes.", STATS.lane_waiting.get());
    page.counter(
        "portico_write_refused_total",
        "Commands refused because their lane was full.",
        STATS.lane_full.get(),
    );
    page.begin("portico_write_batch_commands", "histogram", "Commands that shared a commit.");
    page.histogram("portico_write_batch_commands", "", &STATS.batch, 1.0);
    page.begin(
        "portico_write_commit_seconds",
        "histogram",
        "From the beginning of a batch to the end of its commit.",
    );
    page.histogram("portico_write_commit_seconds", "", &STATS.commit, 1e6);
    page.counter(
        "portico_write_batch_failures_total",
        "Batches that failed; some were run again.",
        STATS.batch_failed.get(),
    );
    page.gauge("portico_read_queue", "Queries waiting for a reader.", STATS.read_waiting.get());
    page.counter(
        "portico_read_refused_total",
        "Queries refused because too many waited.",
        STATS.read_full.get(),
    );
}

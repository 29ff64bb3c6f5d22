//! Two nodes on one PostgreSQL share the work: each job is done by one of them, and a dead node's by the other.
//! Runs where `PORTICO_TEST_POSTGRES` names a server.
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use portico_blobs::Blobs;
use portico_core::{App, files};
use portico_domain::organization::Organization;
use portico_jobs::Worker;
use portico_store::{Db, Engine, Job, Options};
use portico_testkit::Database;
use portico_types::{Clock, Id, JobId, ManualClock, Millis, OrganizationId, SeededRng, TenantId};
use std::{path::Path, sync::Arc};

async fn node(database: &Database, clock: &Arc<ManualClock>, files: &Path) -> Worker {
    let options = Options { lanes: 2, readers: 1, ..Options::new(Engine::Postgres(database.url())) };
    let db = tokio::task::spawn_blocking(move || Db::open(&options, |_| {})).await.unwrap().unwrap();
    let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(clock);
    let blobs = Arc::new(Blobs::open(files).await.unwrap());
    Worker { app: App::new(db, clock, SeededRng::new(1)), blobs }
}

fn id(n: u8) -> Id {
    Id([n; 16])
}

async fn give(worker: &Worker, tenant: TenantId, jobs: std::ops::Range<u8>) {
    let now = worker.app.clock().now();
    worker
        .app
        .db()
        .write(tenant, 0, move |tx| {
            for n in jobs.clone() {
                let payload = serde_json::to_string(&files::DeleteBytes { sha256: [n; 32] }).unwrap();
                tx.enqueue(JobId(id(n)), now, &Job { kind: files::DELETE_BYTES, payload, run_at: now })?;
            }
            Ok(())
        })
        .await
        .unwrap();
}

/// Works until nothing is due; how many jobs it did.
async fn work(worker: Worker) -> usize {
    let mut done = 0;
    while worker.one().await.unwrap() {
        done += 1;
    }
    done
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_is_one_nodes_and_the_others_when_that_one_is_dead() {
    let Some(database) = Database::new() else { return };
    let (clock, dir) = (Arc::new(ManualClock::at(Millis(1_000))), tempfile::tempdir().unwrap());
    let a = node(&database, &clock, &dir.path().join("a")).await;
    let b = node(&database, &clock, &dir.path().join("b")).await;
    let row = Organization { id: OrganizationId(id(1)), slug: "acme".into(), name: "Acme".into() };
    let tenant = a.app.db().write_instance(move |tx| tx.create_organization(&row, Millis(1))).await.unwrap();

    give(&a, tenant, 0..60).await;
    let (by_a, by_b) = tokio::join!(tokio::spawn(work(a.clone())), tokio::spawn(work(b.clone())));
    let (by_a, by_b) = (by_a.unwrap(), by_b.unwrap());
    assert_eq!(by_a + by_b, 60, "each once: {by_a} and {by_b}");
    assert!(by_a > 0 && by_b > 0, "shared: {by_a} and {by_b}");

    // A node takes one and is never heard of again.
    give(&a, tenant, 60..61).await;
    let now = clock.now();
    let claim = portico_jobs::CLAIM;
    let taken = a.app.db().write_instance(move |tx| tx.claim_job(now, now.plus(claim))).await.unwrap();
    assert_eq!(taken.unwrap().id, JobId(id(60)));
    assert!(!b.one().await.unwrap(), "it is the other's");
    clock.advance(claim);
    assert!(!b.one().await.unwrap(), "to the last millisecond");
    clock.advance(1);
    assert!(b.one().await.unwrap());
    assert!(!a.one().await.unwrap() && !b.one().await.unwrap(), "done and forgotten");
}

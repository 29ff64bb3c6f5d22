//! What has had its time: secrets, idempotency keys, old events, uploads that were never used.

use crate::Worker;
use portico_core::files::SweepStrays;
use portico_policy::{Actor, Reason};
use portico_types::{Millis, Result, TenantId};

/// How long an idempotency key is remembered, in ms.
const KEYS: i64 = 3 * Millis::DAY;
/// How long events are kept for clients that come back, in ms.
const EVENTS: i64 = 14 * Millis::DAY;

pub(crate) async fn all(worker: &Worker) {
    if let Err(e) = run(worker).await {
        tracing::warn!(error = %e, "sweeping failed; it is tried again in an hour");
    }
}

async fn run(worker: &Worker) -> Result<()> {
    let now = worker.app.clock().now();
    let tenants: Vec<TenantId> = worker
        .app
        .db()
        .write_instance(move |tx| {
            tx.sweep_credentials(now)?;
            tx.sweep_attempts(now)?;
            Ok(tx.organizations()?.into_iter().map(|(id, _)| id).collect())
        })
        .await?;
    for tenant in tenants {
        worker
            .app
            .db()
            .write(tenant, 0, move |tx| {
                tx.sweep_keys(now.plus(-KEYS))?;
                tx.sweep_events(now.plus(-EVENTS))
            })
            .await?;
        let ctx = worker.app.ctx(tenant, Actor::System(Reason::Job));
        worker.app.run(ctx, SweepStrays).await?;
    }
    Ok(())
}

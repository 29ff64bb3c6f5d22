//! Whether the server lives, and whether it can do its work.

use crate::Api;
use axum::{Json, Router, extract::State, routing::get};
use portico_edge::Problem;
use portico_realtime::BusHealth;
use serde_json::{Value, json};

async fn alive() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// Asks each part and says how it is. Without its database a node is of no use; without the others it serves all that
/// does not need them, so that a proxy in front must not take every node out at once.
async fn ready(State(api): State<Api>) -> Result<Json<Value>, Problem> {
    let answer = api.edge.app.db().read_instance(portico_core::ping).await;
    answer.map_err(|e| {
        tracing::warn!(error = %e, "not ready");
        portico_types::Error::unavailable("the database does not answer")
    })?;
    // Why, and where it is, is for the operator: in the log, and in `portico doctor`.
    let bus = match api.hub.bus() {
        BusHealth::Alone => "none",
        BusHealth::Up => "ok",
        BusHealth::Down(_) => "down",
    };
    let files = if api.blobs.answers().await { "ok" } else { "down" };
    let status = if bus == "down" || files == "down" { "degraded" } else { "ready" };
    Ok(Json(json!({"status": status, "database": "ok", "bus": bus, "files": files})))
}

pub(crate) fn routes() -> Router<Api> {
    Router::new().route("/healthz", get(alive)).route("/readyz", get(ready))
}

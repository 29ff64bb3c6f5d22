//! Whether the server lives, and whether it can do its work.

use crate::Api;
use axum::{Json, Router, extract::State, routing::get};
use portico_edge::Problem;
use serde_json::{Value, json};

async fn alive() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// Asks each part; the first that does not answer is named.
async fn ready(State(api): State<Api>) -> Result<Json<Value>, Problem> {
    let answer = api.edge.app.db().read_instance(portico_core::ping).await;
    answer.map_err(|e| {
        tracing::warn!(error = %e, "not ready");
        portico_types::Error::unavailable("the database does not answer")
    })?;
    Ok(Json(json!({"status": "ready", "database": "ok"})))
}

pub(crate) fn routes() -> Router<Api> {
    Router::new().route("/healthz", get(alive)).route("/readyz", get(ready))
}

//! Whether the server lives, and whether it can do its work.

use crate::Api;
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use portico_edge::Problem;
use portico_realtime::BusHealth;
use portico_types::{Error, ErrorCode};
use serde::Serialize;
use std::time::Duration;
use utoipa_axum::{router::OpenApiRouter, routes};

/// How the server is.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Health {
    /// `ok` while it lives; `ready` when it can do its work, `degraded` when it can do some of it, `down` when none.
    status: &'static str,
    /// `ok` or `down`, where it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<&'static str>,
    /// `ok`, `down`, or `none` for a node alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    bus: Option<&'static str>,
    /// `ok` or `down`.
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<&'static str>,
}

/// Whether the server lives.
#[utoipa::path(get, path = "/healthz", tag = "server", security(()), responses((status = 200, body = Health)))]
pub(crate) async fn alive() -> Json<Health> {
    Json(Health { status: "ok", database: None, bus: None, files: None })
}

/// How long the database may take to answer before it counts as gone.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether the server can do its work: asks each part and says how it is. Without its database a node is of no use; without
/// the others it serves all that does not need them, so that a proxy in front must not take every node out at once. A
/// refusal has the same beside it as `parts`.
#[utoipa::path(get, path = "/readyz", tag = "server", security(()),
    responses((status = 200, body = Health), (status = 503, description = "the database does not answer, or has a schema that this server does not know; `parts` says how each is")))]
pub(crate) async fn ready(State(api): State<Api>) -> Response {
    let db = api.edge.app.db();
    let asked = tokio::time::timeout(PATIENCE, db.read_instance(portico_core::ping));
    let (asked, files) = tokio::join!(asked, api.blobs.answers());
    // Why, and where it is, is for the operator: in the log, and in `portico doctor`.
    let bus = match api.hub.bus() {
        BusHealth::Alone => "none",
        BusHealth::Up => "ok",
        BusHealth::Down(_) => "down",
    };
    let files = if files { "ok" } else { "down" };
    let health =
        |status, database| Health { status, database: Some(database), bus: Some(bus), files: Some(files) };
    match asked {
        Ok(Ok(())) => {
            let status = if bus == "down" || files == "down" { "degraded" } else { "ready" };
            return Json(health(status, "ok")).into_response();
        }
        Ok(Err(e)) => tracing::warn!(error = %e, "not ready"),
        Err(_) => tracing::warn!("not ready: the database is silent"),
    }
    // A reader only knows that its connection is lost; a lane is told why it gets no other.
    let told = tokio::time::timeout(PATIENCE, db.write_instance(portico_core::ping)).await;
    let why = told.ok().and_then(Result::err).filter(|e| e.code() == ErrorCode::Busy);
    let why = why.unwrap_or_else(|| Error::unavailable("the database does not answer"));
    Problem(why).beside("parts", &health("down", "down"))
}

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(alive)).routes(routes!(ready))
}

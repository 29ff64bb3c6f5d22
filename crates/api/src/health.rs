//! Whether the server lives, and whether it can do its work.

use crate::Api;
use axum::{Json, extract::State};
use portico_edge::Problem;
use portico_realtime::BusHealth;
use portico_types::{Error, ErrorCode};
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

/// How the server is.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Health {
    /// `ok` while it lives; `ready` when it can do its work, `degraded` when it can do some of it.
    status: &'static str,
    /// `ok`, where it was asked.
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

/// Whether the server can do its work: asks each part and says how it is. Without its database a node is of no use; without
/// the others it serves all that does not need them, so that a proxy in front must not take every node out at once.
#[utoipa::path(get, path = "/readyz", tag = "server", security(()),
    responses((status = 200, body = Health), (status = 503, description = "the database does not answer, or has a schema that this server does not know")))]
pub(crate) async fn ready(State(api): State<Api>) -> Result<Json<Health>, Problem> {
    let db = api.edge.app.db();
    if let Err(e) = db.read_instance(portico_core::ping).await {
        tracing::warn!(error = %e, "not ready");
        // A reader only knows that its connection is lost; a lane is told why it gets no other.
        let why = db.write_instance(portico_core::ping).await.err().filter(|e| e.code() == ErrorCode::Busy);
        return Err(why.unwrap_or_else(|| Error::unavailable("the database does not answer")).into());
    }
    // Why, and where it is, is for the operator: in the log, and in `portico doctor`.
    let bus = match api.hub.bus() {
        BusHealth::Alone => "none",
        BusHealth::Up => "ok",
        BusHealth::Down(_) => "down",
    };
    let files = if api.blobs.answers().await { "ok" } else { "down" };
    let status = if bus == "down" || files == "down" { "degraded" } else { "ready" };
    Ok(Json(Health { status, database: Some("ok"), bus: Some(bus), files: Some(files) }))
}

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(alive)).routes(routes!(ready))
}

//! Whether the server lives, and whether it can do its work.

use crate::Api;
use axum::{Json, extract::State};
use portico_edge::Problem;
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

/// How the server is.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Health {
    /// `ok` while it lives, `ready` when it can do its work.
    status: &'static str,
    /// `ok`, where it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<&'static str>,
}

/// Whether the server lives.
#[utoipa::path(get, path = "/healthz", tag = "server", security(()), responses((status = 200, body = Health)))]
pub(crate) async fn alive() -> Json<Health> {
    Json(Health { status: "ok", database: None })
}

/// Whether the server can do its work: asks each part; the first that does not answer is named.
#[utoipa::path(get, path = "/readyz", tag = "server", security(()),
    responses((status = 200, body = Health), (status = 503, description = "a part does not answer")))]
pub(crate) async fn ready(State(api): State<Api>) -> Result<Json<Health>, Problem> {
    let answer = api.edge.app.db().read_instance(portico_core::ping).await;
    answer.map_err(|e| {
        tracing::warn!(error = %e, "not ready");
        portico_types::Error::unavailable("the database does not answer")
    })?;
    Ok(Json(Health { status: "ready", database: Some("ok") }))
}

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(alive)).routes(routes!(ready))
}

//! `GET /audit`: the audit record, newest first.

use crate::{Api, Listed, Paging};
use axum::{Json, extract::State};
use portico_core::people;
use portico_domain::audit::AuditEntry;
use portico_edge::{Member, Problem, Words};

/// The audit record, newest first.
#[utoipa::path(get, path = "/audit", tag = "organization", params(Paging), responses((status = 200, body = Listed<AuditEntry>), (status = 403)))]
pub(crate) async fn audit(
    State(api): State<Api>,
    Member(ctx): Member,
    Words(paging): Words<Paging>,
) -> Result<Json<Listed<AuditEntry>>, Problem> {
    let query = people::Audit { cursor: paging.cursor()?, limit: paging.limit()? };
    Ok(Json(Listed::page(api.edge.app.ask(ctx, query).await?)))
}

//! The organization and its audit record.

use crate::{Api, Listed, Paging};
use axum::{Json, extract::State};
use portico_core::people;
use portico_domain::{audit::AuditEntry, organization::Organization};
use portico_edge::{Input, Member, Problem, Words};
use serde::Deserialize;

/// The organization.
#[utoipa::path(get, path = "/organization", tag = "organization", responses((status = 200, body = Organization)))]
pub(crate) async fn get(State(api): State<Api>, Member(ctx): Member) -> Result<Json<Organization>, Problem> {
    Ok(Json(api.edge.app.ask(ctx, people::Me).await?.organization))
}

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = OrganizationChange)]
pub(crate) struct Change {
    name: String,
}

/// Rename the organization.
#[utoipa::path(patch, path = "/organization", tag = "organization", request_body = Change, responses((status = 200, body = Organization), (status = 403)))]
pub(crate) async fn edit(
    State(api): State<Api>,
    Member(ctx): Member,
    Input(change): Input<Change>,
) -> Result<Json<Organization>, Problem> {
    Ok(Json(api.edge.app.run(ctx, people::RenameOrganization { name: change.name }).await?))
}

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

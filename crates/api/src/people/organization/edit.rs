//! `PATCH /organization`: rename the organization.

use crate::Api;
use axum::{Json, extract::State};
use portico_core::people;
use portico_domain::organization::Organization;
use portico_edge::{Input, Member, Problem};
use serde::Deserialize;

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

//! `PATCH /members/{id}`: change a role, suspend, reactivate.

use crate::Api;
use axum::{
    Json,
    extract::{Path, State},
};
use portico_core::people;
use portico_domain::member::{Member as Card, Role};
use portico_edge::{Input, Member, Problem};
use portico_types::MemberId;
use serde::Deserialize;

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = MemberChange)]
pub(crate) struct Change {
    role: Option<Role>,
    suspended: Option<bool>,
    name: Option<String>,
}

/// Change a role, suspend, reactivate.
#[utoipa::path(patch, path = "/members/{id}", tag = "people", params(("id" = String, Path)), request_body = Change,
    responses((status = 200, body = Card), (status = 403), (status = 404), (status = 409)))]
pub(crate) async fn edit(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
    Input(change): Input<Change>,
) -> Result<Json<Card>, Problem> {
    let id: MemberId = id.parse().map_err(|_| portico_types::Error::not_found())?;
    let command =
        people::ManageMember { id, role: change.role, suspended: change.suspended, name: change.name };
    Ok(Json(api.edge.app.run(ctx, command).await?))
}

//! The people of the organization.

use crate::{Api, Listed, Paging};
use axum::{
    Json,
    extract::{Path, State},
};
use portico_core::people;
use portico_domain::member::{Member as Card, Role};
use portico_edge::{Input, Member, Problem, Words};
use portico_types::MemberId;
use serde::Deserialize;

#[derive(Deserialize, utoipa::IntoParams)]
pub(crate) struct Search {
    /// Part of a name or handle.
    #[serde(default)]
    q: String,
    cursor: Option<String>,
    limit: Option<i64>,
}

/// People, oldest first; guests see those of their channels.
#[utoipa::path(get, path = "/members", tag = "people", params(Search), responses((status = 200, body = Listed<Card>)))]
pub(crate) async fn list(
    State(api): State<Api>,
    Member(ctx): Member,
    Words(search): Words<Search>,
) -> Result<Json<Listed<Card>>, Problem> {
    let paging = Paging { cursor: search.cursor, limit: search.limit };
    let query = people::People { search: search.q, cursor: paging.cursor()?, limit: paging.limit()? };
    Ok(Json(Listed::page(api.edge.app.ask(ctx, query).await?)))
}

/// One person.
#[utoipa::path(get, path = "/members/{id}", tag = "people", params(("id" = String, Path)), responses((status = 200, body = Card), (status = 404)))]
pub(crate) async fn get(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
) -> Result<Json<Card>, Problem> {
    let id: MemberId = id.parse().map_err(|_| portico_types::Error::not_found())?;
    Ok(Json(api.edge.app.ask(ctx, people::GetMember { id }).await?))
}

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

//! `DELETE /teams/{id}/members/{member_id}`: take someone out of a team.

use super::set;
use crate::Api;
use axum::{
    Json,
    extract::{Path, State},
};
use portico_domain::team::Team;
use portico_edge::{Member, Problem};

/// Take someone out of a team.
#[utoipa::path(delete, path = "/teams/{id}/members/{member_id}", tag = "teams", params(("id" = String, Path), ("member_id" = String, Path)), responses((status = 200, body = Team), (status = 404)))]
pub(crate) async fn remove_member(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(ids): Path<(String, String)>,
) -> Result<Json<Team>, Problem> {
    set(api, ctx, ids, false).await
}

//! `GET /members/{id}`: one person.

use crate::Api;
use axum::{
    Json,
    extract::{Path, State},
};
use portico_core::people;
use portico_domain::member::Member as Card;
use portico_edge::{Member, Problem};
use portico_types::MemberId;

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

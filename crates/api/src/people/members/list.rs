//! `GET /members`: people, oldest first; guests see those of their channels.

use crate::{Api, Listed, Paging};
use axum::{Json, extract::State};
use portico_core::people;
use portico_domain::member::Member as Card;
use portico_edge::{Member, Problem, Words};
use serde::Deserialize;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
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

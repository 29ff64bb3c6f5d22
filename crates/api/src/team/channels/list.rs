//! `GET /channels`: channels one may find.

use crate::{Api, Listed, Paging};
use axum::{Json, extract::State};
use portico_core::rooms;
use portico_domain::room::Room;
use portico_edge::{Member, Problem, Words};
use serde::Deserialize;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Browse {
    /// Part of a name or handle.
    #[serde(default)]
    q: String,
    #[serde(default)]
    archived: bool,
    cursor: Option<String>,
    limit: Option<i64>,
}

/// Channels one may find.
#[utoipa::path(get, path = "/channels", tag = "team", params(Browse), responses((status = 200, body = Listed<Room>), (status = 403)))]
pub(crate) async fn list(
    State(api): State<Api>,
    Member(ctx): Member,
    Words(browse): Words<Browse>,
) -> Result<Json<Listed<Room>>, Problem> {
    let paging = Paging { cursor: browse.cursor, limit: browse.limit };
    let query = rooms::Channels {
        search: browse.q,
        archived: browse.archived,
        cursor: paging.cursor()?,
        limit: paging.limit()?,
    };
    Ok(Json(Listed::page(api.edge.app.ask(ctx, query).await?)))
}

//! `GET /rooms/{id}/messages`: read a timeline.

use crate::{Api, team::rooms::room_id};
use axum::{
    Json,
    extract::{Path, State},
};
use portico_core::messages::{self, Position};
use portico_domain::{limits, message::Message};
use portico_edge::{Member, Problem, Words};
use portico_types::{Error, Result};
use serde::{Deserialize, Serialize};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Part {
    /// Messages before this number.
    before: Option<i64>,
    /// Messages after this number.
    after: Option<i64>,
    /// Messages on both sides of this number.
    around: Option<i64>,
    /// 1 to 200; 50 unless said.
    limit: Option<i64>,
    /// Thread replies too.
    #[serde(default)]
    replies: bool,
}

/// A window over a timeline, ascending.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct WindowView {
    items: Vec<Message>,
    has_before: bool,
    has_after: bool,
}

/// Read a timeline.
#[utoipa::path(get, path = "/rooms/{id}/messages", tag = "messages", params(("id" = String, Path), Part), responses((status = 200, body = WindowView), (status = 404)))]
pub(crate) async fn page(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
    Words(part): Words<Part>,
) -> Result<Json<WindowView>, Problem> {
    let position = match (part.before, part.after, part.around) {
        (None, None, None) => Position::Newest,
        (Some(n), None, None) => Position::Before(n),
        (None, Some(n), None) => Position::After(n),
        (None, None, Some(n)) => Position::Around(n),
        _ => return Err(Error::invalid("before", "give one of before, after and around").into()),
    };
    let limit = part.limit.unwrap_or(50);
    if !(1..=limits::PAGE).contains(&limit) {
        return Err(Error::invalid("limit", format!("ask for 1 to {} at a time", limits::PAGE)).into());
    }
    let query = messages::Messages { room: room_id(&id)?, position, limit, replies: part.replies };
    let window = api.edge.app.ask(ctx, query).await?;
    Ok(Json(WindowView { items: window.items, has_before: window.has_before, has_after: window.has_after }))
}

//! `GET /saved`: one's saved messages, newest saved first.

use crate::{Api, Listed, Paging};
use axum::{Json, extract::State};
use portico_core::messages;
use portico_domain::message::Message;
use portico_edge::{Member, Problem, Words};
use portico_types::Millis;
use serde::Serialize;

/// A saved message.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct SavedRow {
    message: Message,
    #[schema(value_type = i64)]
    saved_at: Millis,
}

/// One's saved messages, newest saved first.
#[utoipa::path(get, path = "/saved", tag = "messages", params(Paging), responses((status = 200, body = Listed<SavedRow>)))]
pub(crate) async fn saved(
    State(api): State<Api>,
    Member(ctx): Member,
    Words(paging): Words<Paging>,
) -> Result<Json<Listed<SavedRow>>, Problem> {
    let query = messages::Saved { cursor: paging.cursor()?, limit: paging.limit()? };
    let page = api.edge.app.ask(ctx, query).await?;
    Ok(Json(Listed::page(page.map(|(message, saved_at)| SavedRow { message, saved_at }))))
}

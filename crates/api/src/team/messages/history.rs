//! `GET /messages/{id}/history`: a message's earlier versions, oldest first.

use super::message_id;
use crate::{Api, Listed};
use axum::{
    Json,
    extract::{Path, State},
};
use portico_core::messages;
use portico_edge::{Member, Problem};
use portico_types::Millis;
use serde::Serialize;

/// What a message said before.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Before {
    version: i64,
    text: String,
    /// Until when it said so.
    #[schema(value_type = i64)]
    until: Millis,
}

/// A message's earlier versions, oldest first.
#[utoipa::path(get, path = "/messages/{id}/history", tag = "messages", params(("id" = String, Path)), responses((status = 200, body = Listed<Before>), (status = 404)))]
pub(crate) async fn history(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
) -> Result<Json<Listed<Before>>, Problem> {
    let rows = api.edge.app.ask(ctx, messages::History { id: message_id(&id)? }).await?;
    let items = rows.into_iter().map(|(version, text, until)| Before { version, text, until }).collect();
    Ok(Json(Listed::all(items)))
}

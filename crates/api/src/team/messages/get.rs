//! `GET /messages/{id}`: one message.

use super::message_id;
use crate::Api;
use axum::{
    Json,
    extract::{Path, State},
};
use portico_core::messages;
use portico_domain::message::Message;
use portico_edge::{Member, Problem};
use portico_types::Result;

/// One message.
#[utoipa::path(get, path = "/messages/{id}", tag = "messages", params(("id" = String, Path)), responses((status = 200, body = Message), (status = 404)))]
pub(crate) async fn get(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
) -> Result<Json<Message>, Problem> {
    Ok(Json(api.edge.app.ask(ctx, messages::GetMessage { id: message_id(&id)? }).await?))
}

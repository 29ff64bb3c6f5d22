//! `GET /messages/{id}/preview`: preview a linked message; 404 for whoever may not see it.

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
use serde::Serialize;

/// What a permalink shows this viewer.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct PreviewView {
    message: Message,
    room_name: String,
    /// One line of at most 300 characters.
    text: String,
}

/// Preview a linked message; 404 for whoever may not see it.
#[utoipa::path(get, path = "/messages/{id}/preview", tag = "messages", params(("id" = String, Path)), responses((status = 200, body = PreviewView), (status = 404)))]
pub(crate) async fn preview(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
) -> Result<Json<PreviewView>, Problem> {
    let (message, room_name, text) =
        api.edge.app.ask(ctx, messages::Preview { id: message_id(&id)? }).await?;
    Ok(Json(PreviewView { message, room_name, text }))
}

//! `GET /messages/{id}/thread`: read a thread.

use super::ThreadAnswer;
use crate::{Api, team::messages::message_id};
use axum::{
    Json,
    extract::{Path, State},
};
use portico_core::messages;
use portico_edge::{Member, Problem};

/// Read a thread.
#[utoipa::path(get, path = "/messages/{id}/thread", tag = "messages", params(("id" = String, Path)), responses((status = 200, body = ThreadAnswer), (status = 404)))]
pub(crate) async fn get(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
) -> Result<Json<ThreadAnswer>, Problem> {
    let view = api.edge.app.ask(ctx, messages::Thread { root: message_id(&id)? }).await?;
    Ok(Json(ThreadAnswer {
        root: view.root,
        items: view.items,
        following: view.following,
        read_number: view.read_number,
    }))
}

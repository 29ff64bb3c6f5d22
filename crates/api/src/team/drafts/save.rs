//! `PUT /drafts`: keep a draft.

use crate::Api;
use axum::{extract::State, http::StatusCode};
use portico_core::messages;
use portico_edge::{Input, Member, Problem};
use portico_types::{MessageId, RoomId};
use serde::Deserialize;

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct DraftForm {
    #[schema(value_type = String)]
    room_id: RoomId,
    #[schema(value_type = Option<String>)]
    thread_id: Option<MessageId>,
    /// Empty: the draft is forgotten.
    body: String,
}

/// Keep a draft.
#[utoipa::path(put, path = "/drafts", tag = "messages", request_body = DraftForm, responses((status = 204), (status = 404), (status = 413)))]
pub(crate) async fn save(
    State(api): State<Api>,
    Member(ctx): Member,
    Input(form): Input<DraftForm>,
) -> Result<StatusCode, Problem> {
    let command = messages::SaveDraft { room: form.room_id, thread: form.thread_id, body: form.body };
    api.edge.app.run(ctx, command).await?;
    Ok(StatusCode::NO_CONTENT)
}

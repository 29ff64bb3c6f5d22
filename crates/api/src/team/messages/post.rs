//! `POST /rooms/{id}/messages`: write a message.

use crate::{Api, team::rooms::room_id};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use portico_core::{
    Ctx,
    messages::{self, PostMessage},
};
use portico_domain::{
    message::{Message, check_body},
    room::Ring,
};
use portico_edge::{Input, Member, Problem};
use portico_types::{FileId, MessageId, Result, RoomId};
use serde::Deserialize;

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct PostForm {
    /// Markdown; may be empty with files.
    #[serde(default)]
    body: String,
    ring: Option<Ring>,
    /// The message this answers.
    #[schema(value_type = Option<String>)]
    thread_id: Option<MessageId>,
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    file_ids: Vec<FileId>,
    /// An @channel to many is meant.
    #[serde(default)]
    confirm: bool,
}

/// Writes a message as whoever asks.
async fn post_as(api: &Api, ctx: Ctx, room: RoomId, form: PostForm) -> Result<Message> {
    let text = check_body(&form.body, form.file_ids.len())?;
    let composed = messages::compose(&api.edge.app, &ctx, text).await?;
    let command = PostMessage {
        room,
        composed,
        ring: form.ring,
        thread: form.thread_id,
        files: form.file_ids,
        confirm: form.confirm,
    };
    api.edge.app.run(ctx, command).await
}

/// Write a message.
#[utoipa::path(post, path = "/rooms/{id}/messages", tag = "messages", params(("id" = String, Path)), request_body = PostForm,
    responses((status = 201, body = Message), (status = 400), (status = 403), (status = 404), (status = 409), (status = 413), (status = 422, description = "an @channel to many needs confirm")))]
pub(crate) async fn post(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
    Input(form): Input<PostForm>,
) -> Result<(StatusCode, Json<Message>), Problem> {
    Ok((StatusCode::CREATED, Json(post_as(&api, ctx, room_id(&id)?, form).await?)))
}

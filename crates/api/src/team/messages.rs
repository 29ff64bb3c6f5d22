//! Messages, on every desk.

use super::rooms::room_id;
use crate::{Api, Listed, openapi::ErrorDetail};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use portico_core::{
    Ctx,
    messages::{self, Position, PostMessage},
};
use portico_domain::{limits, message::Message, message::check_body, room::Ring};
use portico_edge::{Input, Member, Problem, Words};
use portico_types::{Error, ErrorCode, FileId, MessageId, Millis, Result, RoomId};
use serde::{Deserialize, Serialize};

pub(crate) fn message_id(text: &str) -> Result<MessageId> {
    text.parse().map_err(|_| Error::not_found())
}

#[derive(Deserialize, utoipa::IntoParams)]
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
pub(crate) async fn post_as(api: &Api, ctx: Ctx, room: RoomId, form: PostForm) -> Result<Message> {
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

/// One message.
#[utoipa::path(get, path = "/messages/{id}", tag = "messages", params(("id" = String, Path)), responses((status = 200, body = Message), (status = 404)))]
pub(crate) async fn get(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
) -> Result<Json<Message>, Problem> {
    Ok(Json(api.edge.app.ask(ctx, messages::GetMessage { id: message_id(&id)? }).await?))
}

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Edit {
    body: String,
    /// The version the editor saw.
    version: i64,
}

/// An edit came second.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = EditConflict)]
pub(crate) struct Superseded {
    error: ErrorDetail,
    /// The message as it is now.
    message: Message,
}

/// Change what one wrote.
#[utoipa::path(patch, path = "/messages/{id}", tag = "messages", params(("id" = String, Path)), request_body = Edit,
    responses((status = 200, body = Message), (status = 403), (status = 404), (status = 409, body = Superseded, description = "somebody edited it first; their version stands beside the error"), (status = 410)))]
pub(crate) async fn edit(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
    Input(edit): Input<Edit>,
) -> Result<Response, Problem> {
    let id = message_id(&id)?;
    // Whether files make an empty text good is known only in the transaction, which checks again.
    let text = check_body(&edit.body, 1)?;
    let composed = messages::compose(&api.edge.app, &ctx, text).await?;
    let command = messages::EditMessage { id, version: edit.version, composed };
    match api.edge.app.run(ctx.clone(), command).await {
        Ok(message) => Ok(Json(message).into_response()),
        Err(e) if e.code() == ErrorCode::EditConflict => {
            let newest = api.edge.app.ask(ctx, messages::GetMessage { id }).await?;
            Ok(Problem(e).beside("message", &newest))
        }
        Err(e) => Err(e.into()),
    }
}

/// Delete a message: text, history and files are gone, its number stays.
#[utoipa::path(delete, path = "/messages/{id}", tag = "messages", params(("id" = String, Path)), responses((status = 204), (status = 403), (status = 404)))]
pub(crate) async fn delete(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    api.edge.app.run(ctx, messages::DeleteMessage { id: message_id(&id)? }).await?;
    Ok(StatusCode::NO_CONTENT)
}

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

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Source {
    text: String,
}

#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Html {
    html: String,
}

/// Show a text as it would look.
#[utoipa::path(post, path = "/preview", tag = "messages", request_body = Source, responses((status = 200, body = Html), (status = 413)))]
pub(crate) async fn render(
    State(api): State<Api>,
    Member(ctx): Member,
    Input(source): Input<Source>,
) -> Result<Json<Html>, Problem> {
    check_body(&source.text, 1)?;
    let composed = messages::compose(&api.edge.app, &ctx, &source.text).await?;
    Ok(Json(Html { html: composed.html().to_owned() }))
}

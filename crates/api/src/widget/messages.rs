//! Reading and writing.

use super::{
    gate::At,
    view::{MessageView, base},
};
use crate::Api;
use axum::{Extension, Json, extract::State, http::StatusCode};
use portico_core::customers::widget::{self, PublicMessage};
use portico_domain::limits;
use portico_edge::{Input, Outsider, Peer, Problem, Words};
use portico_types::{ContactId, Error, FileId};
use serde::{Deserialize, Serialize};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Part {
    /// Messages before this number.
    before: Option<i64>,
    /// 1 to 200; 50 unless said.
    limit: Option<i64>,
}

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = VisitorMessages)]
pub(crate) struct Slice {
    items: Vec<MessageView>,
    /// Whether there are earlier ones.
    has_before: bool,
}

/// What has been said, ascending.
#[utoipa::path(get, path = "/messages", tag = "widget", params(("key" = String, Path, description = "The inbox's key, as in the page's snippet."), Part), security(("visitor" = [])), responses((status = 200, body = Slice)))]
pub(crate) async fn page(
    State(api): State<Api>,
    Extension(at): Extension<At>,
    Outsider(ctx): Outsider,
    Words(part): Words<Part>,
) -> Result<Json<Slice>, Problem> {
    let limit = part.limit.unwrap_or(50);
    if !(1..=limits::PAGE).contains(&limit) {
        return Err(Error::invalid("limit", format!("ask for 1 to {} at a time", limits::PAGE)).into());
    }
    let page = api.edge.app.ask(at.visitor(ctx)?, widget::Messages { before: part.before, limit }).await?;
    let base = base(&at.key);
    let items = page.items.into_iter().map(|m| MessageView::of(m, &base)).collect();
    Ok(Json(Slice { items, has_before: page.has_before }))
}

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = VisitorPost)]
pub(crate) struct PostForm {
    /// Markdown; may be empty with files.
    #[serde(default)]
    body: String,
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    file_ids: Vec<FileId>,
}

/// Write. The first message begins the conversation.
#[utoipa::path(post, path = "/messages", tag = "widget", params(("key" = String, Path, description = "The inbox's key, as in the page's snippet.")), security(("visitor" = [])), request_body = PostForm,
    responses((status = 201, body = MessageView), (status = 429)))]
pub(crate) async fn post(
    State(api): State<Api>,
    Extension(at): Extension<At>,
    Outsider(ctx): Outsider,
    peer: Peer,
    Input(form): Input<PostForm>,
) -> Result<(StatusCode, Json<MessageView>), Problem> {
    let ctx = at.visitor(ctx)?;
    api.edge.public.take(&format!("widget {}", peer.ip))?;
    let contact = ContactId(ctx.actor.key());
    let message = widget::post(&api.edge.app, ctx, &form.body, form.file_ids).await?;
    let message = PublicMessage::of(&message, contact, at.door.inbox)
        .ok_or_else(|| Error::internal("a visitor wrote what visitors do not see"))?;
    Ok((StatusCode::CREATED, Json(MessageView::of(message, &base(&at.key)))))
}

//! What a visitor's browser lets the team know: how far it was read, which page is open, that something is being typed.

use super::{begin::PageForm, gate::At};
use crate::{Api, team};
use axum::{Extension, extract::State, http::StatusCode};
use portico_core::{Ctx, customers::widget};
use portico_domain::{limits, room::Ring};
use portico_edge::{Input, Outsider, Peer, Problem};
use portico_types::Result;
use serde::Deserialize;

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = VisitorMark)]
pub(crate) struct Mark {
    /// Of the last message read.
    number: i64,
}

/// Read up to here.
#[utoipa::path(post, path = "/read", tag = "widget", params(("key" = String, Path, description = "The inbox's key, as in the page's snippet.")), security(("visitor" = [])), request_body = Mark, responses((status = 204)))]
pub(crate) async fn read(
    State(api): State<Api>,
    Extension(at): Extension<At>,
    Outsider(ctx): Outsider,
    Input(mark): Input<Mark>,
) -> Result<StatusCode, Problem> {
    api.edge.app.run(at.visitor(ctx)?, widget::MarkRead { number: mark.number }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// This page is open.
#[utoipa::path(post, path = "/page", tag = "widget", params(("key" = String, Path, description = "The inbox's key, as in the page's snippet.")), security(("visitor" = [])), request_body = PageForm,
    responses((status = 204), (status = 429)))]
pub(crate) async fn page(
    State(api): State<Api>,
    Extension(at): Extension<At>,
    Outsider(ctx): Outsider,
    peer: Peer,
    Input(page): Input<PageForm>,
) -> Result<StatusCode, Problem> {
    let ctx = at.visitor(ctx)?;
    api.edge.public.take(&format!("widget {}", peer.ip))?;
    api.edge.app.run(ctx, widget::SetPage { url: page.url, title: page.title }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A visitor is typing in their conversation. The text goes along only where the inbox says so, and tells the visitor.
pub(crate) async fn typing(api: &Api, ctx: Ctx, text: Option<String>) -> Result<()> {
    let writing = api.edge.app.ask(ctx.again(), widget::MayWrite).await?;
    let Some(room) = writing.conversation else { return Ok(()) };
    let text = text.filter(|_| writing.preview).map(|t| t.chars().take(limits::MESSAGE_CHARS).collect());
    team::signal_typing(api, ctx, room, Ring::Everyone, None, text).await
}

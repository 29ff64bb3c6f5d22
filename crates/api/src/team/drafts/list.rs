//! `GET /drafts`: one's drafts, newest first.

use crate::{Api, Listed};
use axum::{Json, extract::State};
use portico_core::messages;
use portico_domain::event::Draft;
use portico_edge::{Member, Problem};

/// One's drafts, newest first.
#[utoipa::path(get, path = "/drafts", tag = "messages", responses((status = 200, body = Listed<Draft>)))]
pub(crate) async fn list(
    State(api): State<Api>,
    Member(ctx): Member,
) -> Result<Json<Listed<Draft>>, Problem> {
    Ok(Json(Listed::all(api.edge.app.ask(ctx, messages::Drafts).await?)))
}

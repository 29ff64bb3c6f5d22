//! `GET /tokens`: one's tokens.

use crate::{Api, Listed};
use axum::{Json, extract::State};
use portico_core::people;
use portico_domain::session::Token;
use portico_edge::{Member, Problem};

/// One's tokens.
#[utoipa::path(get, path = "/tokens", tag = "me", responses((status = 200, body = Listed<Token>)))]
pub(crate) async fn list(
    State(api): State<Api>,
    Member(ctx): Member,
) -> Result<Json<Listed<Token>>, Problem> {
    Ok(Json(Listed::all(api.edge.app.ask(ctx, people::Tokens).await?)))
}

//! `DELETE /tokens/{id}`: withdraw a token.

use crate::Api;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use portico_core::people;
use portico_edge::{Member, Problem};
use portico_types::TokenId;

/// Withdraw a token.
#[utoipa::path(delete, path = "/tokens/{id}", tag = "me", params(("id" = String, Path)), responses((status = 204), (status = 404)))]
pub(crate) async fn withdraw(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id: TokenId = id.parse().map_err(|_| portico_types::Error::not_found())?;
    let tenant = ctx.tenant;
    api.edge.app.run(ctx, people::WithdrawToken { id }).await?;
    api.hub.end_token(tenant, id);
    Ok(StatusCode::NO_CONTENT)
}

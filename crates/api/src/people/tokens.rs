//! Personal access tokens.

use crate::{Api, Listed};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use portico_core::people;
use portico_domain::session::{Scope, Token};
use portico_edge::{Input, Member, Problem};
use portico_types::TokenId;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct NewToken {
    name: String,
    scopes: Vec<Scope>,
    /// ms; does not expire unless said.
    expires_in: Option<i64>,
}

/// A token with its secret, shown this once.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Made {
    #[serde(flatten)]
    about: Token,
    token: String,
}

/// Make a token.
#[utoipa::path(post, path = "/tokens", tag = "me", request_body = NewToken, responses((status = 201, body = Made), (status = 400), (status = 403)))]
pub(crate) async fn create(
    State(api): State<Api>,
    Member(ctx): Member,
    Input(new): Input<NewToken>,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let command = people::CreateToken { name: new.name, scopes: new.scopes, expires_in: new.expires_in };
    let made = api.edge.app.run(ctx, command).await?;
    Ok((StatusCode::CREATED, Json(Made { about: made.token, token: made.secret })))
}

/// One's tokens.
#[utoipa::path(get, path = "/tokens", tag = "me", responses((status = 200, body = Listed<Token>)))]
pub(crate) async fn list(
    State(api): State<Api>,
    Member(ctx): Member,
) -> Result<Json<Listed<Token>>, Problem> {
    Ok(Json(Listed::all(api.edge.app.ask(ctx, people::Tokens).await?)))
}

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

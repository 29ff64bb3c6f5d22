//! `POST /tokens`: make a token.

use crate::Api;
use axum::{Json, extract::State, http::StatusCode};
use portico_core::people;
use portico_domain::session::{Scope, Token};
use portico_edge::{Input, Member, Problem};
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

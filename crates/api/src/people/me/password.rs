//! `POST /me/password`: change the password; every other device is signed out.

use crate::Api;
use axum::{extract::State, http::StatusCode};
use portico_core::people;
use portico_edge::{Input, Member, Problem};
use portico_types::Secret;
use serde::Deserialize;

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Passwords {
    #[schema(value_type = String)]
    current: Secret<String>,
    #[schema(value_type = String)]
    next: Secret<String>,
}

/// Change the password; every other device is signed out.
#[utoipa::path(post, path = "/me/password", tag = "me", request_body = Passwords,
    responses((status = 204), (status = 400), (status = 429, description = "too many guesses")))]
pub(crate) async fn password(
    State(api): State<Api>,
    Member(ctx): Member,
    Input(input): Input<Passwords>,
) -> Result<StatusCode, Problem> {
    api.edge.count(&api.edge.attempts, &format!("password {}", ctx.actor.key())).await?;
    people::change_password(&api.edge.app, ctx, input.current, input.next).await?;
    Ok(StatusCode::NO_CONTENT)
}

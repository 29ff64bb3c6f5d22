//! `PUT /me/presence`: choose how one appears.

use crate::Api;
use axum::{Json, extract::State};
use portico_core::people;
use portico_domain::member::{Member as Card, PresenceChoice};
use portico_edge::{Input, Member, Problem};
use serde::Deserialize;

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Presence {
    choice: PresenceChoice,
}

/// Choose how one appears.
#[utoipa::path(put, path = "/me/presence", tag = "me", request_body = Presence, responses((status = 200, body = Card)))]
pub(crate) async fn presence(
    State(api): State<Api>,
    Member(ctx): Member,
    Input(input): Input<Presence>,
) -> Result<Json<Card>, Problem> {
    let change = people::EditProfile { presence: Some(input.choice), ..people::EditProfile::default() };
    Ok(Json(api.edge.app.run(ctx, change).await?))
}

//! `POST /channels`: make a channel.

use crate::Api;
use axum::{Json, extract::State, http::StatusCode};
use portico_core::rooms;
use portico_domain::room::{Room, Visibility};
use portico_edge::{Input, Member, Problem};
use portico_types::TeamId;
use serde::Deserialize;

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct NewChannel {
    name: String,
    /// Made of the name unless said.
    handle: Option<String>,
    kind: Visibility,
    #[schema(value_type = Option<String>)]
    team_id: Option<TeamId>,
    #[serde(default)]
    topic: String,
    #[serde(default)]
    purpose: String,
}

/// Make a channel.
#[utoipa::path(post, path = "/channels", tag = "team", request_body = NewChannel, responses((status = 201, body = Room), (status = 400), (status = 403), (status = 409)))]
pub(crate) async fn create(
    State(api): State<Api>,
    Member(ctx): Member,
    Input(new): Input<NewChannel>,
) -> Result<(StatusCode, Json<Room>), Problem> {
    let command = rooms::CreateChannel {
        name: new.name,
        handle: new.handle,
        visibility: new.kind,
        team: new.team_id,
        topic: new.topic,
        purpose: new.purpose,
    };
    Ok((StatusCode::CREATED, Json(api.edge.app.run(ctx, command).await?)))
}

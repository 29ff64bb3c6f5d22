//! Channels and direct messages.

use crate::{Api, Listed, Paging};
use axum::{Json, extract::State, http::StatusCode};
use portico_core::rooms;
use portico_domain::room::{Room, Visibility};
use portico_edge::{Input, Member, Problem, Words};
use portico_types::{MemberId, TeamId};
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

#[derive(Deserialize, utoipa::IntoParams)]
pub(crate) struct Browse {
    /// Part of a name or handle.
    #[serde(default)]
    q: String,
    #[serde(default)]
    archived: bool,
    cursor: Option<String>,
    limit: Option<i64>,
}

/// Channels one may find.
#[utoipa::path(get, path = "/channels", tag = "team", params(Browse), responses((status = 200, body = Listed<Room>), (status = 403)))]
pub(crate) async fn list(
    State(api): State<Api>,
    Member(ctx): Member,
    Words(browse): Words<Browse>,
) -> Result<Json<Listed<Room>>, Problem> {
    let paging = Paging { cursor: browse.cursor, limit: browse.limit };
    let query = rooms::Channels {
        search: browse.q,
        archived: browse.archived,
        cursor: paging.cursor()?,
        limit: paging.limit()?,
    };
    Ok(Json(Listed::page(api.edge.app.ask(ctx, query).await?)))
}

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct People {
    #[schema(value_type = Vec<String>)]
    member_ids: Vec<MemberId>,
}

/// Open the direct room of exactly these people.
#[utoipa::path(post, path = "/directs", tag = "team", request_body = People, responses((status = 201, body = Room), (status = 400)))]
pub(crate) async fn direct(
    State(api): State<Api>,
    Member(ctx): Member,
    Input(people): Input<People>,
) -> Result<(StatusCode, Json<Room>), Problem> {
    let room = api.edge.app.run(ctx, rooms::OpenDirect { members: people.member_ids }).await?;
    Ok((StatusCode::CREATED, Json(room)))
}

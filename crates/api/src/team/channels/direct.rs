//! `POST /directs`: open the direct room of exactly these people.

use crate::Api;
use axum::{Json, extract::State, http::StatusCode};
use portico_core::rooms;
use portico_domain::room::Room;
use portico_edge::{Input, Member, Problem};
use portico_types::MemberId;
use serde::Deserialize;

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

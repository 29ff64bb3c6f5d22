//! `PUT /messages/{id}/thread`: follow a thread or not; move one's reading mark in it.

use crate::{Api, team::messages::message_id};
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use portico_core::messages;
use portico_edge::{Input, Member, Problem};
use serde::Deserialize;

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct ThreadChoice {
    following: Option<bool>,
    /// The last reply read.
    read: Option<i64>,
}

/// Follow a thread or not; move one's reading mark in it.
#[utoipa::path(put, path = "/messages/{id}/thread", tag = "messages", params(("id" = String, Path)), request_body = ThreadChoice, responses((status = 204), (status = 404)))]
pub(crate) async fn set(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
    Input(choice): Input<ThreadChoice>,
) -> Result<StatusCode, Problem> {
    let command =
        messages::SetThread { root: message_id(&id)?, following: choice.following, read: choice.read };
    api.edge.app.run(ctx, command).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! `POST /rooms/{id}/typing`: signal that one is writing.

use super::{room_id, signal_typing};
use crate::Api;
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use portico_domain::room::Ring;
use portico_edge::{Input, Member, Problem};
use portico_types::{MessageId, Result};
use serde::Deserialize;

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct TypingIn {
    /// For whom it is meant; everyone unless said.
    ring: Option<Ring>,
    #[schema(value_type = Option<String>)]
    thread_id: Option<MessageId>,
}

/// Signal that one is writing.
#[utoipa::path(post, path = "/rooms/{id}/typing", tag = "team", params(("id" = String, Path)), request_body = TypingIn, responses((status = 204), (status = 404)))]
pub(crate) async fn typing(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
    Input(input): Input<TypingIn>,
) -> Result<StatusCode, Problem> {
    let ring = input.ring.unwrap_or(Ring::Everyone);
    signal_typing(&api, ctx, room_id(&id)?, ring, input.thread_id, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

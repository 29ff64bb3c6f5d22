//! `POST /invites`: invite people.

use crate::Api;
use axum::{Json, extract::State, http::StatusCode};
use portico_core::people;
use portico_domain::{member::Role, session::Invite};
use portico_edge::{Input, Member, Peer, Problem};
use portico_types::{Millis, RoomId};
use serde::{Deserialize, Serialize};

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct NewInvite {
    role: Role,
    /// 1 unless said.
    max_uses: Option<i64>,
    /// ms; 7 days unless said.
    expires_in: Option<i64>,
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    channel_ids: Vec<RoomId>,
}

/// An invitation with its link, shown this once.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Invited {
    #[serde(flatten)]
    invite: Invite,
    code: String,
    url: String,
}

/// Invite people.
#[utoipa::path(post, path = "/invites", tag = "people", request_body = NewInvite, responses((status = 201, body = Invited), (status = 400), (status = 403)))]
pub(crate) async fn create(
    State(api): State<Api>,
    Member(ctx): Member,
    peer: Peer,
    Input(new): Input<NewInvite>,
) -> Result<(StatusCode, Json<Invited>), Problem> {
    let command = people::CreateInvite {
        role: new.role,
        max_uses: new.max_uses.unwrap_or(1),
        expires_in: new.expires_in.unwrap_or(7 * Millis::DAY),
        channels: new.channel_ids,
    };
    let made = api.edge.app.run(ctx, command).await?;
    let url = format!("{}/invite/{}", peer.url, made.code);
    Ok((StatusCode::CREATED, Json(Invited { invite: made.invite, code: made.code, url })))
}

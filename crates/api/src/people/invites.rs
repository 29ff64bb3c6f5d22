//! Invitations by link.

use super::sessions;
use crate::{Api, Listed};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use portico_core::people;
use portico_domain::{member::Role, session::Invite};
use portico_edge::{Input, Member, Peer, Problem};
use portico_types::{InviteId, Millis, RoomId, Secret};
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

/// Open invitations.
#[utoipa::path(get, path = "/invites", tag = "people", responses((status = 200, body = Listed<Invite>), (status = 403)))]
pub(crate) async fn list(
    State(api): State<Api>,
    Member(ctx): Member,
) -> Result<Json<Listed<Invite>>, Problem> {
    Ok(Json(Listed::all(api.edge.app.ask(ctx, people::Invites).await?)))
}

/// Withdraw an invitation.
#[utoipa::path(delete, path = "/invites/{id}", tag = "people", params(("id" = String, Path)), responses((status = 204), (status = 404)))]
pub(crate) async fn withdraw(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id: InviteId = id.parse().map_err(|_| portico_types::Error::not_found())?;
    api.edge.app.run(ctx, people::WithdrawInvite { id }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What an invitation offers.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct OfferCard {
    organization: String,
    role: Role,
    invited_by: String,
}

/// Read an invitation before accepting it.
#[utoipa::path(get, path = "/invites/{code}/offer", tag = "people", params(("code" = String, Path)), security(()),
    responses((status = 200, body = OfferCard), (status = 410)))]
pub(crate) async fn offer(
    State(api): State<Api>,
    peer: Peer,
    Path(code): Path<String>,
) -> Result<Json<OfferCard>, Problem> {
    api.edge.public.take(&peer.ip)?;
    let offer = people::offer(&api.edge.app, &code).await?;
    Ok(Json(OfferCard { organization: offer.organization, role: offer.role, invited_by: offer.invited_by }))
}

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Acceptance {
    name: String,
    email: String,
    #[schema(value_type = String)]
    password: Secret<String>,
    time_zone: Option<String>,
    language: Option<String>,
    #[serde(default)]
    cookie: bool,
}

/// Accept an invitation: makes the account and signs in.
#[utoipa::path(post, path = "/invites/{code}/accept", tag = "people", params(("code" = String, Path)), security(()), request_body = Acceptance,
    responses((status = 201, body = sessions::SignedIn), (status = 400), (status = 409), (status = 410)))]
pub(crate) async fn accept(
    State(api): State<Api>,
    peer: Peer,
    Path(code): Path<String>,
    Input(form): Input<Acceptance>,
) -> Result<Response, Problem> {
    api.edge.attempts.take(&format!("address {}", peer.ip))?;
    let accept = people::AcceptInvite {
        code,
        name: form.name,
        email: form.email,
        password: form.password,
        time_zone: form.time_zone,
        language: form.language,
        user_agent: peer.agent.clone(),
        ip: Some(peer.ip.clone()),
    };
    let new = people::accept_invite(&api.edge.app, accept).await?;
    Ok(sessions::answer(new, &peer, form.cookie))
}

//! `GET /invites/{code}/offer`: read an invitation before accepting it.

use crate::Api;
use axum::{
    Json,
    extract::{Path, State},
};
use portico_core::people;
use portico_domain::member::Role;
use portico_edge::{Peer, Problem};
use serde::Serialize;

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

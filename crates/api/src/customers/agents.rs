//! Who looks after an inbox.

use super::{InboxView, inboxes::inbox_id};
use crate::Api;
use axum::{
    Json,
    extract::{Path, State},
};
use portico_core::customers;
use portico_edge::{Member, Peer, Problem};
use portico_types::{Error, MemberId, Result};

fn member_id(text: &str) -> Result<MemberId> {
    text.parse().map_err(|_| Error::not_found())
}

/// Make a member an agent.
#[utoipa::path(put, path = "/inboxes/{id}/members/{member_id}", tag = "customers", params(("id" = String, Path), ("member_id" = String, Path)),
    responses((status = 200, body = InboxView), (status = 400), (status = 403), (status = 404)))]
pub(crate) async fn add(
    State(api): State<Api>,
    Member(ctx): Member,
    peer: Peer,
    Path((id, member)): Path<(String, String)>,
) -> Result<Json<InboxView>, Problem> {
    let command = customers::AddAgent { inbox: inbox_id(&id)?, member: member_id(&member)? };
    Ok(Json(InboxView::of(api.edge.app.run(ctx, command).await?, &peer.url)))
}

/// Take an agent away; what was assigned to them and is not resolved is nobody's then.
#[utoipa::path(delete, path = "/inboxes/{id}/members/{member_id}", tag = "customers", params(("id" = String, Path), ("member_id" = String, Path)),
    responses((status = 200, body = InboxView), (status = 403), (status = 404)))]
pub(crate) async fn remove(
    State(api): State<Api>,
    Member(ctx): Member,
    peer: Peer,
    Path((id, member)): Path<(String, String)>,
) -> Result<Json<InboxView>, Problem> {
    let command = customers::RemoveAgent { inbox: inbox_id(&id)?, member: member_id(&member)? };
    Ok(Json(InboxView::of(api.edge.app.run(ctx, command).await?, &peer.url)))
}

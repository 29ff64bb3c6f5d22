//! Inboxes.

use super::{InboxView, present};
use crate::{Api, Listed};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use portico_core::customers::{self, InboxSettings};
use portico_domain::inbox::{Asked, Form, InboxKind};
use portico_edge::{Input, Member, Peer, Problem};
use portico_types::{Error, InboxId, Result, TeamId};
use serde::{Deserialize, Serialize};

pub(super) fn inbox_id(text: &str) -> Result<InboxId> {
    text.parse().map_err(|_| Error::not_found())
}

/// What can be set; what is not named stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[expect(clippy::option_option, reason = "missing, null and given are three things")]
pub(crate) struct SettingsForm {
    name: Option<String>,
    /// Origins whose pages may carry the widget; empty means any.
    allowed_origins: Option<Vec<String>>,
    /// `#rrggbb`.
    color: Option<String>,
    greeting: Option<String>,
    form: Option<Form>,
    typing_preview: Option<bool>,
    identity: Option<Asked>,
    /// Gets the inbox's new conversations; null: none.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    team_id: Option<Option<TeamId>>,
}

impl From<SettingsForm> for InboxSettings {
    fn from(form: SettingsForm) -> Self {
        Self {
            name: form.name,
            allowed_origins: form.allowed_origins,
            color: form.color,
            greeting: form.greeting,
            form: form.form,
            typing_preview: form.typing_preview,
            identity: form.identity,
            team: form.team_id,
        }
    }
}

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct NewInbox {
    kind: InboxKind,
    #[serde(flatten)]
    settings: SettingsForm,
}

/// Make an inbox; its maker is its first agent.
#[utoipa::path(post, path = "/inboxes", tag = "customers", request_body = NewInbox, responses((status = 201, body = InboxView), (status = 400), (status = 403)))]
pub(crate) async fn create(
    State(api): State<Api>,
    Member(ctx): Member,
    peer: Peer,
    Input(new): Input<NewInbox>,
) -> Result<(StatusCode, Json<InboxView>), Problem> {
    let command = customers::CreateInbox { kind: new.kind, settings: new.settings.into() };
    let inbox = api.edge.app.run(ctx, command).await?;
    Ok((StatusCode::CREATED, Json(InboxView::of(inbox, &peer.url))))
}

/// The inboxes one is an agent of; all, for owners and admins.
#[utoipa::path(get, path = "/inboxes", tag = "customers", responses((status = 200, body = Listed<InboxView>)))]
pub(crate) async fn list(
    State(api): State<Api>,
    Member(ctx): Member,
    peer: Peer,
) -> Result<Json<Listed<InboxView>>, Problem> {
    let inboxes = api.edge.app.ask(ctx, customers::Inboxes).await?;
    Ok(Json(Listed::all(inboxes.into_iter().map(|i| InboxView::of(i, &peer.url)).collect())))
}

/// One inbox.
#[utoipa::path(get, path = "/inboxes/{id}", tag = "customers", params(("id" = String, Path)), responses((status = 200, body = InboxView), (status = 404)))]
pub(crate) async fn get(
    State(api): State<Api>,
    Member(ctx): Member,
    peer: Peer,
    Path(id): Path<String>,
) -> Result<Json<InboxView>, Problem> {
    let inbox = api.edge.app.ask(ctx, customers::GetInbox { id: inbox_id(&id)? }).await?;
    Ok(Json(InboxView::of(inbox, &peer.url)))
}

/// Change an inbox.
#[utoipa::path(patch, path = "/inboxes/{id}", tag = "customers", params(("id" = String, Path)), request_body = SettingsForm,
    responses((status = 200, body = InboxView), (status = 400), (status = 403), (status = 404)))]
pub(crate) async fn edit(
    State(api): State<Api>,
    Member(ctx): Member,
    peer: Peer,
    Path(id): Path<String>,
    Input(form): Input<SettingsForm>,
) -> Result<Json<InboxView>, Problem> {
    let command = customers::UpdateInbox { id: inbox_id(&id)?, settings: form.into() };
    let inbox = api.edge.app.run(ctx, command).await?;
    Ok(Json(InboxView::of(inbox, &peer.url)))
}

/// The secret with which the host signs who its visitors are (HS256).
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct SecretView {
    /// Shown this once; null when the request is a retry of one that was answered.
    secret: Option<String>,
}

/// Make a new identity secret; tokens signed with the old one no longer count.
#[utoipa::path(post, path = "/inboxes/{id}/identity-secret", tag = "customers", params(("id" = String, Path)),
    responses((status = 201, body = SecretView), (status = 403), (status = 404)))]
pub(crate) async fn identity_secret(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<SecretView>), Problem> {
    let made = api.edge.app.run(ctx, customers::RotateIdentitySecret { id: inbox_id(&id)? }).await?;
    Ok((StatusCode::CREATED, Json(SecretView { secret: made.secret })))
}

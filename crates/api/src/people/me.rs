//! Oneself.

use crate::Api;
use axum::{Json, extract::State, http::StatusCode};
use portico_core::{Ctx, people};
use portico_domain::{
    member::{Member as Card, PresenceChoice, Status},
    organization::Organization,
};
use portico_edge::{Input, Member, Problem};
use portico_types::{FileId, Secret};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Which desks one has.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Desks {
    team: bool,
    customers: bool,
    security: bool,
    admin: bool,
}

/// Who one is here.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct Me {
    pub(super) member: Card,
    organization: Organization,
    session_id: Option<String>,
    /// The guard to send as `X-Portico-CSRF` with the cookie.
    csrf: Option<String>,
    desks: Desks,
    preferences: Value,
}

pub(super) fn shape(me: people::MeView) -> Me {
    Me {
        desks: Desks {
            team: true,
            customers: me.customers,
            security: me.security,
            admin: me.member.role.is_admin(),
        },
        member: me.member,
        organization: me.organization,
        session_id: me.session.map(|s| s.to_string()),
        csrf: me.csrf,
        preferences: me.preferences,
    }
}

async fn fresh(api: &Api, ctx: Ctx) -> Result<Me, Problem> {
    Ok(shape(api.edge.app.ask(ctx, people::Me).await?))
}

/// Who am I.
#[utoipa::path(get, path = "/me", tag = "me", responses((status = 200, body = Me), (status = 401)))]
pub(crate) async fn me(State(api): State<Api>, Member(ctx): Member) -> Result<Json<Me>, Problem> {
    Ok(Json(fresh(&api, ctx).await?))
}

/// Tells a field that is missing from one that is null.
#[expect(clippy::option_option, reason = "missing and null are two things here")]
fn present<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(
    d: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(d).map(Some)
}

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = MyChange)]
#[expect(clippy::option_option, reason = "missing and null are two things here")]
pub(crate) struct Change {
    name: Option<String>,
    handle: Option<String>,
    time_zone: Option<String>,
    language: Option<String>,
    status: Option<Status>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    picture: Option<Option<FileId>>,
    /// Given keys replace, null removes.
    #[schema(value_type = Option<Object>)]
    preferences: Option<serde_json::Map<String, Value>>,
}

/// Change one's profile and preferences.
#[utoipa::path(patch, path = "/me", tag = "me", request_body = Change, responses((status = 200, body = Me), (status = 400), (status = 409)))]
pub(crate) async fn edit(
    State(api): State<Api>,
    Member(ctx): Member,
    Input(change): Input<Change>,
) -> Result<Json<Me>, Problem> {
    let again = ctx.again();
    let profile = people::EditProfile {
        name: change.name,
        handle: change.handle,
        time_zone: change.time_zone,
        language: change.language,
        status: change.status,
        picture: change.picture,
        presence: None,
    };
    api.edge.app.run(ctx, people::EditMe { profile, preferences: change.preferences }).await?;
    Ok(Json(fresh(&api, again).await?))
}

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Passwords {
    #[schema(value_type = String)]
    current: Secret<String>,
    #[schema(value_type = String)]
    next: Secret<String>,
}

/// Change the password; every other device is signed out.
#[utoipa::path(post, path = "/me/password", tag = "me", request_body = Passwords,
    responses((status = 204), (status = 400), (status = 429, description = "too many guesses")))]
pub(crate) async fn password(
    State(api): State<Api>,
    Member(ctx): Member,
    Input(input): Input<Passwords>,
) -> Result<StatusCode, Problem> {
    api.edge.attempts.take(&format!("password {}", ctx.actor.key()))?;
    people::change_password(&api.edge.app, ctx, input.current, input.next).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Presence {
    choice: PresenceChoice,
}

/// Choose how one appears.
#[utoipa::path(put, path = "/me/presence", tag = "me", request_body = Presence, responses((status = 200, body = Card)))]
pub(crate) async fn presence(
    State(api): State<Api>,
    Member(ctx): Member,
    Input(input): Input<Presence>,
) -> Result<Json<Card>, Problem> {
    let change = people::EditProfile { presence: Some(input.choice), ..people::EditProfile::default() };
    Ok(Json(api.edge.app.run(ctx, change).await?))
}

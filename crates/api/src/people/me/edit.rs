//! `PATCH /me`: change one's profile and preferences.

use super::{Me, fresh};
use crate::Api;
use axum::{Json, extract::State};
use portico_core::people;
use portico_domain::member::Status;
use portico_edge::{Input, Member, Problem};
use portico_types::FileId;
use serde::Deserialize;
use serde_json::Value;

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

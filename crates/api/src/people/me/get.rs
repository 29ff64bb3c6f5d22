//! `GET /me`: who am I.

use super::{Me, fresh};
use crate::Api;
use axum::{Json, extract::State};
use portico_edge::{Member, Problem};

/// Who am I.
#[utoipa::path(get, path = "/me", tag = "me", responses((status = 200, body = Me), (status = 401)))]
pub(crate) async fn get(State(api): State<Api>, Member(ctx): Member) -> Result<Json<Me>, Problem> {
    Ok(Json(fresh(&api, ctx).await?))
}

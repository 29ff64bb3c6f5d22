//! Who is around: for a client whose stream begins again, and who was told nothing meanwhile.

use crate::Api;
use axum::{Json, extract::State};
use portico_core::people::KnowsEveryone;
use portico_edge::{Member, Problem};
use portico_realtime::Presence;
use portico_types::Error;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct PresenceAnswer {
    /// `online`, `away` or `dnd` by member; who is offline is not in it.
    #[schema(value_type = BTreeMap<String, String>)]
    members: BTreeMap<String, Presence>,
}

/// Who is around.
#[utoipa::path(get, path = "/presence", tag = "people", responses((status = 200, body = PresenceAnswer), (status = 401), (status = 403)))]
pub(crate) async fn get(
    State(api): State<Api>,
    Member(ctx): Member,
) -> Result<Json<PresenceAnswer>, Problem> {
    let tenant = ctx.tenant;
    if !api.edge.app.ask(ctx, KnowsEveryone).await? {
        // A guest knows a few, and learns of them as it changes.
        return Err(Error::forbidden("guests do not see who is around").into());
    }
    let around = api.hub.presence(tenant).into_iter();
    Ok(Json(PresenceAnswer { members: around.map(|(id, state)| (id.to_string(), state)).collect() }))
}

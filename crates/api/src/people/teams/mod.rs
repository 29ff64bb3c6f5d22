//! Teams.

mod add_member;
mod create;
mod edit;
mod list;
mod remove;
mod remove_member;

use crate::Api;
use axum::Json;
use portico_core::people;
use portico_domain::team::Team;
use portico_edge::Problem;
use portico_types::Error;
use utoipa_axum::{router::OpenApiRouter, routes};

async fn set(
    api: Api,
    ctx: portico_core::Ctx,
    ids: (String, String),
    on: bool,
) -> Result<Json<Team>, Problem> {
    let team = ids.0.parse().map_err(|_| Error::not_found())?;
    let member = ids.1.parse().map_err(|_| Error::not_found())?;
    Ok(Json(api.edge.app.run(ctx, people::SetTeamMember { team, member, on }).await?))
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(create::create, list::list))
        .routes(routes!(edit::edit, remove::remove))
        .routes(routes!(add_member::add_member, remove_member::remove_member))
}

//! `DELETE /sessions`: sign out everywhere else.

use crate::Api;
use axum::{extract::State, http::StatusCode};
use portico_core::people;
use portico_edge::{Member, Problem};

/// Sign out everywhere else.
#[utoipa::path(delete, path = "/sessions", tag = "sessions", responses((status = 204)))]
pub(crate) async fn end_others(State(api): State<Api>, Member(ctx): Member) -> Result<StatusCode, Problem> {
    api.edge.app.run(ctx, people::EndSessions { only: None }).await?;
    Ok(StatusCode::NO_CONTENT)
}

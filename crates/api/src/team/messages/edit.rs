//! `PATCH /messages/{id}`: change what one wrote.

use super::message_id;
use crate::{Api, openapi::ErrorDetail};
use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use portico_core::messages;
use portico_domain::message::{Message, check_body};
use portico_edge::{Input, Member, Problem};
use portico_types::{ErrorCode, Result};
use serde::{Deserialize, Serialize};

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Edit {
    body: String,
    /// The version the editor saw.
    version: i64,
}

/// An edit came second.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = EditConflict)]
pub(crate) struct Superseded {
    error: ErrorDetail,
    /// The message as it is now.
    message: Message,
}

/// Change what one wrote.
#[utoipa::path(patch, path = "/messages/{id}", tag = "messages", params(("id" = String, Path)), request_body = Edit,
    responses((status = 200, body = Message), (status = 403), (status = 404), (status = 409, body = Superseded, description = "somebody edited it first; their version stands beside the error"), (status = 410)))]
pub(crate) async fn edit(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
    Input(edit): Input<Edit>,
) -> Result<Response, Problem> {
    let id = message_id(&id)?;
    // Whether files make an empty text good is known only in the transaction, which checks again.
    let text = check_body(&edit.body, 1)?;
    let composed = messages::compose(&api.edge.app, &ctx, text).await?;
    let command = messages::EditMessage { id, version: edit.version, composed };
    match api.edge.app.run(ctx.clone(), command).await {
        Ok(message) => Ok(Json(message).into_response()),
        Err(e) if e.code() == ErrorCode::EditConflict => {
            let newest = api.edge.app.ask(ctx, messages::GetMessage { id }).await?;
            Ok(Problem(e).beside("message", &newest))
        }
        Err(e) => Err(e.into()),
    }
}

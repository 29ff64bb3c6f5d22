//! `POST /preview`: show a text as it would look.

use crate::Api;
use axum::{Json, extract::State};
use portico_core::messages;
use portico_domain::message::check_body;
use portico_edge::{Input, Member, Problem};
use portico_types::Result;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct Source {
    text: String,
}

#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Html {
    html: String,
}

/// Show a text as it would look.
#[utoipa::path(post, path = "/preview", tag = "messages", request_body = Source, responses((status = 200, body = Html), (status = 413)))]
pub(crate) async fn render(
    State(api): State<Api>,
    Member(ctx): Member,
    Input(source): Input<Source>,
) -> Result<Json<Html>, Problem> {
    check_body(&source.text, 1)?;
    let composed = messages::compose(&api.edge.app, &ctx, &source.text).await?;
    Ok(Json(Html { html: composed.html().to_owned() }))
}

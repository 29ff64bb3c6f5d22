//! What is published: the programs, a policy, security.txt.

use super::{Keep, answer, nobody, render, shape::ProgramFacts};
use crate::Api;
use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use minijinja::{Value, context, value::Serde};
use portico_core::security::{self, PublicPolicy, PublicPrograms, SecurityTxt};
use portico_edge::{Peer, Problem};
use portico_types::Result;

/// The organization's programs.
pub(super) async fn desk(State(api): State<Api>, peer: Peer) -> Response {
    answer(list(&api, &peer).await)
}

async fn list(api: &Api, peer: &Peer) -> Result<Response> {
    let desk = api.edge.app.ask(nobody(api, peer).await?, PublicPrograms).await?;
    let programs: Vec<ProgramFacts> = desk.programs.into_iter().map(Into::into).collect();
    render(
        StatusCode::OK,
        Keep::Briefly,
        "desk.html",
        context! { organization => desk.organization, programs => Value::from(Serde(programs)) },
    )
}

/// One program's policy.
pub(super) async fn policy(State(api): State<Api>, peer: Peer, Path(slug): Path<String>) -> Response {
    answer(one(&api, &peer, slug).await)
}

async fn one(api: &Api, peer: &Peer, slug: String) -> Result<Response> {
    let page = api.edge.app.ask(nobody(api, peer).await?, PublicPolicy { slug }).await?;
    let facts = context! {
        organization => page.organization,
        slug => page.program.slug.clone(),
        here => "policy",
        p => Value::from(Serde(ProgramFacts::from(page.program))),
    };
    render(StatusCode::OK, Keep::Briefly, "policy.html", facts)
}

/// Where to report, for programs (RFC 9116).
pub(super) async fn security_txt(State(api): State<Api>, peer: Peer) -> Result<Response, Problem> {
    let ctx = nobody(&api, &peer).await?;
    let facts = api.edge.app.ask(ctx, SecurityTxt { base_url: peer.url.clone() }).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    Ok((headers, security::security_txt(&facts)).into_response())
}

//! The reporter's page: the link is the key, to one report and nothing else.

use super::{
    Keep, answer, answer::Answer, from_our_page, once, render, report::sentence, see_other,
    shape::ReportFacts,
};
use crate::{
    Api,
    security::{Gate, track},
};
use axum::{
    Extension,
    extract::{Multipart, Path, Query, State, multipart::MultipartRejection, rejection::QueryRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use minijinja::{Value, context, value::Serde};
use portico_core::{
    Ctx, people,
    security::{TrackReport, WithdrawReport},
};
use portico_edge::Peer;
use portico_types::{Error, ErrorCode, Id, Result};
use serde::Deserialize;

/// The reporter of a link. Never remembered: a link that was taken back is dead at once.
async fn reporter(api: &Api, gate: &Gate, peer: &Peer, token: &str) -> Result<Ctx> {
    let outcome = people::authenticate(&api.edge.app, token).await.and_then(|found| {
        let ctx = api.edge.app.ctx(found.tenant, found.actor);
        track::own(&ctx).map(|_| ctx)
    });
    if outcome.as_ref().is_err_and(|e| e.code() == ErrorCode::Unauthenticated) {
        gate.guess(&api.edge, &peer.ip).await?;
    }
    outcome
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Look {
    /// Just sent.
    sent: Option<String>,
    before: Option<i64>,
}

/// Something that did not work, with what was typed.
#[derive(Default)]
struct Failed {
    say: String,
    kept: String,
}

async fn show(
    api: &Api,
    ctx: Ctx,
    token: &str,
    look: Look,
    failed: Option<(StatusCode, Failed)>,
) -> Result<Response> {
    let found = api.edge.app.ask(ctx, TrackReport { before: look.before }).await?;
    let (status, failed) = failed.unwrap_or((StatusCode::OK, Failed::default()));
    let facts = context! {
        organization => found.organization.clone(),
        slug => found.slug.clone(),
        here => "track",
        token,
        fresh => look.sent.is_some(),
        failed => failed.say,
        kept => failed.kept,
        max_file => api.max_file >> 20,
        once => api.edge.fresh::<Id>().to_string(),
        r => Value::from(Serde(ReportFacts::from(found))),
    };
    render(status, Keep::Never, "track.html", facts)
}

fn path(token: &str) -> String {
    format!("/security/track/{token}")
}

/// The report as its reporter sees it.
pub(super) async fn page(
    State(api): State<Api>,
    Extension(gate): Extension<Gate>,
    peer: Peer,
    Path(token): Path<String>,
    look: Result<Query<Look>, QueryRejection>,
) -> Response {
    let look = look.map(|q| q.0).unwrap_or_default();
    answer(match reporter(&api, &gate, &peer, &token).await {
        Ok(ctx) => show(&api, ctx, &token, look, None).await,
        Err(e) => Err(e),
    })
}

/// The reporter answers.
pub(super) async fn reply(
    State(api): State<Api>,
    Extension(gate): Extension<Gate>,
    peer: Peer,
    Path(token): Path<String>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let outcome = async {
        from_our_page(&headers, &peer)?;
        let mut ctx = reporter(&api, &gate, &peer, &token).await?;
        let mut form = form.map_err(|_| Error::invalid("form", "open the form here and send it again"))?;
        let again = ctx.clone();
        let mut answer = Answer::default();
        if let Err(e) = answer.read(&api, &gate, &ctx, &mut form).await {
            return failed(&api, again, &token, &e, answer.body).await;
        }
        ctx.key = once(&answer.once, &[&answer.body, &answer.marks]);
        match track::write(&api, ctx, &answer.body, answer.files).await {
            Ok(written) => see_other(&format!("{}#m{}", path(&token), written.number)),
            Err(e) => failed(&api, again, &token, &e, answer.body).await,
        }
    };
    answer(outcome.await)
}

/// The reporter takes the report back.
pub(super) async fn withdraw(
    State(api): State<Api>,
    Extension(gate): Extension<Gate>,
    peer: Peer,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        from_our_page(&headers, &peer)?;
        let ctx = reporter(&api, &gate, &peer, &token).await?;
        let id = track::own(&ctx)?;
        match api.edge.app.run(ctx.clone(), WithdrawReport { id }).await {
            Ok(()) => see_other(&path(&token)),
            Err(e) => failed(&api, ctx, &token, &e, String::new()).await,
        }
    };
    answer(outcome.await)
}

/// The same page, with what did not work and what was typed.
async fn failed(api: &Api, ctx: Ctx, token: &str, error: &Error, kept: String) -> Result<Response> {
    if error.code() == ErrorCode::Internal {
        return Err(error.clone());
    }
    let status = StatusCode::from_u16(error.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let say = sentence(error.message());
    show(api, ctx, token, Look::default(), Some((status, Failed { say, kept }))).await
}

/// A file of a message the reporter sees.
pub(super) async fn file(
    State(api): State<Api>,
    Extension(gate): Extension<Gate>,
    peer: Peer,
    Path((token, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let outcome = async {
        let ctx = reporter(&api, &gate, &peer, &token).await?;
        let id = id.parse().map_err(|_| Error::not_found())?;
        crate::files::serve(&api, ctx, id, &headers).await
    };
    answer(outcome.await)
}

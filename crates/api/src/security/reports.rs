//! Reports: sent by anybody, handled by a program's team.

use super::Gate;
use crate::{Api, Listed, Paging};
use axum::{
    Extension, Json,
    extract::{Path, State},
    http::StatusCode,
};
use portico_core::{
    Ctx, messages,
    security::{
        self, GetReport, ReportCounts, ReportDraft, ReportNumbers, Reports, RotateTrackingLink, States,
        SubmitReport, UpdateReport,
    },
};
use portico_domain::{
    message::check_body,
    report::{CloseReason, Report, ReportState, Severity},
};
use portico_edge::{Anyone, Input, Member, Once, Peer, Problem, Words};
use portico_policy::Actor;
use portico_types::{Error, MemberId, Result, RoomId};
use serde::{Deserialize, Deserializer, Serialize};

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct NewReport {
    title: String,
    description: String,
    /// From a fresh account to seeing the flaw.
    steps: String,
    /// What an attacker gains.
    impact: String,
    #[serde(default)]
    versions: String,
    /// For public thanks.
    #[serde(default)]
    name: String,
    /// `http:`, `https:` or `mailto:`.
    #[serde(default)]
    link: String,
    /// For answers.
    #[serde(default)]
    email: String,
    #[serde(default)]
    wants_credit: bool,
}

/// What the reporter gets, once.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Receipt {
    key: String,
    /// The only way back to the report. Whoever has it, reads it.
    tracking_url: String,
}

pub(super) fn tracking_url(url: &str, token: &str) -> String {
    format!("{url}/security/track/{token}")
}

/// Whoever sends a report: signed in, or nobody in particular.
pub(super) async fn nobody(api: &Api, peer: &Peer) -> Result<Ctx> {
    let mut ctx = api.edge.app.ctx(security::public_organization(&api.edge.app).await?, Actor::Anonymous);
    ctx.ip = Some(peer.ip.clone());
    Ok(ctx)
}

/// Report a vulnerability. No account is needed.
#[utoipa::path(post, path = "/programs/{slug}/reports", tag = "security", params(("slug" = String, Path)),
    request_body = NewReport, security(()),
    responses((status = 201, body = Receipt), (status = 400), (status = 401), (status = 403, description = "no reports are taken at the moment"), (status = 404), (status = 413), (status = 429)))]
pub(crate) async fn submit(
    State(api): State<Api>,
    Extension(gate): Extension<Gate>,
    Anyone(who): Anyone,
    Once(key): Once,
    peer: Peer,
    Path(slug): Path<String>,
    Input(new): Input<NewReport>,
) -> Result<(StatusCode, Json<Receipt>), Problem> {
    let ctx = match (who, key) {
        (Some(ctx), _) => ctx,
        (None, Some(key)) => nobody(&api, &peer).await?.once(key),
        (None, None) => nobody(&api, &peer).await?,
    };
    let draft = ReportDraft {
        title: new.title,
        description: new.description,
        steps: new.steps,
        impact: new.impact,
        versions: new.versions,
        name: new.name,
        link: new.link,
        email: new.email,
        wants_credit: new.wants_credit,
    };
    let intake = draft.check().map_err(|mut wrong| wrong.swap_remove(0))?;
    gate.report(&api.edge, &peer.ip, &slug).await?;
    let sent = api.edge.app.run(ctx, SubmitReport { slug, intake }).await?;
    let tracking_url = tracking_url(&peer.url, sent.token.expose());
    Ok((StatusCode::CREATED, Json(Receipt { key: sent.key, tracking_url })))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// `open` (the default), `all`, or one state.
    state: Option<String>,
    /// A program's slug.
    program: Option<String>,
    cursor: Option<String>,
    limit: Option<i64>,
}

/// Reports of one's programs, newest change first.
#[utoipa::path(get, path = "/reports", tag = "security", params(Wanted), responses((status = 200, body = Listed<Report>), (status = 400), (status = 404)))]
pub(crate) async fn list(
    State(api): State<Api>,
    Member(ctx): Member,
    Words(wanted): Words<Wanted>,
) -> Result<Json<Listed<Report>>, Problem> {
    let paging = Paging { cursor: wanted.cursor, limit: wanted.limit };
    let states = wanted.state.as_deref().map_or(Ok(States::default()), str::parse)?;
    let query = Reports { states, program: wanted.program, cursor: paging.cursor()?, limit: paging.limit()? };
    Ok(Json(Listed::page(api.edge.app.ask(ctx, query).await?)))
}

/// How many reports there are in one's programs.
#[utoipa::path(get, path = "/reports/counts", tag = "security", responses((status = 200, body = ReportNumbers)))]
pub(crate) async fn counts(
    State(api): State<Api>,
    Member(ctx): Member,
) -> Result<Json<ReportNumbers>, Problem> {
    Ok(Json(api.edge.app.ask(ctx, ReportCounts).await?))
}

fn report_id(text: &str) -> Result<RoomId> {
    text.parse().map_err(|_| Error::not_found())
}

/// One report.
#[utoipa::path(get, path = "/reports/{id}", tag = "security", params(("id" = String, Path)), responses((status = 200, body = Report), (status = 404)))]
pub(crate) async fn get(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
) -> Result<Json<Report>, Problem> {
    Ok(Json(api.edge.app.ask(ctx, GetReport { id: report_id(&id)? }).await?))
}

/// Tells a field that is missing from one that is null.
#[expect(clippy::option_option, reason = "a change to nothing is not no change")]
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(d).map(Some)
}

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = ReportChange)]
#[expect(clippy::option_option, reason = "a change to nothing is not no change")]
pub(crate) struct Change {
    title: Option<String>,
    state: Option<ReportState>,
    /// Needed to close; the reporter is told.
    close_reason: Option<CloseReason>,
    /// Words to the reporter that go with a new state.
    message: Option<String>,
    /// Someone of the team; null for nobody.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    assignee_id: Option<Option<MemberId>>,
    /// null takes it away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Severity>)]
    severity: Option<Option<Severity>>,
}

/// Handle a report.
#[utoipa::path(patch, path = "/reports/{id}", tag = "security", params(("id" = String, Path)), request_body = Change,
    responses((status = 200, body = Report), (status = 400), (status = 403), (status = 404), (status = 409)))]
pub(crate) async fn edit(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
    Input(change): Input<Change>,
) -> Result<Json<Report>, Problem> {
    let message = match change.message.as_deref().map(str::trim).filter(|m| !m.is_empty()) {
        Some(text) => Some(messages::compose(&api.edge.app, &ctx, check_body(text, 0)?).await?),
        None => None,
    };
    let command = UpdateReport {
        title: change.title,
        state: change.state,
        close_reason: change.close_reason,
        message,
        assignee: change.assignee_id,
        severity: change.severity,
        ..UpdateReport::of(report_id(&id)?)
    };
    Ok(Json(api.edge.app.run(ctx, command).await?))
}

/// A new tracking link.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Link {
    tracking_url: String,
}

/// Make a new tracking link; the old one stops working.
#[utoipa::path(post, path = "/reports/{id}/tracking-link", tag = "security", params(("id" = String, Path)),
    responses((status = 200, body = Link), (status = 403), (status = 404)))]
pub(crate) async fn tracking_link(
    State(api): State<Api>,
    Member(ctx): Member,
    peer: Peer,
    Path(id): Path<String>,
) -> Result<Json<Link>, Problem> {
    let tenant = ctx.tenant;
    let made = api.edge.app.run(ctx, RotateTrackingLink { report: report_id(&id)? }).await?;
    api.edge.known.forget(tenant);
    Ok(Json(Link { tracking_url: tracking_url(&peer.url, made.token.expose()) }))
}

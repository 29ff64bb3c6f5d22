//! Programs, for their teams.

use super::ProgramView;
use crate::{Api, Listed, Paging};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use portico_core::{
    Ctx,
    security::{
        AddTeamMember, CreateProgram, GetProgram, PolicyText, ProgramAudit, Programs, RemoveTeamMember,
        UpdateProgram,
    },
};
use portico_domain::{
    audit::AuditEntry,
    program::{Intake, ScopeItem},
};
use portico_edge::{Input, Member, Peer, Problem, Words};
use portico_types::{Error, MemberId, Result};
use serde::Deserialize;

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct NewProgram {
    name: String,
    /// Made of the name unless given.
    slug: Option<String>,
    /// Two to six letters; made of the name unless given. Reports are called PREFIX-1, PREFIX-2 …
    prefix: Option<String>,
    #[serde(default)]
    intro: String,
    /// Markdown.
    #[serde(default)]
    policy: String,
    #[serde(default)]
    scope: Vec<ScopeItem>,
    /// `mailto:` or `https:`.
    #[serde(default)]
    contact: String,
    #[serde(default)]
    languages: Vec<String>,
    #[serde(default)]
    notice: String,
    /// Exactly these become the team; without, whoever makes the program.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    member_ids: Vec<MemberId>,
}

/// Publish a program.
#[utoipa::path(post, path = "/programs", tag = "security", request_body = NewProgram,
    responses((status = 201, body = ProgramView), (status = 400), (status = 403), (status = 409)))]
pub(crate) async fn create(
    State(api): State<Api>,
    Member(ctx): Member,
    peer: Peer,
    Input(new): Input<NewProgram>,
) -> Result<(StatusCode, Json<ProgramView>), Problem> {
    let command = CreateProgram {
        policy: PolicyText::of(&new.policy)?,
        name: new.name,
        slug: new.slug,
        prefix: new.prefix,
        intro: new.intro,
        scope: new.scope,
        contact: new.contact,
        languages: new.languages,
        notice: new.notice,
        member_ids: new.member_ids,
    };
    let program = api.edge.app.run(ctx, command).await?;
    Ok((StatusCode::CREATED, Json(ProgramView::of(program, &peer.url))))
}

/// The programs whose team one is in. Owners and admins also see which others there are.
#[utoipa::path(get, path = "/programs", tag = "security", responses((status = 200, body = Listed<ProgramView>)))]
pub(crate) async fn list(
    State(api): State<Api>,
    Member(ctx): Member,
    peer: Peer,
) -> Result<Json<Listed<ProgramView>>, Problem> {
    let programs = api.edge.app.ask(ctx, Programs).await?;
    Ok(Json(Listed::all(programs.into_iter().map(|p| ProgramView::of(p, &peer.url)).collect())))
}

/// One program.
#[utoipa::path(get, path = "/programs/{slug}", tag = "security", params(("slug" = String, Path)), responses((status = 200, body = ProgramView), (status = 404)))]
pub(crate) async fn get(
    State(api): State<Api>,
    Member(ctx): Member,
    peer: Peer,
    Path(slug): Path<String>,
) -> Result<Json<ProgramView>, Problem> {
    Ok(Json(ProgramView::of(api.edge.app.ask(ctx, GetProgram { slug }).await?, &peer.url)))
}

#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = ProgramChange)]
pub(crate) struct Change {
    name: Option<String>,
    slug: Option<String>,
    intro: Option<String>,
    /// Markdown; another text becomes a new version.
    policy: Option<String>,
    scope: Option<Vec<ScopeItem>>,
    contact: Option<String>,
    languages: Option<Vec<String>>,
    notice: Option<String>,
    intake: Option<Intake>,
}

/// Change a program. Its team may, whatever rank others have.
#[utoipa::path(patch, path = "/programs/{slug}", tag = "security", params(("slug" = String, Path)), request_body = Change,
    responses((status = 200, body = ProgramView), (status = 400), (status = 403), (status = 404), (status = 409)))]
pub(crate) async fn edit(
    State(api): State<Api>,
    Member(ctx): Member,
    peer: Peer,
    Path(slug): Path<String>,
    Input(change): Input<Change>,
) -> Result<Json<ProgramView>, Problem> {
    let command = UpdateProgram {
        slug,
        new_slug: change.slug,
        name: change.name,
        intro: change.intro,
        policy: change.policy.as_deref().map(PolicyText::of).transpose()?,
        scope: change.scope,
        contact: change.contact,
        languages: change.languages,
        notice: change.notice,
        intake: change.intake,
    };
    Ok(Json(ProgramView::of(api.edge.app.run(ctx, command).await?, &peer.url)))
}

async fn team(
    api: Api,
    ctx: Ctx,
    url: &str,
    (slug, id): (String, String),
    on: bool,
) -> Result<Json<ProgramView>, Problem> {
    let member: MemberId = id.parse().map_err(|_| Error::not_found())?;
    let program = if on {
        api.edge.app.run(ctx, AddTeamMember { slug, member }).await?
    } else {
        api.edge.app.run(ctx, RemoveTeamMember { slug, member }).await?
    };
    Ok(Json(ProgramView::of(program, url)))
}

/// Bring someone into the team; a guest reads and writes, but does not handle.
#[utoipa::path(put, path = "/programs/{slug}/members/{member_id}", tag = "security", params(("slug" = String, Path), ("member_id" = String, Path)),
    responses((status = 200, body = ProgramView), (status = 400), (status = 403), (status = 404)))]
pub(crate) async fn add_member(
    State(api): State<Api>,
    Member(ctx): Member,
    peer: Peer,
    Path(ids): Path<(String, String)>,
) -> Result<Json<ProgramView>, Problem> {
    team(api, ctx, &peer.url, ids, true).await
}

/// Take someone out of the team. The last who can manage it stays.
#[utoipa::path(delete, path = "/programs/{slug}/members/{member_id}", tag = "security", params(("slug" = String, Path), ("member_id" = String, Path)),
    responses((status = 200, body = ProgramView), (status = 403), (status = 404), (status = 409)))]
pub(crate) async fn remove_member(
    State(api): State<Api>,
    Member(ctx): Member,
    peer: Peer,
    Path(ids): Path<(String, String)>,
) -> Result<Json<ProgramView>, Problem> {
    team(api, ctx, &peer.url, ids, false).await
}

/// What was done in a program, newest first. For its team.
#[utoipa::path(get, path = "/programs/{slug}/audit", tag = "security", params(("slug" = String, Path), Paging),
    responses((status = 200, body = Listed<AuditEntry>), (status = 403), (status = 404)))]
pub(crate) async fn audit(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(slug): Path<String>,
    Words(paging): Words<Paging>,
) -> Result<Json<Listed<AuditEntry>>, Problem> {
    let query = ProgramAudit { slug, cursor: paging.cursor()?, limit: paging.limit()? };
    Ok(Json(Listed::page(api.edge.app.ask(ctx, query).await?)))
}

//! Conversations.

use super::present;
use crate::{Api, Listed, Paging};
use axum::{
    Json,
    extract::{Path, State},
};
use portico_core::{
    Ctx,
    customers::{self, Assignee},
};
use portico_domain::conversation::{Conversation, Priority, Status};
use portico_edge::{Input, Member, Problem, Words};
use portico_types::{Error, MemberId, Millis, Result, RoomId, TeamId};
use serde::{Deserialize, Serialize};

pub(super) fn conversation_id(text: &str) -> Result<RoomId> {
    text.parse().map_err(|_| Error::not_found())
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// `open` (unless said), `pending`, `snoozed`, `resolved` or `all`.
    status: Option<String>,
    /// Of this inbox only.
    inbox: Option<String>,
    /// `me`, `none` or a member's id.
    assignee: Option<String>,
    cursor: Option<String>,
    limit: Option<i64>,
}

impl Filter {
    fn query(self, ctx: &Ctx) -> Result<customers::Conversations> {
        let status = match self.status.as_deref() {
            None | Some("open") => Some(Status::Open),
            Some("pending") => Some(Status::Pending),
            Some("snoozed") => Some(Status::Snoozed),
            Some("resolved") => Some(Status::Resolved),
            Some("all") => None,
            Some(_) => return Err(Error::invalid("status", "one of open, pending, snoozed, resolved, all")),
        };
        let assignee = match self.assignee.as_deref() {
            None => Assignee::Any,
            Some("none") => Assignee::Nobody,
            Some("me") => Assignee::Member(ctx.me()?),
            Some(id) => Assignee::Member(
                id.parse::<MemberId>()
                    .map_err(|_| Error::invalid("assignee", "me, none or the id of a member"))?,
            ),
        };
        let inbox = self
            .inbox
            .as_deref()
            .map(|id| id.parse().map_err(|_| Error::invalid("inbox", "the id of an inbox")))
            .transpose()?;
        let paging = Paging { cursor: self.cursor, limit: self.limit };
        Ok(customers::Conversations {
            status,
            inbox,
            assignee,
            cursor: paging.cursor()?,
            limit: paging.limit()?,
        })
    }
}

/// Conversations of the inboxes one sees, the one written in last first.
#[utoipa::path(get, path = "/conversations", tag = "customers", params(Filter), responses((status = 200, body = Listed<Conversation>), (status = 400)))]
pub(crate) async fn list(
    State(api): State<Api>,
    Member(ctx): Member,
    Words(filter): Words<Filter>,
) -> Result<Json<Listed<Conversation>>, Problem> {
    let query = filter.query(&ctx)?;
    Ok(Json(Listed::page(api.edge.app.ask(ctx, query).await?)))
}

/// Open conversations one sees.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct CountsView {
    mine: i64,
    unassigned: i64,
    all: i64,
}

/// How many open conversations there are.
#[utoipa::path(get, path = "/conversations/counts", tag = "customers", responses((status = 200, body = CountsView)))]
pub(crate) async fn counts(State(api): State<Api>, Member(ctx): Member) -> Result<Json<CountsView>, Problem> {
    let counts = api.edge.app.ask(ctx, customers::Counts).await?;
    Ok(Json(CountsView { mine: counts.mine, unassigned: counts.unassigned, all: counts.all }))
}

/// One conversation.
#[utoipa::path(get, path = "/conversations/{id}", tag = "customers", params(("id" = String, Path)), responses((status = 200, body = Conversation), (status = 404)))]
pub(crate) async fn get(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
) -> Result<Json<Conversation>, Problem> {
    Ok(Json(api.edge.app.ask(ctx, customers::GetConversation { id: conversation_id(&id)? }).await?))
}

/// What changes; what is not named stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[schema(as = ConversationChange)]
#[expect(clippy::option_option, reason = "missing, null and given are three things")]
pub(crate) struct Change {
    status: Option<Status>,
    /// Null: nobody.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    assignee_id: Option<Option<MemberId>>,
    /// Null: none.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    team_id: Option<Option<TeamId>>,
    priority: Option<Priority>,
    /// Put aside until then, within a year; null: until the contact writes.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i64>)]
    snoozed_until: Option<Option<Millis>>,
}

/// Assign, put aside, resolve, open again.
#[utoipa::path(patch, path = "/conversations/{id}", tag = "customers", params(("id" = String, Path)), request_body = Change,
    responses((status = 200, body = Conversation), (status = 400), (status = 404)))]
pub(crate) async fn edit(
    State(api): State<Api>,
    Member(ctx): Member,
    Path(id): Path<String>,
    Input(change): Input<Change>,
) -> Result<Json<Conversation>, Problem> {
    let command = customers::UpdateConversation {
        id: conversation_id(&id)?,
        status: change.status,
        assignee: change.assignee_id,
        team: change.team_id,
        priority: change.priority,
        snoozed_until: change.snoozed_until,
    };
    Ok(Json(api.edge.app.run(ctx, command).await?))
}

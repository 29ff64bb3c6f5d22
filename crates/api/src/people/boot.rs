//! Everything a client needs to begin, in one answer.

use super::me::{Me, shape};
use crate::Api;
use axum::{Json, extract::State};
use portico_core::people;
use portico_domain::{
    event::Draft, inbox::Inbox, limits, member::Member as Card, program::Program, room::Room, team::Team,
};
use portico_edge::{Member, Problem};
use portico_realtime::Viewer;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct CustomerCounts {
    mine: i64,
    unassigned: i64,
    all: i64,
}

#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct ReportCounts {
    new: i64,
    open: i64,
}

#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct ThreadCounts {
    unread: i64,
    mentions: i64,
}

#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Counts {
    customers: CustomerCounts,
    security: ReportCounts,
    threads: ThreadCounts,
}

#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Limits {
    /// Characters.
    message: usize,
    /// Bytes.
    file: u64,
    /// Files on a message.
    upload_count: usize,
}

/// The first state of a client.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct BootAnswer {
    me: Me,
    members: Vec<Card>,
    /// `online`, `away` or `dnd`; who is offline is not in it.
    presence: BTreeMap<String, String>,
    teams: Vec<Team>,
    channels: Vec<Room>,
    directs: Vec<Room>,
    inboxes: Vec<crate::customers::InboxView>,
    programs: Vec<crate::security::ProgramView>,
    drafts: Vec<Draft>,
    counts: Counts,
    limits: Limits,
    /// Where the stream goes on from this state.
    cursor: String,
}

/// Begin.
#[utoipa::path(get, path = "/boot", tag = "me", responses((status = 200, body = BootAnswer), (status = 401)))]
pub(crate) async fn boot(
    State(api): State<Api>,
    Member(ctx): Member,
    peer: portico_edge::Peer,
) -> Result<Json<BootAnswer>, Problem> {
    let tenant = ctx.tenant;
    let view = api.edge.app.ask(ctx, people::Boot).await?;
    let viewer = Viewer::Member { id: view.me.member.id, session: None, token: None };
    let cursor = api.hub.cursor(tenant, &viewer, Some(view.me.member.role), view.at);
    let guest = view.me.member.role == portico_domain::member::Role::Guest;
    let known: std::collections::HashSet<_> = view.members.iter().map(|m| m.id).collect();
    let presence = api
        .hub
        .presence(tenant)
        .into_iter()
        .filter(|(id, _)| !guest || known.contains(id))
        .filter_map(|(id, state)| {
            Some((id.to_string(), serde_json::to_value(state).ok()?.as_str()?.to_owned()))
        })
        .collect();
    let programs: Vec<Program> = view.programs;
    let inboxes: Vec<Inbox> = view.inboxes;
    Ok(Json(BootAnswer {
        me: shape(view.me),
        members: view.members,
        presence,
        teams: view.teams,
        channels: view.channels,
        directs: view.directs,
        inboxes: inboxes.into_iter().map(|i| crate::customers::InboxView::of(i, &peer.url)).collect(),
        programs: programs.into_iter().map(|p| crate::security::ProgramView::of(p, &peer.url)).collect(),
        drafts: view.drafts,
        counts: Counts {
            customers: CustomerCounts {
                mine: view.customers.mine,
                unassigned: view.customers.unassigned,
                all: view.customers.all,
            },
            security: ReportCounts { new: view.security.0, open: view.security.1 },
            threads: ThreadCounts { unread: view.threads.0, mentions: view.threads.1 },
        },
        limits: Limits {
            message: limits::MESSAGE_CHARS,
            file: api.max_file,
            upload_count: limits::MESSAGE_FILES,
        },
        cursor,
    }))
}

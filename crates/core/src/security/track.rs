//! The reporter's side: what they see of their report, and how they answer. Made of what is theirs to see, by type:
//! nothing of a member but a name and a picture can be put in here.

use super::word;
use crate::{
    Command, Ctx, Query,
    messages::{Composed, PostMessage},
};
use portico_domain::{
    file::File,
    message::{AuthorKind, Body, Message},
    report::{CloseReason, ReportState, Severity, WaitingOn, check_withdraw},
    room::Ring,
};
use portico_policy::{Actor, PostMessage as MayPost, ReadPolicy, ReadRoom};
use portico_store::{Read, Tx};
use portico_types::{Error, FileId, Id, MemberId, MessageId, Millis, Result, RoomId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// What of a system line is for the reporter. Who did it is not: towards them the team is one.
const PUBLIC_PARAMS: [&str; 5] = ["key", "policy_version", "from", "to", "reason"];
/// Messages of one look.
const WINDOW: i64 = 200;

/// A report as its reporter sees it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Tracked {
    pub key: String,
    pub title: String,
    pub organization: String,
    pub program: String,
    /// The program's slug, for its policy.
    pub slug: String,
    pub state: ReportState,
    pub close_reason: Option<CloseReason>,
    pub severity: Option<Severity>,
    pub waiting_on: Option<WaitingOn>,
    #[schema(value_type = i64)]
    pub received_at: Millis,
    /// The policy that applies to it.
    pub policy_version: i64,
    /// The name they gave, or nothing.
    pub name: String,
    pub wants_credit: bool,
    /// Whether they can still take it back.
    pub can_withdraw: bool,
    /// Ascending.
    pub messages: Vec<TrackedMessage>,
    /// Whether there are older ones.
    pub has_before: bool,
}

/// One message of ring `everyone`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TrackedMessage {
    #[schema(value_type = String)]
    pub id: MessageId,
    /// 1, 2, 3 … among what the reporter sees.
    pub number: i64,
    /// Whether it is their own.
    pub mine: bool,
    /// Nobody for a system line.
    pub author: Option<TrackedAuthor>,
    pub body: TrackedBody,
    #[schema(value_type = i64)]
    pub created_at: Millis,
    #[schema(value_type = Option<i64>)]
    pub edited_at: Option<Millis>,
    pub files: Vec<File>,
}

/// Someone as people outside see them: a name, and a picture if there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TrackedAuthor {
    pub name: String,
    /// The member whose picture it is; the adapter makes an address of it.
    #[serde(skip)]
    #[schema(ignore)]
    pub picture_of: Option<MemberId>,
}

/// What it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TrackedBody {
    Markdown { text: String, html: String },
    System { event: String, params: BTreeMap<String, String> },
    Deleted,
}

/// Looks at one's own report; `before` a number, for what is older.
#[derive(Default)]
pub struct TrackReport {
    pub before: Option<i64>,
}

/// The one report a tracking link opens.
fn own(ctx: &Ctx) -> Result<RoomId> {
    match ctx.actor {
        Actor::Reporter { room, .. } => Ok(room),
        _ => Err(Error::unauthenticated()),
    }
}

impl Query for TrackReport {
    type Out = Tracked;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Tracked> {
        let (report, _, permit) = read.access_report::<ReadRoom>(&ctx.actor, own(ctx)?)?;
        let before = match self.before {
            Some(number) => read.inner_number(&permit, number)?.unwrap_or(i64::MAX),
            None => i64::MAX,
        };
        let mut found = read.messages(&permit, 0, before, Ring::Everyone, true, true, WINDOW + 1)?;
        let has_before = found.len() as i64 > WINDOW;
        if has_before {
            found.remove(0);
        }
        let mut pictures = HashMap::new();
        let mut messages = Vec::with_capacity(found.len());
        for message in found {
            let picture_of = match (message.author.kind, message.author.id) {
                (AuthorKind::Member | AuthorKind::Bot, Some(id)) => picture(read, &mut pictures, id)?,
                _ => None,
            };
            messages.extend(shown(message, picture_of));
        }
        let (program, _) = read.access_program_id::<ReadPolicy>(&ctx.actor, report.program_id)?;
        Ok(Tracked {
            organization: read.own_organization()?.name,
            program: program.program.name,
            slug: program.program.slug,
            can_withdraw: check_withdraw(report.state).is_ok(),
            key: report.key,
            title: report.title,
            state: report.state,
            close_reason: report.close_reason,
            severity: report.severity,
            waiting_on: report.waiting_on,
            received_at: report.received_at,
            policy_version: report.policy_version,
            name: report.reporter.name,
            wants_credit: report.reporter.wants_credit,
            messages,
            has_before,
        })
    }
}

/// The member, if they have a picture to show.
fn picture(
    read: &mut Read<'_>,
    known: &mut HashMap<Id, Option<MemberId>>,
    id: Id,
) -> Result<Option<MemberId>> {
    if let Some(known) = known.get(&id) {
        return Ok(*known);
    }
    let found = read.member(MemberId(id))?.filter(|m| m.picture.is_some()).map(|m| m.id);
    known.insert(id, found);
    Ok(found)
}

/// A message as the reporter sees it; nothing if it is not in their ring after all.
fn shown(message: Message, picture_of: Option<MemberId>) -> Option<TrackedMessage> {
    let number = message.outside_number.filter(|_| message.ring == Ring::Everyone)?;
    let mine = message.author.kind == AuthorKind::Reporter;
    let author = (message.author.kind != AuthorKind::System)
        .then_some(TrackedAuthor { name: message.author.name, picture_of });
    Some(TrackedMessage {
        id: message.id,
        number,
        mine,
        author,
        body: match message.body {
            Body::Markdown { text, html } => TrackedBody::Markdown { text, html },
            Body::System { event, mut params } => {
                params.retain(|name, _| PUBLIC_PARAMS.contains(&name.as_str()));
                TrackedBody::System { event, params }
            }
            Body::Deleted => TrackedBody::Deleted,
        },
        created_at: message.created_at,
        edited_at: message.edited_at,
        files: message.files,
    })
}

/// The reporter writes. `composed` is made with the reporter's context, in which nobody can be called.
pub struct PostAsReporter {
    /// The room of the tracking link.
    pub id: RoomId,
    pub composed: Composed,
    /// Their own uploads.
    pub files: Vec<FileId>,
}

/// Whether the reporter may write. Asked before the bytes of a file come.
pub struct MayAnswer;

impl Query for MayAnswer {
    type Out = ();

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<()> {
        read.access_report::<MayPost>(&ctx.actor, own(ctx)?).map(|_| ())
    }
}

impl Command for PostAsReporter {
    type Out = TrackedMessage;

    fn lane(&self) -> u64 {
        self.id.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<TrackedMessage> {
        if own(ctx)? != self.id {
            return Err(Error::not_found());
        }
        let post = PostMessage {
            room: self.id,
            composed: self.composed.clone(),
            ring: None,
            thread: None,
            files: self.files.clone(),
            confirm: false,
        };
        shown(post.run(ctx, tx)?, None)
            .ok_or_else(|| Error::internal(format!("a reporter's message is not {}", word(&Ring::Everyone))))
    }
}

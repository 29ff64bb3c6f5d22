//! Moving a conversation on: assign, put aside, resolve.

use super::{WAKE, WakeConversation, emit_conversation, emit_status, inbox_settings::check_team, label};
use crate::{Command, Ctx, messages::system_message};
use portico_domain::{
    conversation::{Conversation, Priority, Status},
    room::Ring,
};
use portico_policy::HandleConversation as May;
use portico_store::{Job, RoomRow, Tx};
use portico_types::{Error, MemberId, Millis, Result, RoomId, TeamId};

/// The furthest a conversation can be put aside, in ms.
const SNOOZE: i64 = 366 * Millis::DAY;

/// Changes what is given; every change leaves a line in the timeline that the contact does not see.
#[derive(Clone, Debug)]
pub struct UpdateConversation {
    pub id: RoomId,
    pub status: Option<Status>,
    pub assignee: Option<Option<MemberId>>,
    pub team: Option<Option<TeamId>>,
    pub priority: Option<Priority>,
    /// Puts it aside until then; none: until the contact writes.
    pub snoozed_until: Option<Option<Millis>>,
}

impl UpdateConversation {
    /// Nothing changes yet.
    pub fn of(id: RoomId) -> Self {
        Self { id, status: None, assignee: None, team: None, priority: None, snoozed_until: None }
    }

    /// The change itself, by the rules.
    fn apply(&self, ctx: &Ctx, c: &mut Conversation) -> Result<()> {
        let status = match (self.status, self.snoozed_until) {
            (Some(Status::Snoozed) | None, Some(until)) => {
                if let Some(until) = until
                    && !(until > ctx.now && until <= ctx.now.plus(SNOOZE))
                {
                    return Err(Error::invalid("snoozed_until", "choose a time within the coming year"));
                }
                // Alone it puts aside what it names a time for; taking the time away changes nothing else.
                if until.is_some() || self.status.is_some() || c.status == Status::Snoozed {
                    c.snoozed_until = until;
                }
                self.status.or(until.map(|_| Status::Snoozed))
            }
            (Some(_), Some(Some(_))) => {
                return Err(Error::invalid(
                    "snoozed_until",
                    "only a snoozed conversation has a time to come back",
                ));
            }
            (status, _) => {
                if status == Some(Status::Snoozed) && c.status != Status::Snoozed {
                    c.snoozed_until = None;
                }
                status
            }
        };
        if let Some(status) = status {
            c.status = status;
        }
        if c.status != Status::Snoozed {
            c.snoozed_until = None;
        }
        if c.status == Status::Resolved {
            c.waiting_since = None;
        }
        if let Some(assignee) = self.assignee {
            c.assignee_id = assignee;
        }
        if let Some(team) = self.team {
            c.team_id = team;
        }
        if let Some(priority) = self.priority {
            c.priority = priority;
        }
        Ok(())
    }
}

impl Command for UpdateConversation {
    type Out = Conversation;

    fn lane(&self) -> u64 {
        self.id.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Conversation> {
        let (_, room, permit) = tx.access_conversation::<May>(&ctx.actor, self.id)?;
        tx.hold_conversation(&permit)?;
        let before = tx.shared_conversation(self.id)?;
        let mut now = before.clone();
        self.apply(ctx, &mut now)?;
        if let Some(member) = now.assignee_id
            && now.assignee_id != before.assignee_id
            && !tx.sees_inbox(member, now.inbox_id)?
        {
            return Err(Error::invalid(
                "assignee_id",
                "they do not see this inbox; make them an agent of it first",
            ));
        }
        let team = match now.team_id {
            Some(id) if now.team_id != before.team_id => check_team(tx, id)?,
            _ => String::new(),
        };
        if now != before {
            tx.keep_conversation(&permit, &now)?;
            lines(ctx, tx, &room, &before, &now, &team)?;
            if now.snoozed_until != before.snoozed_until
                && let Some(at) = now.snoozed_until
            {
                let wake = WakeConversation { id: self.id };
                let payload = serde_json::to_string(&wake).map_err(Error::internal)?;
                tx.enqueue(ctx.id(), ctx.now, &Job { kind: WAKE, payload, run_at: at })?;
            }
            emit_status(ctx, tx, &room, before.status, now.status);
            emit_conversation(ctx, tx, self.id)?;
        }
        tx.access_conversation::<May>(&ctx.actor, self.id).map(|(c, ..)| c)
    }
}

/// A line for each thing that changed.
fn lines(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    room: &RoomRow,
    before: &Conversation,
    now: &Conversation,
    team: &str,
) -> Result<()> {
    let (id, by) = (now.id, ("by", room.my_name.as_str()));
    if now.status != before.status || now.snoozed_until != before.snoozed_until {
        let until = now.snoozed_until.map_or(String::new(), |at| at.0.to_string());
        let params = [by, ("status", &label(now.status)), ("from", &label(before.status)), ("until", &until)];
        system_message(ctx, tx, id, Ring::Team, "status_changed", &params)?;
    }
    if now.assignee_id != before.assignee_id {
        let name = match now.assignee_id {
            Some(member) => tx.member(member)?.map_or(String::new(), |m| m.name),
            None => String::new(),
        };
        system_message(ctx, tx, id, Ring::Team, "assigned", &[by, ("name", &name)])?;
    }
    if now.team_id != before.team_id {
        system_message(ctx, tx, id, Ring::Team, "team_changed", &[by, ("name", team)])?;
    }
    if now.priority != before.priority {
        let params = [by, ("priority", &label(now.priority)), ("from", &label(before.priority))];
        system_message(ctx, tx, id, Ring::Team, "priority_changed", &params)?;
    }
    Ok(())
}

//! Who looks after an inbox.

use super::{agents_of, emit_conversation, emit_inbox};
use crate::{Command, Ctx, Record};
use portico_domain::{
    event::Event,
    inbox::Inbox,
    member::Role,
    room::{GroupKind, GroupRole},
};
use portico_policy::{Action, ManageInbox as May};
use portico_store::Tx;
use portico_types::{Error, InboxId, MemberId, Result};

/// Makes a member an agent. One already: nothing changes.
pub struct AddAgent {
    pub inbox: InboxId,
    pub member: MemberId,
}

impl Command for AddAgent {
    type Out = Inbox;
    const AUDITED: Option<&'static str> = Some(May::NAME);

    fn lane(&self) -> u64 {
        self.inbox.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Inbox> {
        let (_, permit) = tx.access_inbox::<May>(&ctx.actor, self.inbox)?;
        let member = tx
            .member(self.member)?
            .filter(|m| !m.suspended)
            .ok_or_else(|| Error::invalid("member_id", "there is no such person here"))?;
        if member.role == Role::Guest {
            return Err(Error::invalid("member_id", "a guest cannot be an agent; make them a member first"));
        }
        if tx.join_inbox(&permit, self.member, ctx.now)? {
            let (group, role) = (self.inbox.0, GroupRole::Member);
            let joined = Event::MemberJoined { group, kind: GroupKind::Inbox, member_id: self.member, role };
            tx.emit(ctx.now, None, agents_of(self.inbox), joined);
            changed(ctx, tx, self.inbox, "added", self.member, &member.name)?;
        }
        tx.access_inbox::<May>(&ctx.actor, self.inbox).map(|(inbox, _)| inbox)
    }
}

/// Takes an agent away. What was assigned to them and is not resolved is nobody's then, unless they still see it.
pub struct RemoveAgent {
    pub inbox: InboxId,
    pub member: MemberId,
}

impl Command for RemoveAgent {
    type Out = Inbox;
    const AUDITED: Option<&'static str> = Some(May::NAME);

    fn lane(&self) -> u64 {
        self.inbox.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Inbox> {
        let (_, permit) = tx.access_inbox::<May>(&ctx.actor, self.inbox)?;
        if tx.leave_inbox(&permit, self.member)? {
            let left =
                Event::MemberLeft { group: self.inbox.0, kind: GroupKind::Inbox, member_id: self.member };
            tx.emit(ctx.now, None, agents_of(self.inbox), left);
            if !tx.sees_inbox(self.member, self.inbox)? {
                tx.forget_rooms_of(self.inbox.0, self.member)?;
                for conversation in tx.unassign(&permit, self.member)? {
                    emit_conversation(ctx, tx, conversation)?;
                }
            }
            let name = tx.member(self.member)?.map_or(String::new(), |m| m.name);
            changed(ctx, tx, self.inbox, "removed", self.member, &name)?;
        }
        tx.access_inbox::<May>(&ctx.actor, self.inbox).map(|(inbox, _)| inbox)
    }
}

fn changed(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    inbox: InboxId,
    how: &str,
    member: MemberId,
    name: &str,
) -> Result<()> {
    let (inbox, _) = tx.access_inbox::<May>(&ctx.actor, inbox)?;
    emit_inbox(ctx, tx, &inbox);
    Record::of(May::NAME)
        .target("member", member, name)
        .with("agent", how)
        .with("inbox", inbox.id)
        .write(ctx, tx)
}

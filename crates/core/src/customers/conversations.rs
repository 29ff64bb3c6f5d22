//! Lists of conversations.

use super::inboxes::inside;
use crate::{Ctx, Page, Query};
use portico_domain::{conversation::Conversation, conversation::Status, limits};
use portico_policy::HandleContact;
use portico_store::{Assignee, Read};
use portico_types::{ContactId, InboxId, PageCursor, Result};

/// Conversations of the inboxes one sees, the one written in last first.
pub struct Conversations {
    /// None means all.
    pub status: Option<Status>,
    pub inbox: Option<InboxId>,
    pub assignee: Assignee,
    pub cursor: Option<PageCursor>,
    /// 1..=200.
    pub limit: i64,
}

impl Query for Conversations {
    type Out = Page<Conversation>;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        inside(ctx)?;
        let desk = read.desk(&ctx.actor)?;
        let limit = self.limit.clamp(1, limits::PAGE);
        read.conversations(&desk, self.status, self.inbox, self.assignee, self.cursor, limit)
    }
}

/// All conversations of one contact, the one written in last first.
pub struct ContactConversations {
    pub contact: ContactId,
    pub cursor: Option<PageCursor>,
    /// 1..=200.
    pub limit: i64,
}

impl Query for ContactConversations {
    type Out = Page<Conversation>;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        let (_, permit) = read.access_contact::<HandleContact>(&ctx.actor, self.contact)?;
        let limit = self.limit.clamp(1, limits::PAGE);
        read.contact_conversations(&permit, ctx.actor.member(), self.contact, self.cursor, limit)
    }
}

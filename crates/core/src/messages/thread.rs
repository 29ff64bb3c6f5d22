//! Threads: reading one, following it, the list of those one follows.

use super::page::narrowest;
use crate::{Command, Ctx, Page, Query};
use portico_domain::{event::Audience, event::Event, message::AuthorKind, message::Message};
use portico_policy::{EnterOrganization, KeepMessage, ReadMessage};
use portico_store::{Read, Sight, ThreadRow, Tx};
use portico_types::{Error, MemberId, MessageId, PageCursor, Result};

/// A root with its replies.
pub struct Thread {
    pub root: MessageId,
}

/// What a thread pane shows.
#[derive(Clone, Debug)]
pub struct ThreadView {
    pub root: Message,
    pub items: Vec<Message>,
    pub following: bool,
    pub read_number: i64,
}

impl Query for Thread {
    type Out = ThreadView;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<ThreadView> {
        let (root, room, permit) = read.access_message::<ReadMessage>(&ctx.actor, self.root)?;
        if root.thread_id.is_some() {
            return Err(Error::invalid("id", "this is a reply; ask for the message it answers"));
        }
        let items = read.replies(&permit, narrowest(ctx, &room))?;
        let state = match ctx.actor.member() {
            Some(me) => read.thread_state(me, self.root)?,
            None => None,
        };
        Ok(ThreadView {
            root,
            items,
            following: state.as_ref().is_some_and(|s| s.following),
            read_number: state.map_or(0, |s| s.read_number),
        })
    }
}

/// Follows a thread or not, and moves one's reading mark in it.
pub struct SetThread {
    pub root: MessageId,
    pub following: Option<bool>,
    pub read: Option<i64>,
}

impl Command for SetThread {
    type Out = ();

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<()> {
        let me = ctx.me()?;
        let (root, _, permit) = tx.access_message::<KeepMessage>(&ctx.actor, self.root)?;
        if root.thread_id.is_some() {
            return Err(Error::invalid("id", "this is a reply; follow the message it answers"));
        }
        let read = self.read.map(|n| n.max(0));
        let last = root.thread.as_ref().map_or(root.created_at, |t| t.last_reply_at);
        let own = root.by() == Some(me) && root.author.kind == AuthorKind::Member;
        tx.set_thread_state(&permit, me, own, self.following, read, last)?;
        emit_state(ctx, tx, me, self.root)
    }
}

/// Tells a member's devices the state of a thread.
pub(super) fn emit_state(ctx: &Ctx, tx: &mut Tx<'_>, member: MemberId, root: MessageId) -> Result<()> {
    if let Some(s) = tx.thread_state(member, root)? {
        tx.emit(
            ctx.now,
            None,
            Audience::Member(member),
            Event::ThreadState {
                message_id: s.message,
                room_id: s.room,
                following: s.following,
                unread: s.unread,
                mentions: s.mentions,
                read_number: s.read_number,
            },
        );
    }
    Ok(())
}

/// The threads one follows, newest reply first.
pub struct Threads {
    pub cursor: Option<PageCursor>,
    pub limit: i64,
}

/// A thread and its root.
pub type ThreadsRow = (ThreadRow, Message);

impl Query for Threads {
    type Out = Page<ThreadsRow>;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        read.access_organization::<EnterOrganization>(&ctx.actor)?;
        read.threads(Sight::of(&ctx.actor)?, self.cursor, self.limit)
    }
}

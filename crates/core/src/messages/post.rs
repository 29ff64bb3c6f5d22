//! Writing a message.

use super::Composed;
use crate::{Command, Ctx};
use portico_domain::{
    event::Event,
    limits,
    member::Role,
    message::{self, Author, AuthorKind, Body, Message},
    room::{GroupRole, Ring, RoomKind},
};
use portico_policy::{Actor, Permit, PostMessage as May};
use portico_store::{Index, NewMessage, Posted, RoomRow, Tx, tag};
use portico_types::{Error, FileId, MemberId, MessageId, Result, RoomId};

/// Writes into any room. `composed` is made of `body` beforehand (see `compose`).
pub struct PostMessage {
    pub room: RoomId,
    pub composed: Composed,
    pub ring: Option<Ring>,
    pub thread: Option<MessageId>,
    pub files: Vec<FileId>,
    /// A call to very many people was meant.
    pub confirm: bool,
}

impl Command for PostMessage {
    type Out = Message;

    fn lane(&self) -> u64 {
        self.room.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Message> {
        let (room, permit) = tx.access_room::<May>(&ctx.actor, self.room)?;
        post(self, ctx, tx, &room, &permit)
    }

    fn remember(&self, out: &Message) -> Result<String> {
        Ok(out.id.to_string())
    }

    fn recall(&self, ctx: &Ctx, tx: &mut Tx<'_>, made: &str) -> Result<Message> {
        tx.access_message::<portico_policy::ReadMessage>(&ctx.actor, made.parse()?).map(|(m, ..)| m)
    }
}

/// Who writes, as the timeline shows them.
pub(crate) fn author(ctx: &Ctx, tx: &mut Tx<'_>, room: &RoomRow) -> Result<Author> {
    Ok(match ctx.actor {
        Actor::Member { id, .. } => {
            let bot = room.standing.is_some_and(|s| s.kind == portico_domain::member::MemberKind::Bot);
            let kind = if bot { AuthorKind::Bot } else { AuthorKind::Member };
            Author { kind, id: Some(id.0), name: room.my_name.clone() }
        }
        Actor::Contact { id, .. } => {
            Author { kind: AuthorKind::Contact, id: Some(id.0), name: tx.outside_name(room.room.id)? }
        }
        Actor::Reporter { id, .. } => {
            Author { kind: AuthorKind::Reporter, id: Some(id.0), name: tx.outside_name(room.room.id)? }
        }
        Actor::System(_) => Author { kind: AuthorKind::System, id: None, name: String::new() },
        Actor::Anonymous => return Err(Error::unauthenticated()),
    })
}

pub(crate) fn post(
    cmd: &PostMessage,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    room: &RoomRow,
    permit: &Permit<May>,
) -> Result<Message> {
    let Body::Markdown { text, .. } = &cmd.composed.body else {
        return Err(Error::internal("only people's words are composed"));
    };
    message::check_body(text, cmd.files.len())?;
    let ring = message::check_ring(room.room.kind, ctx.actor.inside(), cmd.ring)?;
    if ring == Ring::Team && room.standing.is_some_and(|s| s.role == Role::Guest) {
        return Err(Error::forbidden("guests do not read or write internal notes"));
    }
    let root = cmd.thread.map(|id| tx.thread_root(permit, id)).transpose()?;
    if let Some(root) = &root
        && ring > root.ring
    {
        return Err(Error::invalid(
            "ring",
            "a reply cannot be shown to more people than the message it answers",
        ));
    }
    let author = author(ctx, tx, room)?;
    let called = called(cmd, ctx, tx, room, ring)?;
    let mut mentions = cmd.composed.mentions.clone();
    mentions.member_ids.retain(|m| called.contains(m));
    let id: MessageId = ctx.id();
    let key = ctx.key.as_ref().map(|k| k.key.clone());
    let mut index =
        Index { terms: cmd.composed.terms.clone(), tags: tags(ctx, room, &author, cmd.composed.has_link) };
    for (i, file) in cmd.files.iter().enumerate() {
        if i == 0 {
            index.tags.push(' ');
            index.tags.push_str(tag::FILE);
        }
        if tx.file_kind(*file)?.is_some_and(|kind| kind.starts_with("image/")) {
            index.tags.push(' ');
            index.tags.push_str(tag::IMAGE);
            break;
        }
    }
    let posted = tx.insert_message(
        permit,
        &NewMessage {
            id,
            author: &author,
            ring,
            thread: root.as_ref().map(|r| r.id),
            body: &cmd.composed.body,
            mentions: &mentions,
            files: cmd.files.len() as i64,
            client_key: key.as_deref(),
            index: Some(&index),
            at: ctx.now,
        },
    )?;
    let files = if cmd.files.is_empty() {
        Vec::new()
    } else {
        tx.attach_files(permit, id, posted.number, ctx.actor.key(), &cmd.files)?
    };
    let message = Message {
        id,
        room_id: room.room.id,
        number: posted.number,
        author,
        ring,
        thread_id: root.as_ref().map(|r| r.id),
        body: cmd.composed.body.clone(),
        created_at: ctx.now,
        edited_at: None,
        version: 1,
        files,
        reactions: Vec::new(),
        mentions,
        thread: None,
        client_key: key,
        outside_number: posted.outside_number,
    };
    tx.emit(
        ctx.now,
        Some(room.room.id),
        room.audience(ring),
        Event::MessagePosted { message: Box::new(message.clone()) },
    );
    match &root {
        Some(root) => reply(ctx, tx, room, permit, root, &message, &called)?,
        None => calls(ctx, tx, permit, posted, id, &called)?,
    }
    match room.room.kind {
        RoomKind::Conversation => crate::customers::after_message(ctx, tx, room, &message)?,
        RoomKind::Report => crate::security::after_message(ctx, tx, room, &message)?,
        RoomKind::Channel | RoomKind::Direct => {}
    }
    Ok(message)
}

fn tags(ctx: &Ctx, room: &RoomRow, author: &Author, has_link: bool) -> String {
    let mut tags = format!("{} {}", tag::tenant(ctx.tenant), tag::room(room.room.id));
    if let Some(id) = author.id {
        tags.push(' ');
        tags.push_str(&tag::author(id));
    }
    if has_link {
        tags.push(' ');
        tags.push_str(tag::LINK);
    }
    tags
}

/// Who is called: the people named who read this room, or all of them with @channel. Never the author, never anyone
/// who cannot read it.
fn called(
    cmd: &PostMessage,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    room: &RoomRow,
    ring: Ring,
) -> Result<Vec<MemberId>> {
    let me = ctx.actor.member();
    let asked = &cmd.composed.mentions;
    let mut people: Vec<MemberId> = Vec::new();
    if asked.channel && matches!(room.room.kind, RoomKind::Channel | RoomKind::Direct) {
        let count = room.room.member_count - 1;
        if count > limits::CONFIRM_ABOVE && !cmd.confirm {
            return Err(Error::confirm_needed(format!(
                "this tells {count} people; send it again with confirm"
            )));
        }
        people = tx.group_members(room.room.audience)?.into_iter().map(|(id, _, _)| id).collect();
    } else if !asked.member_ids.is_empty() {
        for id in &asked.member_ids {
            // In the room, and in the ring: a guest's counter must not tell of a note that called them.
            let here = tx.group_role(room.room.audience, *id)?.is_some_and(|r| r >= GroupRole::Member);
            let role = tx.standing(*id)?.map_or(Role::Guest, |s| s.role);
            if here && portico_domain::room::reads(role, room.room.kind, ring) {
                people.push(*id);
            }
        }
    }
    people.retain(|p| Some(*p) != me);
    Ok(people)
}

/// A root message: its author has read up to it, those called have one more call.
fn calls(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    permit: &Permit<May>,
    posted: Posted,
    id: MessageId,
    called: &[MemberId],
) -> Result<()> {
    if let Some(me) = ctx.actor.member() {
        tx.read_own(permit, me, posted)?;
    }
    for member in called {
        tx.insert_mention(permit, id, *member, true, ctx.now)?;
    }
    Ok(())
}

/// A reply: counted at the root; its author and those called follow the thread from now on.
fn reply(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    room: &RoomRow,
    permit: &Permit<May>,
    root: &Message,
    message: &Message,
    called: &[MemberId],
) -> Result<()> {
    let me = ctx.actor.member();
    let info = tx.count_reply(permit, root, me, ctx.now)?;
    if root.author.kind == AuthorKind::Member
        && let Some(id) = root.author.id
    {
        tx.follow_thread(root, MemberId(id), false, ctx.now)?;
    }
    if let Some(me) = me {
        tx.follow_thread(root, me, true, ctx.now)?;
        tx.read_own_reply(root, me, message.number, info.reply_count)?;
    }
    for member in called {
        tx.follow_thread(root, *member, true, ctx.now)?;
        tx.mention_in_thread(root.id, *member)?;
        tx.insert_mention(permit, message.id, *member, false, ctx.now)?;
    }
    tx.emit(
        ctx.now,
        Some(room.room.id),
        room.audience(root.ring),
        Event::MessageThread { message_id: root.id, thread: info },
    );
    for member in tx.thread_followers(root.id)? {
        super::thread::emit_state(ctx, tx, member, root.id)?;
    }
    Ok(())
}

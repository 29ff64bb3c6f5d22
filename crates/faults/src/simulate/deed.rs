//! What a person of the simulation asks for, and how it is done.

use portico_core::{
    App, Command, Ctx,
    messages::{DeleteMessage, EditMessage, PostMessage, React, compose},
    rooms::{InviteToRoom, JoinRoom, LeaveRoom, RemoveFromRoom},
};
use portico_types::{MemberId, MessageId, RoomId};

pub(super) const EMOJI: [&str; 2] = ["🎉", "👀"];

/// Something a person asks for. It can be asked again.
#[derive(Clone, Debug)]
pub(super) enum Deed {
    Post(RoomId, String),
    Edit(MessageId, i64, String),
    Delete(MessageId),
    React(MessageId, usize, bool),
    Join(RoomId),
    Leave(RoomId),
    Invite(RoomId, MemberId),
    Remove(RoomId, MemberId),
}

/// What was acknowledged of a message.
pub(super) struct Acknowledged {
    pub(super) text: String,
    pub(super) room: RoomId,
    pub(super) id: MessageId,
    pub(super) number: i64,
}

/// The same deed has the same number, another one seldom: what the hash of a request is at the edge.
pub(super) fn number(deed: &Deed) -> u8 {
    format!("{deed:?}").bytes().fold(7, |all, b| all.wrapping_mul(31).wrapping_add(b))
}

pub(super) async fn done(app: &App, ctx: Ctx, deed: Deed) -> portico_types::Result<Option<Acknowledged>> {
    async fn run<C: Command>(app: &App, ctx: Ctx, command: C) -> portico_types::Result<Option<Acknowledged>> {
        app.run(ctx, command).await.map(|_| None)
    }
    match deed {
        Deed::Post(room, text) => {
            let composed = compose(app, &ctx, &text).await?;
            let post =
                PostMessage { room, composed, ring: None, thread: None, files: Vec::new(), confirm: false };
            let message = app.run(ctx, post).await?;
            Ok(Some(Acknowledged { text, room, id: message.id, number: message.number }))
        }
        Deed::Edit(id, version, text) => {
            let composed = compose(app, &ctx, &text).await?;
            run(app, ctx, EditMessage { id, version, composed }).await
        }
        Deed::Delete(id) => run(app, ctx, DeleteMessage { id }).await,
        Deed::React(message, emoji, on) => {
            run(app, ctx, React { message, emoji: EMOJI[emoji].to_owned(), on }).await
        }
        Deed::Join(room) => run(app, ctx, JoinRoom { room }).await,
        Deed::Leave(room) => run(app, ctx, LeaveRoom { room }).await,
        Deed::Invite(room, member) => run(app, ctx, InviteToRoom { room, member }).await,
        Deed::Remove(room, member) => run(app, ctx, RemoveFromRoom { room, member }).await,
    }
}

//! Showing a conversation to colleagues in a channel.

use crate::{
    App, Command, Ctx,
    messages::{self, Composed, PostMessage, system_message},
};
use portico_domain::{
    message::Message,
    room::{Ring, RoomKind},
};
use portico_policy::{HandleConversation, PostMessage as MayPost};
use portico_store::Tx;
use portico_types::{Error, Result, RoomId};

/// Posts a link to a conversation, with a comment, into a channel or direct message. Whoever may not see the conversation
/// finds nothing behind the link. `base` is this server's public address without a slash at its end.
pub async fn share(
    app: &App,
    ctx: Ctx,
    conversation: RoomId,
    room: RoomId,
    comment: &str,
    base: &str,
) -> Result<Message> {
    let link = format!("{base}/conversations/{conversation}");
    let text = match comment.trim_end() {
        "" => link,
        comment => format!("{comment}\n\n{link}"),
    };
    let composed = messages::compose(app, &ctx, &text).await?;
    app.run(ctx, ShareConversation { conversation, room, composed }).await
}

struct ShareConversation {
    conversation: RoomId,
    room: RoomId,
    composed: Composed,
}

impl ShareConversation {
    fn post(&self) -> PostMessage {
        PostMessage {
            room: self.room,
            composed: self.composed.clone(),
            ring: None,
            thread: None,
            files: Vec::new(),
            confirm: false,
        }
    }
}

impl Command for ShareConversation {
    type Out = Message;

    fn lane(&self) -> u64 {
        self.room.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Message> {
        let (_, from, _) = tx.access_conversation::<HandleConversation>(&ctx.actor, self.conversation)?;
        let (to, _) = tx.access_room::<MayPost>(&ctx.actor, self.room)?;
        if !matches!(to.room.kind, RoomKind::Channel | RoomKind::Direct) {
            return Err(Error::invalid("room_id", "share it into a channel or a direct message"));
        }
        let message = self.post().run(ctx, tx)?;
        // The line must not name a private channel to agents who are not in it.
        let name = match to.room.visibility {
            Some(portico_domain::room::Visibility::Public) => to.room.name.as_str(),
            _ => "",
        };
        let params = [("by", from.my_name.as_str()), ("name", name)];
        system_message(ctx, tx, self.conversation, Ring::Team, "shared", &params)?;
        super::emit_conversation(ctx, tx, self.conversation)?;
        Ok(message)
    }

    fn remember(&self, out: &Message) -> Result<String> {
        self.post().remember(out)
    }

    fn recall(&self, ctx: &Ctx, tx: &mut Tx<'_>, made: &str) -> Result<Message> {
        self.post().recall(ctx, tx, made)
    }
}

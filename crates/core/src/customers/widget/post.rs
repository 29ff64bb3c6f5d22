//! A visitor writes.

use super::{current, may_write, own, visitor};
use crate::{
    App, Command, Ctx,
    customers::agents_of,
    messages::{self, Composed, PostMessage, system_message},
};
use portico_domain::{
    contact::Contact,
    event::Event,
    inbox::{Asked, Inbox},
    message::Message,
    room::Ring,
};
use portico_policy::{Permit, StartConversation};
use portico_store::Tx;
use portico_types::{ContactId, Error, FileId, Result, RoomId};

/// Writes into the visitor's conversation, which begins with it if there is none. The answer is the message as the team
/// sees it; the visitor gets `PublicMessage::of` it.
pub async fn post(app: &App, ctx: Ctx, text: &str, files: Vec<FileId>) -> Result<Message> {
    let (contact, _) = visitor(&ctx)?;
    portico_domain::message::check_body(text, files.len())?;
    let composed = messages::compose(app, &ctx, text.trim_end()).await?;
    app.run(ctx, Post { contact, composed, files }).await
}

struct Post {
    contact: ContactId,
    composed: Composed,
    files: Vec<FileId>,
}

impl Post {
    fn into(&self, room: RoomId) -> PostMessage {
        PostMessage {
            room,
            composed: self.composed.clone(),
            ring: None,
            thread: None,
            files: self.files.clone(),
            confirm: false,
        }
    }
}

impl Command for Post {
    type Out = Message;

    fn lane(&self) -> u64 {
        // Two first messages at once must not begin two conversations.
        self.contact.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Message> {
        let (contact, permit) = own(ctx, tx)?;
        let (inbox, _) = tx.website_inbox(*permit.target())?.ok_or_else(Error::not_found)?;
        may_write::check(&inbox, &contact)?;
        let room = match current(ctx, tx)? {
            Some(place) => place.id,
            None => start(ctx, tx, &inbox, &contact, &permit)?,
        };
        self.into(room).run(ctx, tx)
    }

    fn remember(&self, out: &Message) -> Result<String> {
        Ok(out.id.to_string())
    }

    fn recall(&self, ctx: &Ctx, tx: &mut Tx<'_>, made: &str) -> Result<Message> {
        tx.access_message::<portico_policy::ReadMessage>(&ctx.actor, made.parse()?).map(|(m, ..)| m)
    }
}

/// Begins a conversation: its room, its row, the line that says from which page.
fn start(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    inbox: &Inbox,
    contact: &Contact,
    permit: &Permit<StartConversation>,
) -> Result<RoomId> {
    if inbox.form.name == Asked::Required && contact.name.is_empty() {
        return Err(Error::invalid("name", "tell the team your name first"));
    }
    if inbox.form.email == Asked::Required && contact.email.is_none() {
        return Err(Error::invalid("email", "tell the team your e-mail address first"));
    }
    let id: RoomId = ctx.id();
    tx.insert_conversation(permit, id, contact.id, ctx.now)?;
    let conversation = Box::new(tx.shared_conversation(id)?);
    tx.emit(ctx.now, Some(id), agents_of(inbox.id), Event::ConversationCreated { conversation });
    let (url, title) = contact.page.as_ref().map_or(("", ""), |p| (p.url.as_str(), p.title.as_str()));
    system_message(ctx, tx, id, Ring::Team, "started", &[("url", url), ("title", title)])?;
    Ok(id)
}

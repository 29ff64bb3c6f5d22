//! A small shop with a website inbox, and its visitors.

use portico_core::{
    customers::{CreateInbox, GetConversation, InboxSettings, widget},
    messages::{self, PostMessage},
};
use portico_domain::{
    conversation::Conversation,
    inbox::{Inbox, InboxKind},
    member::Role,
    message::Message,
    room::Ring,
};
use portico_policy::Actor;
use portico_testkit::{Org, Person, TestApp};
use portico_types::{InboxId, Result, RoomId};

pub(crate) struct Shop {
    pub(crate) t: TestApp,
    pub(crate) org: Org,
    /// An agent; made the inbox, so she is an admin too.
    pub(crate) ann: Person,
    /// An agent who is a plain member.
    pub(crate) ben: Person,
    /// A member who is no agent.
    pub(crate) mia: Person,
    pub(crate) inbox: Inbox,
}

/// Someone in a browser.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) token: String,
    pub(crate) actor: Actor,
    pub(crate) begun: widget::PublicVisitor,
}

pub(crate) fn begin(inbox: InboxId) -> widget::Begin {
    widget::Begin { inbox, ..widget::Begin::default() }
}

impl Shop {
    pub(crate) async fn open(t: TestApp) -> Self {
        let org = t.org("Shop").await;
        let ann = t.member(&org, "Ann", Role::Admin).await;
        let ben = t.member(&org, "Ben", Role::Member).await;
        let mia = t.member(&org, "Mia", Role::Member).await;
        let settings = InboxSettings { name: Some("Website".into()), ..InboxSettings::default() };
        let inbox = t.run(&ann, CreateInbox { kind: InboxKind::Website, settings }).await.unwrap();
        // Agents are listed by when they came.
        t.clock.advance(1);
        t.join(inbox.id, portico_domain::room::GroupKind::Inbox, &ben).await;
        t.clock.advance(1);
        t.take_events();
        Self { t, org, ann, ben, mia, inbox }
    }

    pub(crate) async fn begin(&self, begin: widget::Begin) -> Result<(Visitor, widget::Begun)> {
        let ctx = self.t.ctx_as(self.org.tenant, Actor::Anonymous);
        let begun = widget::begin(&self.t.app, ctx, begin).await?;
        let actor = Actor::Contact { id: begun.visitor.id, inbox: self.inbox.id };
        Ok((Visitor { token: begun.token.clone(), actor, begun: begun.visitor.clone() }, begun))
    }

    /// A new anonymous visitor.
    pub(crate) async fn visitor(&self) -> Visitor {
        self.begin(begin(self.inbox.id)).await.unwrap().0
    }

    pub(crate) async fn says(&self, who: &Visitor, text: &str) -> Result<Message> {
        let ctx = self.t.ctx_as(self.org.tenant, who.actor);
        widget::post(&self.t.app, ctx, text, Vec::new()).await
    }

    pub(crate) async fn sees(&self, who: &Visitor) -> Vec<widget::PublicMessage> {
        let ctx = self.t.ctx_as(self.org.tenant, who.actor);
        self.t.app.ask(ctx, widget::Messages { before: None, limit: 50 }).await.unwrap().items
    }

    pub(crate) async fn writes(&self, who: &Person, room: RoomId, ring: Ring, text: &str) -> Result<Message> {
        let ctx = self.t.ctx(who);
        let composed = messages::compose(&self.t.app, &ctx, text).await?;
        let post =
            PostMessage { room, composed, ring: Some(ring), thread: None, files: Vec::new(), confirm: false };
        self.t.app.run(ctx, post).await
    }

    pub(crate) async fn conversation(&self, id: RoomId) -> Conversation {
        self.t.ask(&self.ann, GetConversation { id }).await.unwrap()
    }
}

/// The text of a public message.
pub(crate) fn text(message: &widget::PublicMessage) -> &str {
    message.body.as_ref().map_or("", |(text, _)| text)
}

//! Making an inbox.

use super::{InboxSettings, emit_inbox, inbox_settings::COLOR};
use crate::{Command, Ctx, Record};
use portico_domain::{
    event::{Audience, Event},
    inbox::{Asked, Form, Inbox, InboxKind},
    room::{GroupKind, GroupRole},
};
use portico_policy::{Action, CreateInbox as May};
use portico_store::Tx;
use portico_types::{Error, InboxId, Result};

/// Makes an inbox with a public key of its own; whoever makes it is its first agent.
pub struct CreateInbox {
    pub kind: InboxKind,
    /// The name must be given.
    pub settings: InboxSettings,
}

impl Command for CreateInbox {
    type Out = Inbox;
    const AUDITED: Option<&'static str> = Some(May::NAME);

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Inbox> {
        let permit = tx.access_organization::<May>(&ctx.actor)?;
        if self.settings.name.is_none() {
            return Err(Error::invalid("name", "give the inbox a name"));
        }
        let id: InboxId = ctx.id();
        let mut inbox = Inbox {
            id,
            display_id: tx.next_display_id("inbox")?,
            kind: self.kind,
            name: String::new(),
            // It stands in public pages and opens nothing, but nobody may guess the next one: 128 random bits.
            key: ctx.secret("").expose().clone(),
            allowed_origins: Vec::new(),
            color: COLOR.to_owned(),
            greeting: String::new(),
            form: Form::default(),
            typing_preview: false,
            identity: Asked::Off,
            team_id: None,
            member_ids: Vec::new(),
        };
        self.settings.apply(tx, &mut inbox)?;
        tx.insert_inbox(&permit, &inbox, ctx.now)?;
        if let Some(me) = ctx.actor.member() {
            tx.join_new_inbox(&permit, id, me, ctx.now)?;
            inbox.member_ids.push(me);
            let role = GroupRole::Member;
            let joined = Event::MemberJoined { group: id.0, kind: GroupKind::Inbox, member_id: me, role };
            tx.emit(ctx.now, None, Audience::Member(me), joined);
        }
        emit_inbox(ctx, tx, &inbox);
        Record::of(May::NAME)
            .target("inbox", id, &inbox.name)
            .with("kind", super::label(self.kind))
            .write(ctx, tx)?;
        Ok(inbox)
    }
}

//! What the widget needs before anybody has written.

use super::{place, public::unread};
use crate::{Ctx, Query};
use portico_domain::inbox::{Asked, Form};
use portico_policy::Actor;
use portico_store::Read;
use portico_types::{Error, InboxId, Result};
use serde::Serialize;

/// Asks for the public side of an inbox. The key that led to it is all that is needed.
pub struct Config {
    pub inbox: InboxId,
}

/// The public side of an inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PublicConfig {
    pub name: String,
    /// `#rrggbb`.
    pub color: String,
    pub greeting: String,
    pub form: Form,
    /// Agents see what is being typed.
    pub typing_preview: bool,
    pub identity: Asked,
    /// Who one writes to.
    pub organization: String,
    /// Messages the visitor has not read; only when a visitor asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<i64>,
}

impl Query for Config {
    type Out = PublicConfig;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        let (inbox, _) = read.website_inbox(self.inbox)?.ok_or_else(Error::not_found)?;
        let unread = match ctx.actor {
            Actor::Contact { id, inbox } if inbox == self.inbox => match place(read, inbox, id, ctx.now)? {
                Some(place) => Some(unread(read, &place)?),
                None => Some(0),
            },
            _ => None,
        };
        Ok(PublicConfig {
            name: inbox.name,
            color: inbox.color,
            greeting: inbox.greeting,
            form: inbox.form,
            typing_preview: inbox.typing_preview,
            identity: inbox.identity,
            organization: read.own_organization()?.name,
            unread,
        })
    }
}

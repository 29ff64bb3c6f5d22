//! What has been said so far.

use super::{PublicMessage, current, public::face, visitor};
use crate::{Ctx, Query};
use portico_domain::{limits, room::Ring};
use portico_policy::ReadRoom;
use portico_store::Read;
use portico_types::{Id, Result};
use std::collections::HashSet;

/// The visitor's conversation, the newest messages or those before a number of theirs.
pub struct Messages {
    pub before: Option<i64>,
    /// 1..=200.
    pub limit: i64,
}

/// A page of it, ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessagePage {
    pub items: Vec<PublicMessage>,
    pub has_before: bool,
}

impl Query for Messages {
    type Out = MessagePage;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<MessagePage> {
        let (contact, inbox) = visitor(ctx)?;
        let Some(place) = current(ctx, read)? else { return Ok(MessagePage::default()) };
        let (_, permit) = read.access_room::<ReadRoom>(&ctx.actor, place.id)?;
        let limit = self.limit.clamp(1, limits::PAGE);
        let before = match self.before {
            Some(number) => read.number_of_outside(&permit, number.saturating_sub(1))?.saturating_add(1),
            None => i64::MAX,
        };
        let mut rows = read.messages(&permit, 0, before, Ring::Everyone, true, true, limit + 1)?;
        let has_before = rows.len() as i64 > limit;
        if has_before {
            rows.remove(0);
        }
        let mut items: Vec<PublicMessage> =
            rows.iter().filter_map(|m| PublicMessage::of(m, contact, inbox)).collect();
        let faces: HashSet<Id> = read
            .faces(inbox)?
            .into_iter()
            .filter(|(_, p)| p.is_some())
            .map(|(member, _)| face(inbox, member))
            .collect();
        for item in &mut items {
            // Nobody need ask for a picture that is not there.
            item.face = item.face.filter(|f| faces.contains(f));
        }
        Ok(MessagePage { items, has_before })
    }
}

//! Reading a timeline.

use crate::{Ctx, Query};
use portico_domain::{member::Role, message::Message, room::Ring};
use portico_policy::{ReadHistory, ReadMessage, ReadRoom};
use portico_store::{Read, RoomRow};
use portico_types::{MessageId, Millis, Result, RoomId};

/// From where to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// The newest messages.
    Newest,
    /// Those before a number.
    Before(i64),
    /// Those after a number.
    After(i64),
    /// Those on both sides of a number, itself included.
    Around(i64),
}

/// A window over a timeline.
pub struct Messages {
    pub room: RoomId,
    pub position: Position,
    /// 1..=200.
    pub limit: i64,
    /// Replies among the root messages.
    pub replies: bool,
}

/// What is in the window, ascending, and whether there is more on either side.
#[derive(Clone, Debug)]
pub struct Window {
    pub items: Vec<Message>,
    pub has_before: bool,
    pub has_after: bool,
}

/// The narrowest ring the asker reads in a room.
pub(crate) fn narrowest(ctx: &Ctx, room: &RoomRow) -> Ring {
    if !ctx.actor.inside() {
        return Ring::Everyone;
    }
    let role = room.standing.map_or(Role::Member, |s| s.role);
    if portico_domain::room::reads(role, room.room.kind, Ring::Team) { Ring::Team } else { Ring::Guests }
}

impl Query for Messages {
    type Out = Window;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Window> {
        let (room, permit) = read.access_room::<ReadRoom>(&ctx.actor, self.room)?;
        let ring = narrowest(ctx, &room);
        let limit = self.limit.clamp(1, portico_domain::limits::PAGE);
        let mut fetch = |after: i64, before: i64, newest_first: bool, limit: i64| {
            read.messages(&permit, after, before, ring, self.replies, newest_first, limit)
        };
        let cut_front = |mut items: Vec<Message>, limit: i64| {
            let more = items.len() as i64 > limit;
            if more {
                items.remove(0);
            }
            (items, more)
        };
        let cut_back = |mut items: Vec<Message>, limit: i64| {
            let more = items.len() as i64 > limit;
            items.truncate(limit as usize);
            (items, more)
        };
        Ok(match self.position {
            Position::Newest => {
                let (items, has_before) = cut_front(fetch(0, i64::MAX, true, limit + 1)?, limit);
                Window { items, has_before, has_after: false }
            }
            Position::Before(number) => {
                let (items, has_before) = cut_front(fetch(0, number, true, limit + 1)?, limit);
                Window { items, has_before, has_after: number <= room.room.last_number }
            }
            Position::After(number) => {
                let (items, has_after) = cut_back(fetch(number, i64::MAX, false, limit + 1)?, limit);
                Window { items, has_before: number > 0, has_after }
            }
            Position::Around(number) => {
                let half = (limit / 2).max(1);
                let (mut items, has_before) = cut_front(fetch(0, number, true, half + 1)?, half);
                let (after, has_after) =
                    cut_back(fetch(number.saturating_sub(1), i64::MAX, false, half + 1)?, half);
                items.extend(after);
                Window { items, has_before, has_after }
            }
        })
    }
}

/// One message.
pub struct GetMessage {
    pub id: MessageId,
}

impl Query for GetMessage {
    type Out = Message;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Message> {
        read.access_message::<ReadMessage>(&ctx.actor, self.id).map(|(m, ..)| m)
    }
}

/// What a message said before it was edited: version, text, until when.
pub struct History {
    pub id: MessageId,
}

impl Query for History {
    type Out = Vec<(i64, String, Millis)>;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        let (_, _, permit) = read.access_message::<ReadHistory>(&ctx.actor, self.id)?;
        read.history(&permit)
    }
}

//! Changing a channel's name, topic and purpose.

use super::{create_channel, emit_updated, mine, name, words};
use crate::{Command, Ctx, messages::system_message};
use portico_domain::{limits, room::Ring, room::Room};
use portico_policy::EditRoom as May;
use portico_store::{RoomChange, Tx};
use portico_types::{Result, RoomId};

/// Changes what is given, leaves the rest.
#[derive(Default)]
pub struct EditRoom {
    pub room: RoomId,
    pub name: Option<String>,
    pub topic: Option<String>,
    pub purpose: Option<String>,
}

impl Command for EditRoom {
    type Out = Room;

    fn lane(&self) -> u64 {
        self.room.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Room> {
        let (before, permit) = tx.access_room::<May>(&ctx.actor, self.room)?;
        let name = self.name.as_deref().map(|n| name("name", n)).transpose()?;
        // The handle follows the name only as long as it was made of the name: a chosen handle stays.
        let handle = match &name {
            Some(name) if portico_text::names::handle_from(&before.room.name) == before.room.handle => {
                Some(create_channel::handle(None, name)?)
            }
            _ => None,
        };
        let topic = self.topic.as_deref().map(|t| words("topic", t, limits::TOPIC_CHARS)).transpose()?;
        let purpose =
            self.purpose.as_deref().map(|t| words("purpose", t, limits::TOPIC_CHARS)).transpose()?;
        tx.update_room(
            &permit,
            &RoomChange {
                name: name.as_deref(),
                handle: handle.as_deref(),
                topic: topic.as_deref(),
                purpose: purpose.as_deref(),
            },
        )
        .map_err(|e| create_channel::taken(&e, handle.as_deref().unwrap_or_default()))?;
        let by = before.my_name.as_str();
        if let Some(name) = name.as_deref().filter(|n| *n != before.room.name) {
            let params = [("by", by), ("from", before.room.name.as_str()), ("to", name)];
            system_message(ctx, tx, self.room, Ring::Everyone, "renamed", &params)?;
        }
        if let Some(topic) = topic.as_deref().filter(|t| *t != before.room.topic) {
            system_message(
                ctx,
                tx,
                self.room,
                Ring::Everyone,
                "topic_changed",
                &[("by", by), ("to", topic)],
            )?;
        }
        emit_updated(ctx, tx, self.room)?;
        mine(ctx, tx, self.room)
    }
}

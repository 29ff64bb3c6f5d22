//! Whether someone may signal typing in a room, and under which name.

use crate::{Ctx, Query};
use portico_domain::message::{Author, AuthorKind};
use portico_policy::{Actor, KeepState};
use portico_store::{Read, RoomRow};
use portico_types::{Result, RoomId};

/// Asks; the signal itself never touches the database.
pub struct MayType {
    pub room: RoomId,
}

impl Query for MayType {
    type Out = (RoomRow, Author);

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        let (room, _) = read.access_room::<KeepState>(&ctx.actor, self.room)?;
        let author = match ctx.actor {
            Actor::Contact { id, .. } => {
                Author { kind: AuthorKind::Contact, id: Some(id.0), name: read.outside_name(self.room)? }
            }
            Actor::Reporter { id, .. } => {
                Author { kind: AuthorKind::Reporter, id: Some(id.0), name: read.outside_name(self.room)? }
            }
            _ => Author { kind: AuthorKind::Member, id: Some(ctx.actor.key()), name: room.my_name.clone() },
        };
        Ok((room, author))
    }
}

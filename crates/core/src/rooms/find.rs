//! Finding rooms.

use crate::{Ctx, Page, Query};
use portico_domain::room::Room;
use portico_policy::{BrowseChannels, EnterOrganization, ReadRoom};
use portico_store::Read;
use portico_types::{PageCursor, Result, RoomId};

/// One room.
pub struct GetRoom {
    pub room: RoomId,
}

impl Query for GetRoom {
    type Out = Room;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Room> {
        Ok(read.access_room::<ReadRoom>(&ctx.actor, self.room)?.0.room)
    }
}

/// The channels and direct rooms one is in.
pub struct MyRooms;

impl Query for MyRooms {
    type Out = Vec<Room>;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        read.access_organization::<EnterOrganization>(&ctx.actor)?;
        Ok(read.my_rooms(ctx.me()?)?.into_iter().map(|r| r.room).collect())
    }
}

/// Channels one may find. Guests find those they are in.
pub struct Channels {
    pub search: String,
    pub archived: bool,
    pub cursor: Option<PageCursor>,
    pub limit: i64,
}

impl Query for Channels {
    type Out = Page<Room>;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        let permit = read.access_organization::<BrowseChannels>(&ctx.actor)?;
        let search = portico_text::names::fold(&self.search);
        let page =
            read.channels(&permit, ctx.me()?, &search, self.archived, self.cursor.as_ref(), self.limit)?;
        Ok(page.map(|r| r.room))
    }
}

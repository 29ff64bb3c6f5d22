//! Writing to people directly.

use super::mine;
use crate::{Command, Ctx};
use portico_domain::{
    event::Event,
    room::{GroupKind, GroupRole, Ring, Room, RoomKind, direct_people},
};
use portico_policy::{CreateDirect, ReadRoom};
use portico_store::{NewRoom, Tx};
use portico_types::{Error, MemberId, Result, RoomId};
use sha2::{Digest, Sha256};

/// Opens the direct room of exactly these people: always the same one.
pub struct OpenDirect {
    pub members: Vec<MemberId>,
}

impl Command for OpenDirect {
    type Out = Room;

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Room> {
        let permit = tx.access_organization::<CreateDirect>(&ctx.actor)?;
        let me = ctx.me()?;
        let guest = tx.standing(me)?.is_some_and(|s| s.role == portico_domain::member::Role::Guest);
        let people = direct_people(me, &self.members)?;
        for id in &people {
            let known = tx.member(*id)?.filter(|m| !m.suspended);
            // To a guest, who shares no channel with them does not exist.
            let seen = *id == me || !guest || tx.shares_group(me, *id)?;
            if known.is_none() || !seen {
                return Err(Error::invalid("member_ids", "one of these people is not here"));
            }
        }
        let mut hash = Sha256::new();
        for id in &people {
            hash.update(id.0.0);
        }
        let key: [u8; 32] = hash.finalize().into();
        if let Some(id) = tx.direct_room(&permit, &key)? {
            return mine(ctx, tx, id);
        }
        let id: RoomId = ctx.id();
        tx.insert_direct(
            &permit,
            &NewRoom {
                id,
                kind: RoomKind::Direct,
                name: "",
                handle: None,
                visibility: None,
                topic: "",
                purpose: "",
                team: None,
                people: &people,
                direct_key: Some(key),
                audience: id.0,
                outside: None,
                by: Some(me),
                at: ctx.now,
            },
        )?;
        for member in &people {
            tx.join_room(id, *member, GroupRole::Member, ctx.now)?;
        }
        let (row, _) = tx.access_room::<ReadRoom>(&ctx.actor, id)?;
        for member in &people {
            let joined = Event::MemberJoined {
                group: id.0,
                kind: GroupKind::Room,
                member_id: *member,
                role: GroupRole::Member,
            };
            tx.emit(ctx.now, Some(id), row.audience(Ring::Everyone), joined);
        }
        tx.emit(
            ctx.now,
            Some(id),
            row.audience(Ring::Everyone),
            Event::RoomCreated { room: Box::new(row.shared()) },
        );
        Ok(row.room)
    }
}

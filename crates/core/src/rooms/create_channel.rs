//! Making a channel.

use super::{mine, name, words};
use crate::{Command, Ctx, Record, messages::system_message};
use portico_domain::{
    event::Event,
    limits,
    room::{GroupKind, GroupRole, Ring, Room, RoomKind, Visibility},
};
use portico_policy::{Action, CreateChannel as May, Permit, ReadRoom};
use portico_store::{NewRoom, Tx};
use portico_types::{Error, ErrorCode, Result, RoomId, TeamId};

/// Makes a channel; its maker is its manager.
pub struct CreateChannel {
    pub name: String,
    pub handle: Option<String>,
    pub visibility: Visibility,
    pub team: Option<TeamId>,
    pub topic: String,
    pub purpose: String,
}

impl Command for CreateChannel {
    type Out = Room;
    const AUDITED: Option<&'static str> = Some(May::NAME);

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Room> {
        let permit = tx.access_organization::<May>(&ctx.actor)?;
        let id = create(self, ctx, tx, &permit)?;
        mine(ctx, tx, id)
    }
}

pub(crate) fn create(
    cmd: &CreateChannel,
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    permit: &Permit<May>,
) -> Result<RoomId> {
    let name = name("name", &cmd.name)?;
    let handle = handle(cmd.handle.as_deref(), &name)?;
    if let Some(team) = cmd.team {
        tx.team(team).map_err(|_| Error::invalid("team_id", "there is no such team"))?;
    }
    let id: RoomId = ctx.id();
    tx.insert_channel(
        permit,
        &NewRoom {
            id,
            kind: RoomKind::Channel,
            name: &name,
            handle: Some(&handle),
            visibility: Some(cmd.visibility),
            topic: &words("topic", &cmd.topic, limits::TOPIC_CHARS)?,
            purpose: &words("purpose", &cmd.purpose, limits::TOPIC_CHARS)?,
            team: cmd.team,
            people: &[],
            direct_key: None,
            audience: id.0,
            outside: None,
            by: ctx.actor.member(),
            at: ctx.now,
        },
    )
    .map_err(|e| taken(&e, &handle))?;
    if let Some(me) = ctx.actor.member() {
        tx.join_room(id, me, GroupRole::Manager, ctx.now)?;
    }
    let (row, _) =
        tx.access_room::<ReadRoom>(&portico_policy::Actor::System(portico_policy::Reason::Job), id)?;
    if let Some(me) = ctx.actor.member() {
        // The index learns who is in it before anything is said there.
        let joined = Event::MemberJoined {
            group: id.0,
            kind: GroupKind::Room,
            member_id: me,
            role: GroupRole::Manager,
        };
        tx.emit(ctx.now, Some(id), row.audience(Ring::Everyone), joined);
    }
    tx.emit(ctx.now, Some(id), super::audience(&row), Event::RoomCreated { room: Box::new(row.shared()) });
    let by = maker(ctx, tx)?;
    system_message(ctx, tx, id, Ring::Everyone, "room_created", &[("by", &by), ("name", &name)])?;
    if cmd.visibility == Visibility::Private {
        Record::of(May::NAME).target("room", id, "").with("visibility", "private").write(ctx, tx)?;
    }
    Ok(id)
}

fn maker(ctx: &Ctx, tx: &mut Tx<'_>) -> Result<String> {
    Ok(match ctx.actor.member() {
        Some(me) => tx.member(me)?.map_or(String::new(), |m| m.name),
        None => String::new(),
    })
}

/// The handle asked for, or one made of the name.
pub(super) fn handle(asked: Option<&str>, name: &str) -> Result<String> {
    let handle = match asked {
        Some(handle) => handle.to_owned(),
        None => portico_text::names::handle_from(name),
    };
    portico_text::names::check_handle(&handle).map_err(|e| Error::invalid("handle", e.to_string()))?;
    Ok(handle)
}

pub(super) fn taken(e: &Error, handle: &str) -> Error {
    if e.code() == ErrorCode::Conflict {
        Error::conflict(
            Some("handle"),
            format!("the handle {handle} is taken; choose another name or handle"),
        )
    } else {
        e.clone()
    }
}

//! Rooms: fetching one is deciding about it, listing them joins what may be seen.

use super::Page;
use crate::{Read, Row, Tx};
use portico_domain::{
    event::Audience,
    member::Role,
    room::{GroupRole, Notify, Ring, Room, RoomKind, RoomState, Visibility, unread},
};
use portico_policy::{
    Action, Actor, ArchiveRoom, BrowseChannels, CreateChannel, CreateDirect, DeleteMessage, EditRoom, Permit,
    RoomFacts, Standing, require,
};
use portico_types::{Error, Id, MemberId, Millis, PageCursor, Result, RoomId, TeamId};

macro_rules! select {
    ($me:literal, $rest:literal) => {
        concat!(
            "SELECT r.id, r.kind, r.name, r.handle, r.visibility, r.topic, r.purpose, r.team_id, r.people, r.member_count, r.archived_at,
             r.last_number, r.root_count, r.last_at, r.created_at, r.created_by, r.audience_id, r.outside_id, r.outside_count,
             g.role, s.read_number, s.read_roots, s.mentions, s.muted, s.starred, s.notify, a.role, a.kind, a.suspended, a.name
             FROM room r
             LEFT JOIN membership g ON g.tenant_id = r.tenant_id AND g.group_id = r.audience_id AND g.member_id = ",
            $me,
            " LEFT JOIN room_state s ON s.tenant_id = r.tenant_id AND s.room_id = r.id AND s.member_id = ",
            $me,
            " LEFT JOIN member a ON a.tenant_id = r.tenant_id AND a.id = ",
            $me,
            " ",
            $rest
        )
    };
}

/// A room with what the deciding transaction knows about the asker.
#[derive(Clone, Debug)]
pub struct RoomRow {
    /// The room, with the asker's own state in it.
    pub room: Room,
    /// The contact or reporter on the other side.
    pub outside: Option<Id>,
    /// How many messages the other side has been able to read.
    pub outside_count: i64,
    /// The asker's place among its people.
    pub group_role: Option<GroupRole>,
    /// The asker's standing.
    pub standing: Option<Standing>,
    /// The asker's name.
    pub my_name: String,
}

impl RoomRow {
    /// Who may be told of something in this room.
    pub fn audience(&self, ring: Ring) -> Audience {
        Audience::Group {
            group: self.room.audience,
            ring,
            outside: self.outside,
            admins: self.room.kind == RoomKind::Conversation,
        }
    }

    /// The facts a decision is made from.
    pub fn facts(&self) -> RoomFacts {
        RoomFacts {
            room: self.room.id,
            kind: self.room.kind,
            visibility: self.room.visibility,
            archived: self.room.archived_at.is_some(),
            audience: self.room.audience,
            outside: self.outside,
            group_role: self.group_role,
            standing: self.standing,
        }
    }

    /// The room as everybody gets it in an event: without anyone's state.
    pub fn shared(&self) -> Room {
        Room { state: None, ..self.room.clone() }
    }
}

fn row(r: &Row<'_>) -> Result<RoomRow> {
    let group_role = r.get::<Option<i64>>(19)?.map(GroupRole::of).transpose()?;
    let root_count = r.int(12)?;
    let read = r.get::<Option<i64>>(20)?;
    let state = if group_role.is_some() || read.is_some() {
        Some(RoomState {
            member: group_role.is_some(),
            role: group_role.unwrap_or(GroupRole::Member),
            read_number: read.unwrap_or(0),
            unread: unread(root_count, r.get::<Option<i64>>(21)?.unwrap_or(0)),
            mentions: r.get::<Option<i64>>(22)?.unwrap_or(0),
            muted: r.get::<Option<i64>>(23)?.unwrap_or(0) != 0,
            starred: r.get::<Option<i64>>(24)?.unwrap_or(0) != 0,
            notify: Notify::of(r.get::<Option<i64>>(25)?.unwrap_or(0))?,
        })
    } else {
        None
    };
    Ok(RoomRow {
        room: Room {
            id: r.id(0)?,
            kind: RoomKind::of(r.int(1)?)?,
            name: r.text(2)?,
            handle: r.get::<Option<String>>(3)?.unwrap_or_default(),
            visibility: r.get::<Option<i64>>(4)?.map(Visibility::of).transpose()?,
            topic: r.text(5)?,
            purpose: r.text(6)?,
            team_id: r.maybe_id(7)?,
            member_ids: r.json(8)?,
            member_count: r.int(9)?,
            archived_at: r.maybe_at(10)?,
            last_number: r.int(11)?,
            root_count,
            last_at: r.at(13)?,
            created_at: r.at(14)?,
            created_by: r.maybe_id(15)?,
            state,
            audience: r.id(16)?,
        },
        outside: r.maybe_id(17)?,
        outside_count: r.int(18)?,
        group_role,
        standing: super::people::standing(r, 26)?,
        my_name: r.get::<Option<String>>(29)?.unwrap_or_default(),
    })
}

/// Makes a text safe inside LIKE with `ESCAPE '!'`.
pub(super) fn escape_like(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        if matches!(c, '%' | '_' | '!') {
            out.push('!');
        }
        out.push(c);
        out
    })
}

/// A room to be.
pub struct NewRoom<'a> {
    /// Its id.
    pub id: RoomId,
    /// What it is.
    pub kind: RoomKind,
    /// Checked name; empty for direct rooms.
    pub name: &'a str,
    /// For channels, unique.
    pub handle: Option<&'a str>,
    /// For channels.
    pub visibility: Option<Visibility>,
    /// One line.
    pub topic: &'a str,
    /// What it is for.
    pub purpose: &'a str,
    /// The team that owns it.
    pub team: Option<TeamId>,
    /// Of a direct room.
    pub people: &'a [MemberId],
    /// Names the people of a direct room.
    pub direct_key: Option<[u8; 32]>,
    /// Whose people read it: itself, or its inbox or program.
    pub audience: Id,
    /// The contact or reporter.
    pub outside: Option<Id>,
    /// Who made it.
    pub by: Option<MemberId>,
    /// When.
    pub at: Millis,
}

/// What of a channel changes.
#[derive(Default)]
pub struct RoomChange<'a> {
    /// A checked name.
    pub name: Option<&'a str>,
    /// A free handle.
    pub handle: Option<&'a str>,
    /// One line.
    pub topic: Option<&'a str>,
    /// What it is for.
    pub purpose: Option<&'a str>,
}

impl Read<'_> {
    /// Fetches a room and decides about it in one act. There is no other way to a room.
    pub fn access_room<A: Action<Facts = RoomFacts>>(
        &mut self,
        actor: &Actor,
        id: RoomId,
    ) -> Result<(RoomRow, Permit<A>)> {
        let found = self.room_of(id, actor.member())?.ok_or_else(Error::not_found)?;
        let permit = require::<A>(actor, &found.facts())?;
        Ok((found, permit))
    }

    /// What a member has read and chosen in the room of a permit, for telling them.
    pub fn state_in(
        &mut self,
        permit: &Permit<DeleteMessage>,
        member: MemberId,
    ) -> Result<Option<RoomState>> {
        let (room, _) = *permit.target();
        Ok(self.room_of(room, Some(member))?.and_then(|r| r.room.state))
    }

    /// A room as `me` has it.
    fn room_of(&mut self, id: RoomId, me: Option<MemberId>) -> Result<Option<RoomRow>> {
        let mut found =
            self.one(select!("$3", "WHERE r.tenant_id = $1 AND r.id = $2"), &[id.into(), me.into()], row)?;
        if let Some(RoomRow {
            room: Room { kind: RoomKind::Report, state: Some(state), .. }, standing, ..
        }) = &mut found
            && standing.is_some_and(|s| s.role == Role::Guest)
        {
            // Notes are not for guests, so they are no news to them either.
            let notes = self.one(
                "SELECT COUNT(*) FROM message WHERE tenant_id = $1 AND room_id = $2 AND number > $3 AND thread_id IS NULL AND ring = 0",
                &[id.into(), state.read_number.into()],
                |r| r.int(0),
            )?;
            state.unread = unread(state.unread, notes.unwrap_or(0));
        }
        Ok(found)
    }

    /// The channels and direct rooms a member is in.
    pub fn my_rooms(&mut self, me: MemberId) -> Result<Vec<RoomRow>> {
        // The plus keeps SQLite from going through all rooms there are because they lie in this order.
        self.all(
            select!(
                "$2",
                "WHERE r.tenant_id = $1 AND r.id IN (SELECT group_id FROM membership WHERE tenant_id = $1 AND member_id = $2 AND group_kind = 0)
                 ORDER BY +r.kind, r.name, r.id"
            ),
            &[me.into()],
            row,
        )
    }

    /// Channels one may find: public ones and one's own. Guests are not asked here.
    pub fn channels(
        &mut self,
        _: &Permit<BrowseChannels>,
        me: MemberId,
        search: &str,
        archived: bool,
        after: Option<&PageCursor>,
        limit: i64,
    ) -> Result<Page<RoomRow>> {
        let like = format!("%{}%", escape_like(search));
        let rows = self.all(
            select!(
                "$2",
                // Channels first, by their index: direct rooms and conversations are many times as many.
                "WHERE r.tenant_id = $1 AND r.id IN (SELECT c.id FROM room c WHERE c.tenant_id = $1 AND c.kind = 0
                   AND (c.handle LIKE $3 ESCAPE '!' OR lower(c.name) LIKE $3 ESCAPE '!')
                   AND (c.archived_at IS NOT NULL) = ($4 = 1) AND c.id > $5)
                 AND (r.visibility = 0 OR g.role IS NOT NULL) ORDER BY r.id LIMIT $6"
            ),
            &[
                me.into(),
                (&like).into(),
                archived.into(),
                after.map_or(Id::default(), |c| c.id).into(),
                (limit + 1).into(),
            ],
            row,
        )?;
        Ok(Page::cut(rows, limit, |r| (0, r.room.id.0)))
    }

    /// A channel by handle, for links and `in:`; the caller decides with `access_room`.
    pub fn room_by_handle(&mut self, handle: &str) -> Result<Option<(RoomId, String, Option<Visibility>)>> {
        self.one(
            "SELECT id, name, visibility FROM room WHERE tenant_id = $1 AND handle = $2",
            &[handle.into()],
            |r| Ok((r.id(0)?, r.text(1)?, r.get::<Option<i64>>(2)?.map(Visibility::of).transpose()?)),
        )
    }

    /// The direct room of exactly these people.
    pub fn direct_room(&mut self, _: &Permit<CreateDirect>, key: &[u8; 32]) -> Result<Option<RoomId>> {
        self.one("SELECT id FROM room WHERE tenant_id = $1 AND direct_key = $2", &[key.into()], |r| r.id(0))
    }

    /// Every room's audience and outside person, for the hub.
    pub fn room_audience(&mut self, room: RoomId) -> Result<Option<(Id, Option<Id>, RoomKind)>> {
        self.one(
            "SELECT audience_id, outside_id, kind FROM room WHERE tenant_id = $1 AND id = $2",
            &[room.into()],
            |r| Ok((r.id(0)?, r.maybe_id(1)?, RoomKind::of(r.int(2)?)?)),
        )
    }
}

impl Tx<'_> {
    /// Makes a channel.
    pub fn insert_channel(&mut self, _: &Permit<CreateChannel>, new: &NewRoom<'_>) -> Result<()> {
        self.insert_room(new)
    }

    /// Makes a direct room.
    pub fn insert_direct(&mut self, _: &Permit<CreateDirect>, new: &NewRoom<'_>) -> Result<()> {
        self.insert_room(new)
    }

    pub(super) fn insert_room(&mut self, new: &NewRoom<'_>) -> Result<()> {
        let people = serde_json::to_string(new.people).map_err(Error::internal)?;
        self.send(
            "INSERT INTO room (tenant_id, id, kind, name, handle, visibility, topic, purpose, team_id, people, direct_key, member_count, archived_at,
             last_number, root_count, outside_count, last_at, created_at, created_by, audience_id, outside_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, NULL, 0, 0, 0, $12, $12, $13, $14, $15)",
            &[
                new.id.into(),
                new.kind.code().into(),
                new.name.into(),
                new.handle.into(),
                new.visibility.map(Visibility::code).into(),
                new.topic.into(),
                new.purpose.into(),
                new.team.into(),
                (&people).into(),
                new.direct_key.as_ref().into(),
                new.at.into(),
                new.by.into(),
                new.audience.into(),
                new.outside.into(),
            ],
        )?;
        Ok(())
    }

    /// Changes a channel's name, topic or purpose.
    pub fn update_room(&mut self, permit: &Permit<EditRoom>, change: &RoomChange<'_>) -> Result<()> {
        self.exec_one(
            "UPDATE room SET name = COALESCE($3, name), handle = COALESCE($4, handle), topic = COALESCE($5, topic), purpose = COALESCE($6, purpose)
             WHERE tenant_id = $1 AND id = $2",
            &[
                (*permit.target()).into(),
                change.name.into(),
                change.handle.into(),
                change.topic.into(),
                change.purpose.into(),
            ],
        )
    }

    /// Archives a channel or brings it back.
    pub fn archive_room(&mut self, permit: &Permit<ArchiveRoom>, at: Option<Millis>) -> Result<()> {
        self.exec_one(
            "UPDATE room SET archived_at = $3 WHERE tenant_id = $1 AND id = $2",
            &[(*permit.target()).into(), at.into()],
        )
    }
}

impl Read<'_> {
    /// The name of the person on the other side of a conversation or report.
    pub fn outside_name(&mut self, room: RoomId) -> Result<String> {
        Ok(self
            .one(
                "SELECT COALESCE(c.name, p.reporter_name, '') FROM room r
                 LEFT JOIN contact c ON c.tenant_id = r.tenant_id AND c.id = r.outside_id
                 LEFT JOIN report p ON p.tenant_id = r.tenant_id AND p.id = r.id
                 WHERE r.tenant_id = $1 AND r.id = $2",
                &[room.into()],
                |r| r.text(0),
            )?
            .unwrap_or_default())
    }
}

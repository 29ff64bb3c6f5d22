//! Rooms: every timeline there is, and what a member has read of it.
use crate::member::Role;
use portico_types::{Error, Id, MemberId, Millis, Result, RoomId, TeamId};
use serde::{Deserialize, Serialize};

macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($variant),+ }
        impl $name {
            /// The number it has in the store.
            pub const fn code(self) -> i64 {
                match self { $(Self::$variant => $code),+ }
            }
            /// The value of a stored number.
            pub fn of(code: i64) -> portico_types::Result<Self> {
                match code {
                    $($code => Ok(Self::$variant),)+
                    other => Err(portico_types::Error::internal(format!("unknown {} {other}", stringify!($name)))),
                }
            }
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
        }
    };
}
pub(crate) use coded;

coded! {
    /// What sort of timeline it is. The interface never says "room".
    RoomKind { Channel = 0, Direct = 1, Conversation = 2, Report = 3 }
}

coded! {
    /// Who may find and join a channel.
    Visibility { Public = 0, Private = 1 }
}

coded! {
    /// Who reads a message: everyone on both sides, team and invited guests, or the team alone. The order is the width.
    Ring { Team = 0, Guests = 1, Everyone = 2 }
}

coded! {
    /// What a member wants to be told about.
    Notify { All = 0, Mentions = 1, None = 2 }
}

coded! {
    /// What someone is in a group of people (channel, inbox, program, team).
    GroupRole { Member = 0, Manager = 1 }
}

coded! {
    /// What a group of people is: the audience of one channel, an inbox's agents, a program's team, a team.
    GroupKind { Room = 0, Inbox = 1, Program = 2, Team = 3 }
}

/// A timeline as its readers see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Room {
    #[schema(value_type = String)]
    pub id: RoomId,
    pub kind: RoomKind,
    pub name: String,
    pub handle: String,
    pub visibility: Option<Visibility>,
    pub topic: String,
    pub purpose: String,
    #[schema(value_type = Option<String>)]
    pub team_id: Option<TeamId>,
    /// The people of a direct room; empty for every other kind.
    #[schema(value_type = Vec<String>)]
    pub member_ids: Vec<MemberId>,
    pub member_count: i64,
    #[schema(value_type = Option<i64>)]
    pub archived_at: Option<Millis>,
    /// Number of the newest message.
    pub last_number: i64,
    /// How many root messages (not replies) there are.
    pub root_count: i64,
    #[schema(value_type = i64)]
    pub last_at: Millis,
    #[schema(value_type = i64)]
    pub created_at: Millis,
    #[schema(value_type = Option<String>)]
    pub created_by: Option<MemberId>,
    /// The viewer's own state; `null` in events and for those who have not joined.
    pub state: Option<RoomState>,
    /// Whose people read it: the room itself, or the inbox or program it belongs to.
    #[serde(skip_serializing, default)]
    #[schema(ignore)]
    pub audience: Id,
}

/// What one member has read, and wants to hear, of one room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RoomState {
    pub member: bool,
    pub role: GroupRole,
    /// Number of the last message read.
    pub read_number: i64,
    /// Root messages after it.
    pub unread: i64,
    pub mentions: i64,
    pub muted: bool,
    pub starred: bool,
    pub notify: Notify,
}

/// How many root messages are unread: a subtraction, never a count over messages.
pub fn unread(root_count: i64, read_roots: i64) -> i64 {
    (root_count - read_roots).max(0)
}

/// The one name two or more people's direct room has, so that the same people always find the same one.
pub fn direct_people(me: MemberId, others: &[MemberId]) -> Result<Vec<MemberId>> {
    let mut people: Vec<MemberId> = others.to_vec();
    people.push(me);
    people.sort_unstable();
    people.dedup();
    if people.len() > crate::limits::DIRECT_MEMBERS {
        return Err(Error::invalid(
            "member_ids",
            format!("a group message holds {} people at most; make a channel", crate::limits::DIRECT_MEMBERS),
        ));
    }
    Ok(people)
}

/// Guests read the ring `guests` and wider; members of the team read everything.
pub fn reads(role: Role, kind: RoomKind, ring: Ring) -> bool {
    match kind {
        RoomKind::Channel | RoomKind::Direct => true,
        RoomKind::Conversation | RoomKind::Report => role > Role::Guest || ring >= Ring::Guests,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_people_make_the_same_direct_room() {
        let id = |n| MemberId(Id([n; 16]));
        assert_eq!(
            direct_people(id(2), &[id(1), id(3)]).unwrap(),
            direct_people(id(3), &[id(2), id(1), id(1)]).unwrap()
        );
        assert!(direct_people(id(0), &(1..9).map(id).collect::<Vec<_>>()).is_err());
    }

    #[test]
    fn notes_are_not_for_guests_of_a_desk() {
        assert!(!reads(Role::Guest, RoomKind::Report, Ring::Team));
        assert!(reads(Role::Guest, RoomKind::Report, Ring::Guests));
        assert!(reads(Role::Member, RoomKind::Conversation, Ring::Team));
    }
}

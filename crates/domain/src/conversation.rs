//! One contact's matter with the team.
use crate::{contact::Contact, message::AuthorKind, room::Ring, room::RoomState};
use portico_types::{InboxId, MemberId, Millis, RoomId, TeamId};
use serde::{Deserialize, Serialize};

crate::room::coded! {
    /// Where a conversation stands.
    Status { Open = 0, Pending = 1, Snoozed = 2, Resolved = 3 }
}

crate::room::coded! {
    /// How urgent it is.
    Priority { None = 0, Low = 1, Medium = 2, High = 3, Urgent = 4 }
}

/// The newest message in short, for lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LastMessage {
    pub author_kind: AuthorKind,
    pub author_name: String,
    pub text: String,
    pub ring: Ring,
    #[schema(value_type = i64)]
    pub at: Millis,
}

/// A conversation as agents see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Conversation {
    /// The room's id too.
    #[schema(value_type = String)]
    pub id: RoomId,
    pub display_id: i64,
    #[schema(value_type = String)]
    pub inbox_id: InboxId,
    pub contact: Contact,
    pub status: Status,
    #[schema(value_type = Option<String>)]
    pub assignee_id: Option<MemberId>,
    #[schema(value_type = Option<String>)]
    pub team_id: Option<TeamId>,
    pub priority: Priority,
    #[schema(value_type = Option<i64>)]
    pub snoozed_until: Option<Millis>,
    /// Since when the contact waits for an answer.
    #[schema(value_type = Option<i64>)]
    pub waiting_since: Option<Millis>,
    pub last_message: Option<LastMessage>,
    pub last_number: i64,
    #[schema(value_type = i64)]
    pub last_at: Millis,
    /// How far the contact has read, as a message number of the room.
    pub contact_read_number: i64,
    #[schema(value_type = i64)]
    pub created_at: Millis,
    pub state: Option<RoomState>,
}

/// The status after a contact writes: everything that was put aside comes back.
pub fn on_contact_message(status: Status) -> Status {
    match status {
        Status::Snoozed | Status::Resolved => Status::Open,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_who_writes_reopens() {
        assert_eq!(on_contact_message(Status::Resolved), Status::Open);
        assert_eq!(on_contact_message(Status::Snoozed), Status::Open);
        assert_eq!(on_contact_message(Status::Pending), Status::Pending);
    }
}

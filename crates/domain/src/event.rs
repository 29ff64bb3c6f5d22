//! What happened, as the log keeps it: the truth that realtime, search and notifications read.
//!
//! An event says what changed and for whom. Its record form is the native frame's `type` and `data`, so the bytes
//! made for the log are the bytes every member gets. Law: initial state + events = fresh state.

use crate::{
    contact::Contact, conversation::Conversation, conversation::Status, inbox::Inbox, member::Member,
    message::Message, message::ThreadInfo, organization::Organization, program::Program, report::Report,
    room::GroupKind, room::GroupRole, room::Ring, room::Room, room::RoomState, team::Team,
};
use portico_types::{ContactId, Id, MemberId, MessageId, RoomId, SessionId, TeamId, TokenId};
use serde::{Deserialize, Serialize};

/// Who may be told. Decided by the command that emits, from the facts of its own transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The people of `group`; those among them who are guests only from ring `guests` on.
    /// `outside` is the contact or reporter of the room, told only in ring `everyone`.
    Group { group: Id, ring: Ring, outside: Option<Id>, admins: bool },
    /// One member, on all their devices.
    Member(MemberId),
    /// All members but guests.
    Members,
    /// All members and guests.
    Everyone,
    /// Owners and admins.
    Admins,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Event {
    #[serde(rename = "message.posted")]
    MessagePosted { message: Box<Message> },
    #[serde(rename = "message.edited")]
    MessageEdited { message: Box<Message> },
    #[serde(rename = "message.deleted")]
    MessageDeleted {
        id: MessageId,
        room_id: RoomId,
        number: i64,
        outside_number: Option<i64>,
        thread_id: Option<MessageId>,
        /// The member who wrote it, or did what its system line told: to them it was never news.
        #[serde(default)]
        by: Option<MemberId>,
    },
    #[serde(rename = "message.thread")]
    MessageThread { message_id: MessageId, thread: ThreadInfo },
    #[serde(rename = "reaction.added")]
    ReactionAdded { message_id: MessageId, member_id: MemberId, emoji: String },
    #[serde(rename = "reaction.removed")]
    ReactionRemoved { message_id: MessageId, member_id: MemberId, emoji: String },
    #[serde(rename = "room.created")]
    RoomCreated { room: Box<Room> },
    #[serde(rename = "room.updated")]
    RoomUpdated { room: Box<Room> },
    #[serde(rename = "member.joined")]
    MemberJoined { group: Id, kind: GroupKind, member_id: MemberId, role: GroupRole },
    #[serde(rename = "member.left")]
    MemberLeft { group: Id, kind: GroupKind, member_id: MemberId },
    #[serde(rename = "read.moved")]
    ReadMoved { room_id: RoomId, state: RoomState },
    /// Agents have read up to here: told to the person outside.
    #[serde(rename = "seen.moved")]
    SeenMoved { room_id: RoomId, number: i64, outside_number: i64 },
    /// The contact has read up to here: told to the agents.
    #[serde(rename = "contact.read")]
    ContactRead { room_id: RoomId, number: i64 },
    #[serde(rename = "thread.state")]
    ThreadState {
        message_id: MessageId,
        room_id: RoomId,
        following: bool,
        unread: i64,
        mentions: i64,
        read_number: i64,
    },
    #[serde(rename = "draft.saved")]
    DraftSaved { draft: Draft },
    #[serde(rename = "draft.removed")]
    DraftRemoved { room_id: RoomId, thread_id: Option<MessageId> },
    #[serde(rename = "saved.changed")]
    SavedChanged { message_id: MessageId, saved: bool },
    #[serde(rename = "person.added")]
    PersonAdded { member: Box<Member> },
    #[serde(rename = "person.updated")]
    PersonUpdated { member: Box<Member> },
    #[serde(rename = "session.ended")]
    SessionEnded { session_id: SessionId },
    #[serde(rename = "token.ended")]
    TokenEnded { token_id: TokenId },
    #[serde(rename = "preferences.changed")]
    PreferencesChanged { preferences: serde_json::Value },
    #[serde(rename = "organization.updated")]
    OrganizationUpdated { organization: Organization },
    #[serde(rename = "team.updated")]
    TeamUpdated { team: Team },
    #[serde(rename = "team.removed")]
    TeamRemoved { team_id: TeamId },
    #[serde(rename = "inbox.updated")]
    InboxUpdated { inbox: Box<Inbox> },
    #[serde(rename = "conversation.created")]
    ConversationCreated { conversation: Box<Conversation> },
    #[serde(rename = "conversation.updated")]
    ConversationUpdated { conversation: Box<Conversation> },
    #[serde(rename = "contact.updated")]
    ContactUpdated { contact: Box<Contact> },
    /// One contact turned out to be another: what it had is the other's now.
    #[serde(rename = "contact.merged")]
    ContactMerged { contact_id: ContactId, into: ContactId },
    /// What the person outside may know of where their conversation stands: open or resolved, no more.
    #[serde(rename = "status.moved")]
    StatusMoved { room_id: RoomId, status: Status },
    #[serde(rename = "program.updated")]
    ProgramUpdated { program: Box<Program> },
    #[serde(rename = "report.created")]
    ReportCreated { report: Box<Report> },
    #[serde(rename = "report.updated")]
    ReportUpdated { report: Box<Report> },
}

/// A text somebody has begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Draft {
    #[schema(value_type = String)]
    pub room_id: RoomId,
    #[schema(value_type = Option<String>)]
    pub thread_id: Option<MessageId>,
    pub body: String,
    #[schema(value_type = i64)]
    pub updated_at: portico_types::Millis,
}

impl Event {
    /// The name in the log and on the wire.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::MessagePosted { .. } => "message.posted",
            Self::MessageEdited { .. } => "message.edited",
            Self::MessageDeleted { .. } => "message.deleted",
            Self::MessageThread { .. } => "message.thread",
            Self::ReactionAdded { .. } => "reaction.added",
            Self::ReactionRemoved { .. } => "reaction.removed",
            Self::RoomCreated { .. } => "room.created",
            Self::RoomUpdated { .. } => "room.updated",
            Self::MemberJoined { .. } => "member.joined",
            Self::MemberLeft { .. } => "member.left",
            Self::ReadMoved { .. } => "read.moved",
            Self::SeenMoved { .. } => "seen.moved",
            Self::ContactRead { .. } => "contact.read",
            Self::ThreadState { .. } => "thread.state",
            Self::DraftSaved { .. } => "draft.saved",
            Self::DraftRemoved { .. } => "draft.removed",
            Self::SavedChanged { .. } => "saved.changed",
            Self::PersonAdded { .. } => "person.added",
            Self::PersonUpdated { .. } => "person.updated",
            Self::SessionEnded { .. } => "session.ended",
            Self::TokenEnded { .. } => "token.ended",
            Self::PreferencesChanged { .. } => "preferences.changed",
            Self::OrganizationUpdated { .. } => "organization.updated",
            Self::TeamUpdated { .. } => "team.updated",
            Self::TeamRemoved { .. } => "team.removed",
            Self::InboxUpdated { .. } => "inbox.updated",
            Self::ConversationCreated { .. } => "conversation.created",
            Self::ConversationUpdated { .. } => "conversation.updated",
            Self::ContactUpdated { .. } => "contact.updated",
            Self::ContactMerged { .. } => "contact.merged",
            Self::StatusMoved { .. } => "status.moved",
            Self::ProgramUpdated { .. } => "program.updated",
            Self::ReportCreated { .. } => "report.created",
            Self::ReportUpdated { .. } => "report.updated",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_record_forms_type() {
        let event = Event::SavedChanged { message_id: MessageId(Id([1; 16])), saved: true };
        let record = serde_json::to_value(&event).unwrap();
        assert_eq!(record["type"], event.kind());
        assert_eq!(record["data"]["saved"], true);
        assert_eq!(serde_json::from_value::<Event>(record).unwrap(), event);
    }
}

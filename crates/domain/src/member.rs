//! People and bots of an organization.
use portico_types::{FileId, MemberId, Millis};
use serde::{Deserialize, Serialize};

/// What a member is in the organization. The order is the rank.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Guest,
    Member,
    Admin,
    Owner,
}

impl Role {
    /// The number it has in the store.
    pub const fn code(self) -> i64 {
        match self {
            Self::Guest => 0,
            Self::Member => 1,
            Self::Admin => 2,
            Self::Owner => 3,
        }
    }

    /// The role of a stored number; anything unknown has the fewest rights.
    pub const fn of(code: i64) -> Self {
        match code {
            1 => Self::Member,
            2 => Self::Admin,
            3 => Self::Owner,
            _ => Self::Guest,
        }
    }

    /// Owner or admin.
    pub const fn is_admin(self) -> bool {
        matches!(self, Self::Admin | Self::Owner)
    }
}

/// A person or an account run by a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberKind {
    Person,
    Bot,
}

/// What a member says about themselves now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = MemberStatus)]
pub struct Status {
    pub text: String,
    pub emoji: String,
}

/// The presence a member chose; `auto` follows the connection.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PresenceChoice {
    #[default]
    Auto,
    Away,
    Dnd,
    Offline,
}

/// A member as other members see them. Guests get it without `email`; outside people never get it at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Member {
    #[schema(value_type = String)]
    pub id: MemberId,
    pub display_id: i64,
    pub kind: MemberKind,
    pub handle: String,
    pub name: String,
    pub email: Option<String>,
    pub role: Role,
    #[schema(value_type = Option<String>)]
    pub picture: Option<FileId>,
    /// IANA name.
    pub time_zone: String,
    /// BCP 47 tag.
    pub language: String,
    pub status: Status,
    pub presence: PresenceChoice,
    pub suspended: bool,
    #[schema(value_type = i64)]
    pub created_at: Millis,
}

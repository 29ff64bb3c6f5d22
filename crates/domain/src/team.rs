//! Named groups of members.
use portico_types::{MemberId, TeamId};
use serde::{Deserialize, Serialize};

/// A team. May own channels and inboxes, and be assigned conversations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Team {
    #[schema(value_type = String)]
    pub id: TeamId,
    pub display_id: i64,
    pub handle: String,
    pub name: String,
    #[schema(value_type = Vec<String>)]
    pub member_ids: Vec<MemberId>,
}

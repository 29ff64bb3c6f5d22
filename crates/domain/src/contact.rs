//! People outside who write to an inbox.
use portico_types::{ContactId, Millis};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The page a visitor is looking at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Page {
    pub url: String,
    pub title: String,
    #[schema(value_type = i64)]
    pub at: Millis,
}

/// A contact as agents see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Contact {
    #[schema(value_type = String)]
    pub id: ContactId,
    pub display_id: i64,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    /// The host's own name for this person, from its signed JWT.
    pub identifier: Option<String>,
    /// Whether a JWT of the host vouched for them.
    pub verified: bool,
    pub attributes: BTreeMap<String, String>,
    pub locale: String,
    pub time_zone: Option<String>,
    pub page: Option<Page>,
    #[schema(value_type = i64)]
    pub created_at: Millis,
    #[schema(value_type = i64)]
    pub last_seen_at: Millis,
    pub blocked: bool,
}

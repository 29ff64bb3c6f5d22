//! The audit record: who did what to what, and who was turned away.
use portico_types::{AuditId, Id, Millis};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

crate::room::coded! {
    /// Whether it happened.
    Outcome { Done = 0, Denied = 1 }
}

/// Someone or something named in the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Named {
    pub kind: String,
    #[schema(value_type = Option<String>)]
    pub id: Option<Id>,
    pub name: String,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AuditEntry {
    #[schema(value_type = String)]
    pub id: AuditId,
    #[schema(value_type = i64)]
    pub at: Millis,
    pub actor: Named,
    pub action: String,
    pub target: Option<Named>,
    pub outcome: Outcome,
    pub detail: BTreeMap<String, String>,
    pub ip: Option<String>,
}

//! One tenant.
use portico_types::OrganizationId;
use serde::{Deserialize, Serialize};

/// An organization as its people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Organization {
    #[schema(value_type = String)]
    pub id: OrganizationId,
    /// Its name in links when the server holds several.
    pub slug: String,
    pub name: String,
}

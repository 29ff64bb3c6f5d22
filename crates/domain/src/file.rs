//! Uploaded files.
use portico_types::FileId;
use serde::{Deserialize, Serialize};

/// A file on a message. Its bytes are fetched by id, never by a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct File {
    #[schema(value_type = String)]
    pub id: FileId,
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// Media type by content, not by what the sender said.
    pub kind: String,
    /// Pixels, for images.
    pub width: Option<i64>,
    pub height: Option<i64>,
    /// Whether there is a small picture of it.
    pub thumb: bool,
    pub url: String,
    pub thumb_url: Option<String>,
}

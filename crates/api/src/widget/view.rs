//! Messages and files as visitors get them.

use portico_core::customers::widget::PublicMessage;
use portico_domain::file::File;
use portico_types::{MessageId, Millis};
use serde::Serialize;

#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = PublicAuthor)]
struct AuthorView {
    name: String,
    /// Where their picture is; with the visitor's token.
    picture: Option<String>,
}

#[derive(Serialize, utoipa::ToSchema)]
#[serde(untagged)]
#[schema(as = PublicBody)]
enum BodyView {
    Said { text: String, html: String },
    Deleted { deleted: bool },
}

/// A message as a visitor gets it.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = PublicMessage)]
pub(crate) struct MessageView {
    #[schema(value_type = String)]
    id: MessageId,
    /// 1, 2, 3 … among the messages the visitor sees.
    number: i64,
    mine: bool,
    author: AuthorView,
    body: BodyView,
    #[schema(value_type = i64)]
    created_at: Millis,
    #[schema(value_type = Option<i64>)]
    edited_at: Option<Millis>,
    files: Vec<File>,
    client_key: Option<String>,
}

impl MessageView {
    /// `base`: the path everything of this inbox is below, with a slash at its end; empty where it is not known, which
    /// leaves addresses relative to it.
    pub(super) fn of(message: PublicMessage, base: &str) -> Self {
        Self {
            id: message.id,
            number: message.number,
            mine: message.mine,
            author: AuthorView {
                name: message.author_name,
                picture: message.face.map(|face| format!("{base}faces/{face}")),
            },
            body: match message.body {
                Some((text, html)) => BodyView::Said { text, html },
                None => BodyView::Deleted { deleted: true },
            },
            created_at: message.created_at,
            edited_at: message.edited_at,
            files: message.files.into_iter().map(|f| below(f, base)).collect(),
            client_key: message.client_key,
        }
    }
}

/// A file with the addresses under which a visitor may fetch it.
pub(super) fn below(file: File, base: &str) -> File {
    let url = format!("{base}files/{}", file.id);
    File { thumb_url: file.thumb.then(|| format!("{url}/thumb")), url, ..file }
}

/// The path everything of an inbox is below.
pub(super) fn base(key: &str) -> String {
    format!("/widget/v1/{key}/")
}

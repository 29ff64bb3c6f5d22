//! What outside people are shown of a conversation, by types of its own: what is not in them cannot leak through them.

use crate::customers::outside_status;
use portico_domain::{
    contact::Contact,
    conversation::Status,
    file::File,
    message::{AuthorKind, Body, Message},
    room::Ring,
};
use portico_store::{Read, VisitorPlace};
use portico_text::markdown;
use portico_types::{ContactId, Id, InboxId, MemberId, MessageId, Millis, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A message as the contact sees it. The API makes addresses of the face and of the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicMessage {
    pub id: MessageId,
    /// 1, 2, 3 … among the messages the contact sees.
    pub number: i64,
    /// Whether the contact wrote it.
    pub mine: bool,
    pub author_name: String,
    /// Under which name their picture is asked for, when they may have one; see [`super::Face`].
    pub face: Option<Id>,
    /// Text and safe HTML; none when it was deleted.
    pub body: Option<(String, String)>,
    pub created_at: Millis,
    pub edited_at: Option<Millis>,
    pub files: Vec<File>,
    /// The Idempotency-Key it was sent with, for the one who sent it.
    pub client_key: Option<String>,
}

impl PublicMessage {
    /// What `contact` may see of a message of their conversation: nothing, unless it is for everyone. Lines the server
    /// writes are for the team.
    pub fn of(message: &Message, contact: ContactId, inbox: InboxId) -> Option<Self> {
        let number = message.outside_number?;
        if message.ring != Ring::Everyone {
            return None;
        }
        let body = match &message.body {
            Body::Markdown { text, html } => Some((text.clone(), outside_html(text, html))),
            Body::Deleted => None,
            Body::System { .. } => return None,
        };
        let mine = message.author.kind == AuthorKind::Contact && message.author.id == Some(contact.0);
        let face = match message.author.kind {
            AuthorKind::Member | AuthorKind::Bot => message.author.id.map(|id| face(inbox, MemberId(id))),
            AuthorKind::Contact | AuthorKind::Reporter | AuthorKind::System => None,
        };
        Some(Self {
            id: message.id,
            number,
            mine,
            author_name: message.author.name.clone(),
            face,
            body,
            created_at: message.created_at,
            edited_at: message.edited_at,
            files: message.files.clone(),
            client_key: message.client_key.clone().filter(|_| mine),
        })
    }
}

/// A member's name towards one inbox's visitors, from which nobody gets the member's id.
pub(super) fn face(inbox: InboxId, member: MemberId) -> Id {
    let hash =
        Sha256::new().chain_update(b"face").chain_update(inbox.0.0).chain_update(member.0.0).finalize();
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    Id(id)
}

/// Names of members and channels carry ids in the HTML made for the team, so for outside it is made anew without any.
fn outside_html(text: &str, html: &str) -> String {
    if text.contains(['@', '~']) { markdown::render(text, &markdown::NoNames).html } else { html.to_owned() }
}

/// The visitor to themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PublicVisitor {
    #[schema(value_type = String)]
    pub id: ContactId,
    /// Empty until they give one.
    pub name: String,
    pub email: Option<String>,
    pub verified: bool,
}

impl From<&Contact> for PublicVisitor {
    fn from(contact: &Contact) -> Self {
        Self {
            id: contact.id,
            name: contact.name.clone(),
            email: contact.email.clone(),
            verified: contact.verified,
        }
    }
}

/// The visitor's conversation in short. The numbers are [`PublicMessage`]'s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PublicConversation {
    /// `open` or `resolved`.
    pub status: Status,
    pub last_number: i64,
    /// How far the visitor has read.
    pub read_number: i64,
    /// How far the team has read.
    pub seen_number: i64,
}

impl PublicConversation {
    pub(super) fn of(read: &mut Read<'_>, place: &VisitorPlace) -> Result<Self> {
        Ok(Self {
            status: outside_status(place.status),
            last_number: place.outside_count,
            read_number: read.outside_number_at(place.id, place.read_number)?,
            seen_number: place.seen_number,
        })
    }
}

/// How many messages the visitor has not read: a subtraction.
pub(super) fn unread(read: &mut Read<'_>, place: &VisitorPlace) -> Result<i64> {
    Ok((place.outside_count - read.outside_number_at(place.id, place.read_number)?).max(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use portico_domain::message::{Author, Mentions};
    use portico_types::{Id, RoomId};

    fn message(ring: Ring, text: &str, html: &str) -> Message {
        Message {
            id: MessageId(Id([1; 16])),
            room_id: RoomId(Id([2; 16])),
            number: 9,
            author: Author { kind: AuthorKind::Member, id: Some(Id([3; 16])), name: "Ann".into() },
            ring,
            thread_id: None,
            body: Body::Markdown { text: text.into(), html: html.into() },
            created_at: Millis(1),
            edited_at: None,
            version: 1,
            files: Vec::new(),
            reactions: Vec::new(),
            mentions: Mentions::default(),
            thread: None,
            client_key: Some("k".into()),
            outside_number: (ring == Ring::Everyone).then_some(4),
        }
    }

    #[test]
    fn a_note_has_no_public_form_and_a_mention_no_id() {
        let (me, inbox) = (ContactId(Id([5; 16])), InboxId(Id([6; 16])));
        assert_eq!(PublicMessage::of(&message(Ring::Team, "x", "<p>x</p>"), me, inbox), None);
        assert_eq!(PublicMessage::of(&message(Ring::Guests, "x", "<p>x</p>"), me, inbox), None);
        let html = "<p><span class=\"mention\" data-member=\"03\">@Bob</span></p>";
        let seen = PublicMessage::of(&message(Ring::Everyone, "@bob", html), me, inbox).unwrap();
        assert_eq!((seen.number, seen.mine, seen.client_key), (4, false, None));
        let face = seen.face.unwrap();
        assert_ne!(face, Id([3; 16]));
        assert_ne!(
            face,
            super::face(InboxId(Id([7; 16])), MemberId(Id([3; 16]))),
            "another inbox, another name"
        );
        let (_, html) = seen.body.unwrap();
        assert!(html.contains("@bob") && !html.contains("data-member"), "{html}");
    }
}

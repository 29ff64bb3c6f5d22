//! Messages: what stands in a timeline.
use crate::{file::File, limits, room::Ring, room::RoomKind};
use portico_types::{Error, Id, MemberId, MessageId, Millis, Result, RoomId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

crate::room::coded! {
    /// Which side of the wall an author is on.
    AuthorKind { Member = 0, Bot = 1, Contact = 2, Reporter = 3, System = 4 }
}

/// Who wrote it, with the name to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Author {
    pub kind: AuthorKind,
    #[schema(value_type = Option<String>)]
    pub id: Option<Id>,
    pub name: String,
}

/// What it says. A sum type, so that encrypted bodies and cards can come later: rendering, search and notification ask
/// the type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    /// Text of a person, with the safe HTML made of it on the server.
    Markdown { text: String, html: String },
    /// Something that happened, in words the client has.
    System { event: String, params: BTreeMap<String, String> },
    /// It was deleted; nothing of it is left.
    Deleted,
}

impl Body {
    /// Whether it is news of its own. The line with which a conversation begins is none: it stands above the message that
    /// began it, and that one is news.
    pub fn is_news(&self) -> bool {
        !matches!(self, Self::System { event, .. } if event == "started")
    }
}

/// The emoji people put on a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reaction {
    pub emoji: String,
    #[schema(value_type = Vec<String>)]
    pub member_ids: Vec<MemberId>,
}

/// Who a message calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Mentions {
    #[schema(value_type = Vec<String>)]
    pub member_ids: Vec<MemberId>,
    /// `@channel`.
    pub channel: bool,
}

/// A root message's replies in short.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ThreadInfo {
    pub reply_count: i64,
    #[schema(value_type = i64)]
    pub last_reply_at: Millis,
    /// The last few who replied, newest first.
    #[schema(value_type = Vec<String>)]
    pub participant_ids: Vec<MemberId>,
}

/// One message as members see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Message {
    #[schema(value_type = String)]
    pub id: MessageId,
    #[schema(value_type = String)]
    pub room_id: RoomId,
    /// 1, 2, 3 … in its room.
    pub number: i64,
    pub author: Author,
    pub ring: Ring,
    #[schema(value_type = Option<String>)]
    pub thread_id: Option<MessageId>,
    pub body: Body,
    #[schema(value_type = i64)]
    pub created_at: Millis,
    #[schema(value_type = Option<i64>)]
    pub edited_at: Option<Millis>,
    /// Grows with every edit, so that two who edit at once notice.
    pub version: i64,
    pub files: Vec<File>,
    pub reactions: Vec<Reaction>,
    pub mentions: Mentions,
    pub thread: Option<ThreadInfo>,
    /// The author's Idempotency-Key.
    pub client_key: Option<String>,
    /// Its number among the messages outside people see. They must not learn from gaps that notes were written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    pub outside_number: Option<i64>,
}

impl Message {
    /// The member to whom this was never news: who wrote it, or did what its system line tells.
    pub fn by(&self) -> Option<MemberId> {
        match (&self.body, self.author.kind) {
            (Body::System { params, .. }, _) => params.get("by_id").and_then(|id| id.parse().ok()),
            (_, AuthorKind::Member | AuthorKind::Bot) => self.author.id.map(MemberId),
            _ => None,
        }
    }
}

/// Whether a character shows nothing by itself.
fn is_blank(c: char) -> bool {
    let hidden = matches!(
        c,
        '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
    );
    c.is_whitespace() || c.is_control() || hidden
}

/// The text of a message as its author sent it, checked.
pub fn check_body(body: &str, files: usize) -> Result<&str> {
    let text = body.trim_end();
    if text.chars().all(is_blank) && files == 0 {
        return Err(Error::invalid("body", "write something or attach a file"));
    }
    if text.len() > limits::MESSAGE_BYTES || text.chars().count() > limits::MESSAGE_CHARS {
        return Err(Error::too_large(
            "body",
            format!(
                "the message is too long; the limit is {} characters. attach it as a file",
                limits::MESSAGE_CHARS
            ),
        ));
    }
    if text.contains('\0') {
        return Err(Error::invalid("body", "the message holds a NUL character; remove it"));
    }
    if files > limits::MESSAGE_FILES {
        return Err(Error::invalid(
            "file_ids",
            format!("a message holds {} files at most", limits::MESSAGE_FILES),
        ));
    }
    Ok(text)
}

/// The ring a message gets: what was asked for, within what its author's side and the room allow.
pub fn check_ring(kind: RoomKind, inside: bool, asked: Option<Ring>) -> Result<Ring> {
    match (kind, inside, asked) {
        (RoomKind::Channel | RoomKind::Direct, _, None | Some(Ring::Everyone)) => Ok(Ring::Everyone),
        (RoomKind::Channel | RoomKind::Direct, _, Some(_)) => {
            Err(Error::invalid("ring", "channels and direct messages have only the ring everyone"))
        }
        (_, false, None | Some(Ring::Everyone)) => Ok(Ring::Everyone),
        (_, false, Some(_)) => {
            Err(Error::forbidden("from outside, only the ring everyone can be written to"))
        }
        (_, true, asked) => Ok(asked.unwrap_or(Ring::Everyone)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_something_in_it_and_an_end() {
        assert_eq!(check_body("hi \n", 0).unwrap(), "hi");
        assert_eq!(check_body(" ", 0).unwrap_err().field(), Some("body"));
        assert_eq!(check_body("", 1).unwrap(), "");
        assert!(check_body(&"x".repeat(limits::MESSAGE_CHARS), 0).is_ok());
        assert!(check_body(&"x".repeat(limits::MESSAGE_CHARS + 1), 0).is_err());
        assert!(check_body("a\0b", 0).is_err());
        assert!(check_body("x", limits::MESSAGE_FILES + 1).is_err());
    }

    #[test]
    fn outside_people_cannot_whisper_to_the_team() {
        assert!(check_ring(RoomKind::Report, false, Some(Ring::Team)).is_err());
        assert_eq!(check_ring(RoomKind::Report, false, None).unwrap(), Ring::Everyone);
        assert_eq!(check_ring(RoomKind::Conversation, true, Some(Ring::Team)).unwrap(), Ring::Team);
        assert!(check_ring(RoomKind::Channel, true, Some(Ring::Team)).is_err());
    }
}

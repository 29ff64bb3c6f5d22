//! Things of the moment: not kept, not numbered, lost without harm.

use crate::{board::Seen, options::Envelope};
use bytes::Bytes;
use portico_domain::{event::Audience, message::Author, message::AuthorKind, room::Ring};
use portico_types::{ContactId, Id, MemberId, MessageId, Millis, ReporterId, RoomId, TokenId};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Bytes of a text being typed that are passed on; more than a message may have is nobody's typing.
const TEXT: usize = 64 * 1024;
/// The same person's typing in the same place is told once in this time, in ms.
const PAUSE: i64 = Millis::SECOND;
/// Places typed in that are remembered at most.
const PLACES: usize = 10_000;

/// A room, and whose people read it: what the caller found when it checked that the speaker may be there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Place {
    /// The room.
    pub room: RoomId,
    /// Its audience's group: the room itself, or its inbox or program.
    pub group: Id,
    /// The contact or reporter on the other side.
    pub outside: Option<Id>,
    /// Whether owners and admins read it as well (conversations).
    pub admins: bool,
}

impl Place {
    pub(crate) fn audience(&self, ring: Ring) -> Audience {
        Audience::Group { group: self.group, ring, outside: self.outside, admins: self.admins }
    }
}

/// Somebody is typing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Typing {
    /// Where.
    pub place: Place,
    /// For whom the message is meant.
    pub ring: Ring,
    /// In which thread.
    pub thread: Option<MessageId>,
    /// Who. Their own connections are not told.
    pub author: Author,
    /// What stands there so far: for the team's side only.
    pub text: Option<String>,
}

/// What passes through the hub without being kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Signal {
    /// Somebody is typing.
    Typing(Typing),
}

/// Whose connections end, told between nodes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Ending {
    Token(TokenId),
    Contact(ContactId),
    Reporter(ReporterId),
}

/// What nodes tell each other, in the payload of a bus signal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum NodeNote {
    /// A signal as a caller gave it.
    Signal(Signal),
    /// Who is here, and looks at what. `full` replaces what this node said before, otherwise it is what changed.
    Here { full: bool, people: Vec<(MemberId, Option<Seen>)>, viewing: Vec<(Place, Vec<MemberId>)> },
    /// A node that has just begun to look after the organization asks the others who is there.
    Ask,
    /// A right was taken away.
    End(Ending),
}

/// People, and looks at rooms, told to the other nodes in one note at most: a note has a limit on the way.
const TOLD: usize = 4_000;

impl NodeNote {
    /// What a node says of who is here, in as many notes as it takes. Nothing when there is nothing to say.
    pub(crate) fn here(
        mut full: bool,
        mut people: Vec<(MemberId, Option<Seen>)>,
        mut viewing: Vec<(Place, Vec<MemberId>)>,
    ) -> Vec<Self> {
        let mut notes = Vec::new();
        // A room looked at by more than that is looked at by everybody.
        for (_, members) in &mut viewing {
            members.truncate(TOLD);
        }
        while full || !people.is_empty() || !viewing.is_empty() {
            let some = people.split_off(people.len().saturating_sub(TOLD));
            let mut left = TOLD;
            let fits = viewing.iter().rev().take_while(|(_, members)| {
                let fits = left > members.len();
                left = left.saturating_sub(members.len() + 1);
                fits
            });
            let rooms = viewing.split_off(viewing.len() - fits.count().max(1).min(viewing.len()));
            notes.push(Self::Here { full, people: some, viewing: rooms });
            full = false;
        }
        notes
    }
}

/// The frames of a typing signal.
pub(crate) struct TypingFrames {
    /// For the team's side.
    pub(crate) team: Bytes,
    /// For guests: without the text.
    pub(crate) guest: Bytes,
    /// For the person outside: a name.
    pub(crate) outside: Bytes,
}

#[derive(Serialize)]
struct Wire<T> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<RoomId>,
    data: T,
}

/// A frame without cursor.
pub(crate) fn frame<T: Serialize>(
    envelope: Envelope,
    kind: &'static str,
    room: Option<RoomId>,
    data: T,
) -> Bytes {
    // Plain structs of strings and ids always serialise.
    envelope(serde_json::to_string(&Wire { r#type: kind, room, data }).unwrap_or_default())
}

impl Typing {
    pub(crate) fn frames(&self, envelope: Envelope) -> TypingFrames {
        #[derive(Serialize)]
        struct Inside<'a> {
            author: &'a Author,
            thread_id: Option<MessageId>,
            #[serde(skip_serializing_if = "Option::is_none")]
            text: Option<&'a str>,
        }
        #[derive(Serialize)]
        struct Name<'a> {
            name: &'a str,
        }
        #[derive(Serialize)]
        struct Outside<'a> {
            author: Name<'a>,
        }
        let inside = |text| Inside { author: &self.author, thread_id: self.thread, text };
        let room = Some(self.place.room);
        TypingFrames {
            team: frame(envelope, "typing", room, inside(self.text.as_deref())),
            guest: frame(envelope, "typing", room, inside(None)),
            outside: frame(envelope, "typing", None, Outside { author: Name { name: &self.author.name } }),
        }
    }
}

struct Told {
    at: Millis,
    waiting: Option<Typing>,
}

/// Thins out typing: the first word at once, then one a second, always the latest.
#[derive(Default)]
pub(crate) struct Thinner(HashMap<(AuthorKind, Option<Id>, RoomId), Told>);

impl Thinner {
    /// Takes a signal in; gives it back when it is to be told now.
    pub(crate) fn take(&mut self, mut typing: Typing, now: Millis) -> Option<Typing> {
        typing.text = typing.text.filter(|t| t.len() <= TEXT);
        let key = (typing.author.kind, typing.author.id, typing.place.room);
        let full = self.0.len() >= PLACES;
        match self.0.get_mut(&key) {
            Some(told) if now.0 - told.at.0 < PAUSE => {
                told.waiting = Some(typing);
                None
            }
            None if full => None,
            _ => {
                self.0.insert(key, Told { at: now, waiting: None });
                Some(typing)
            }
        }
    }

    /// What has waited long enough.
    pub(crate) fn due(&mut self, now: Millis) -> Vec<Typing> {
        let mut due = Vec::new();
        self.0.retain(|_, told| {
            if now.0 - told.at.0 < PAUSE {
                return true;
            }
            let waited = told.waiting.take();
            let keep = waited.is_some();
            told.at = now;
            due.extend(waited);
            keep
        });
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: usize) -> Id {
        Id((n as u128).to_be_bytes())
    }

    #[test]
    fn a_crowd_is_told_in_notes_that_travel() {
        let people: Vec<_> = (0..9_001).map(|n| (MemberId(id(n)), Some(Seen::Online))).collect();
        let place = |n| Place { room: RoomId(id(n)), group: id(n), outside: Some(id(n)), admins: true };
        let viewing: Vec<_> = (0..300).map(|n| (place(n), vec![MemberId(id(n)); n % 100])).collect();
        let notes = NodeNote::here(true, people.clone(), viewing.clone());
        let (mut told, mut seen) = (Vec::new(), Vec::new());
        for (at, note) in notes.iter().enumerate() {
            assert!(serde_json::to_vec(note).unwrap().len() < 1_000_000);
            let NodeNote::Here { full, people, viewing } = note else { panic!("{note:?}") };
            assert_eq!(*full, at == 0, "only the first replaces what was said before");
            told.extend(people.clone());
            seen.extend(viewing.clone());
        }
        told.sort_by_key(|(id, _)| *id);
        seen.sort_by_key(|(place, _)| place.room);
        assert_eq!((told, seen), (people, viewing));
        assert_eq!(NodeNote::here(true, vec![], vec![]).len(), 1);
        assert!(NodeNote::here(false, vec![], vec![]).is_empty());
    }
}

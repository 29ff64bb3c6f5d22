//! Who hears what is said in a room, kept from one message to the next.
//!
//! To decide anew about each of a thousand connections means to look them up all over the memory, and no first frame goes
//! out before the last is decided about. Mostly nobody's right has changed since the message before. So whoever heard
//! that is kept, in the order of their coming, which is also how the kernel's side of them lies in memory.
//!
//! Nothing is decided here. The invariant is the caller's: whatever may change who hears of something (another version of
//! the index, a coming, a going) is followed by [`Listeners::forget`] before the next is told. Builds with debug
//! assertions decide anew each time and compare.

use crate::{index::changes_nobody, state::Conn};
use portico_domain::event::Audience;
use portico_store::LogEvent;
use portico_types::Id;
use std::{collections::HashMap, sync::Arc};

/// Connections that are worth keeping; fewer are as soon found. Tests have small rooms.
const WORTH: usize = if cfg!(debug_assertions) { 2 } else { 64 };
/// Connections kept in all. Forgetting that many takes a millisecond or two.
const MOST: usize = 20_000;
/// Rooms of which anything is known.
const ROOMS: usize = 256;

/// The connections that hear what is said in one room.
#[derive(Default)]
pub(crate) struct Hearing {
    /// Those of members, who all get the same frames.
    pub(crate) same: Vec<Arc<Conn>>,
    /// Those that get frames of their own.
    pub(crate) own: Vec<Arc<Conn>>,
}

impl Hearing {
    fn len(&self) -> usize {
        self.same.len() + self.own.len()
    }
}

enum Known {
    /// Something was said since anything changed. Only the second time is it worth keeping who heard it.
    Once,
    /// Few hear it.
    Few,
    Kept(Hearing),
}

/// See the module.
#[derive(Default)]
pub(crate) struct Listeners {
    rooms: HashMap<Id, (Audience, Known)>,
    kept: usize,
}

/// The group in which something is said that changes nobody's rights and that all who hear it hear alike.
pub(crate) fn said(event: &LogEvent) -> Option<Id> {
    match event.audience {
        Audience::Group { group, .. } if changes_nobody(&event.event) => Some(group),
        _ => None,
    }
}

impl Listeners {
    /// Who hears of an event, if that is known.
    pub(crate) fn of(&self, event: &LogEvent) -> Option<&Hearing> {
        match self.rooms.get(&said(event)?)? {
            (audience, Known::Kept(hearing)) if *audience == event.audience => Some(hearing),
            _ => None,
        }
    }

    /// Somewhere to write down who hears of an event, to be given to [`keep`](Self::keep); nothing when that is not worth it.
    pub(crate) fn begin(&mut self, event: &LogEvent) -> Option<Hearing> {
        let group = said(event)?;
        if self.rooms.len() >= ROOMS {
            self.forget();
        }
        match self.rooms.get(&group) {
            Some((audience, known)) if *audience == event.audience => {
                matches!(known, Known::Once).then(Hearing::default)
            }
            _ => {
                self.put(group, event, Known::Once);
                None
            }
        }
    }

    /// Keeps who heard of an event until anything changes.
    pub(crate) fn keep(&mut self, event: &LogEvent, mut hearing: Hearing) {
        let Some(group) = said(event) else { return };
        if hearing.len() < WORTH || self.kept + hearing.len() > MOST {
            return self.put(group, event, Known::Few);
        }
        hearing.same.sort_unstable_by_key(|conn| conn.id);
        self.kept += hearing.len();
        self.put(group, event, Known::Kept(hearing));
    }

    fn put(&mut self, group: Id, event: &LogEvent, known: Known) {
        if let Some((_, Known::Kept(gone))) = self.rooms.insert(group, (event.audience.clone(), known)) {
            self.kept -= gone.len();
        }
    }

    /// Something may have changed.
    pub(crate) fn forget(&mut self) {
        if !self.rooms.is_empty() {
            *self = Self::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Viewer;
    use portico_domain::{event::Event, room::Ring, session::Scopes};
    use portico_types::{MemberId, MessageId, Millis, TenantId};

    fn event(group: u8, ring: Ring) -> LogEvent {
        let audience = Audience::Group { group: Id([group; 16]), ring, outside: None, admins: false };
        let event = Event::ReactionRemoved {
            message_id: MessageId(Id([9; 16])),
            member_id: MemberId(Id([8; 16])),
            emoji: "x".into(),
        };
        LogEvent {
            tenant: TenantId(1),
            seq: 1,
            room: None,
            audience,
            event,
            body: String::new(),
            at: Millis(0),
        }
    }

    fn hearing(ids: &[u64]) -> Hearing {
        let viewer = Viewer::Member { id: MemberId(Id([1; 16])), session: None, token: None };
        let conn = |id: &u64| Arc::new(Conn::new(*id, viewer, Scopes::FULL, 0, Millis(0)));
        Hearing { same: ids.iter().map(conn).collect(), own: Vec::new() }
    }

    fn ids(listeners: &Listeners, event: &LogEvent) -> Option<Vec<u64>> {
        listeners.of(event).map(|hearing| hearing.same.iter().map(|conn| conn.id).collect())
    }

    #[test]
    fn it_is_kept_from_the_second_time_on_and_for_that_audience() {
        let (mut listeners, said) = (Listeners::default(), event(1, Ring::Everyone));
        assert!(listeners.begin(&said).is_none(), "once is not worth it");
        assert!(listeners.begin(&said).is_some());
        listeners.keep(&said, hearing(&[7, 3, 5]));
        assert_eq!(ids(&listeners, &said), Some(vec![3, 5, 7]));
        assert_eq!(ids(&listeners, &event(2, Ring::Everyone)), None);
        let note = event(1, Ring::Team);
        assert_eq!(ids(&listeners, &note), None, "others hear what the team says to itself");
        assert!(listeners.begin(&note).is_none());
        assert_eq!((ids(&listeners, &said), listeners.kept), (None, 0));
        listeners.forget();
        assert!(listeners.begin(&note).is_none(), "once again");
    }

    #[test]
    fn what_is_kept_has_a_bound() {
        let mut listeners = Listeners::default();
        let few = event(1, Ring::Everyone);
        listeners.begin(&few);
        listeners.keep(&few, hearing(&[1]));
        assert!(listeners.begin(&few).is_none() && listeners.of(&few).is_none(), "few are as soon found");
        listeners.kept = MOST - 2;
        for (group, fits) in [(2, true), (3, false)] {
            let said = event(group, Ring::Everyone);
            listeners.keep(&said, hearing(&[1, 2]));
            assert_eq!(listeners.of(&said).is_some(), fits, "group {group}");
        }
        for n in 0..=ROOMS {
            let mut said = event(0, Ring::Everyone);
            let mut group = Id([4; 16]);
            group.0[..8].copy_from_slice(&n.to_be_bytes());
            said.audience = Audience::Group { group, ring: Ring::Everyone, outside: None, admins: false };
            listeners.begin(&said);
            assert!(listeners.rooms.len() <= ROOMS);
        }
    }
}

//! Who is there and who looks at what: from this node's connections, what other nodes say, and what members chose.

use crate::{index::Index, signal::Place};
use portico_domain::member::PresenceChoice;
use portico_types::{MemberId, Millis, RoomId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap, HashSet};

/// A connection whose client has not said for this long that somebody is there counts as left alone, in ms.
pub(crate) const QUIET: i64 = 5 * Millis::MINUTE;
/// A member stays where they were for this long after their last connection is gone, in ms.
pub(crate) const GRACE: i64 = Millis::MINUTE;
/// How often a node says in full who is there, in ms.
const REPEAT: i64 = 30 * Millis::SECOND;
/// A node that has been silent for this long is gone, in ms.
const SILENT: i64 = 90 * Millis::SECOND;

/// Changes announced at once, in one frame to everyone; the rest waits for the next look. About 25 kB, so that thousands
/// who come back together cost neither a frame each nor a burst that a slow line could not take.
const ANNOUNCED: usize = 512;

/// What others see of a member.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// At the keyboard.
    Online,
    /// Connected, but not at the keyboard, or by choice.
    Away,
    /// Not to be disturbed, by choice.
    Dnd,
    /// Not connected, or by choice.
    Offline,
}

/// What connections tell of a member. The order is: the most present wins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub(crate) enum Seen {
    Away,
    Online,
}

/// What one node has of a member.
struct Here {
    seen: Seen,
    /// Since when no connection is left.
    gone_at: Option<Millis>,
    /// What the other nodes were told.
    told: Option<Seen>,
}

#[derive(Default)]
struct Node {
    heard_at: Millis,
    people: HashMap<MemberId, Seen>,
    viewing: HashMap<RoomId, (Place, Vec<MemberId>)>,
}

struct Watched {
    place: Place,
    /// Member by connection.
    here: HashMap<u64, MemberId>,
    changed: bool,
}

#[derive(Default)]
pub(crate) struct Board {
    here: HashMap<MemberId, Here>,
    nodes: HashMap<u64, Node>,
    announced: HashMap<MemberId, Presence>,
    watched: HashMap<RoomId, Watched>,
    viewers: HashMap<u64, RoomId>,
    repeated_at: Millis,
    asked: bool,
}

/// What a look at the board brought.
#[derive(Default)]
pub(crate) struct Changes {
    pub(crate) presence: Vec<(MemberId, Presence)>,
    pub(crate) viewing: Vec<(Place, Vec<MemberId>)>,
    /// For the other nodes: everything or what changed, people and rooms.
    pub(crate) full: bool,
    pub(crate) people: Vec<(MemberId, Option<Seen>)>,
    pub(crate) rooms: Vec<(Place, Vec<MemberId>)>,
}

impl Board {
    /// A member has a connection.
    pub(crate) fn came(&mut self, member: MemberId) {
        self.here.entry(member).or_insert(Here { seen: Seen::Online, gone_at: None, told: None }).gone_at =
            None;
    }

    /// A connection is gone; `last` when the member has no other here.
    pub(crate) fn went(&mut self, member: MemberId, connection: u64, last: bool, now: Millis) {
        self.view(connection, member, None);
        if last && let Some(here) = self.here.get_mut(&member) {
            here.gone_at = Some(now);
        }
    }

    /// A connection looks at another room.
    pub(crate) fn view(&mut self, connection: u64, member: MemberId, place: Option<Place>) {
        if let Some(before) = self.viewers.remove(&connection)
            && let Some(watched) = self.watched.get_mut(&before)
        {
            watched.here.remove(&connection);
            watched.changed = true;
        }
        if let Some(place) = place {
            self.viewers.insert(connection, place.room);
            let watched = self.watched.entry(place.room).or_insert_with(|| Watched {
                place,
                here: HashMap::new(),
                changed: true,
            });
            watched.place = place;
            watched.here.insert(connection, member);
            watched.changed = true;
        }
    }

    /// The other nodes want to know everything at the next look.
    pub(crate) fn ask(&mut self) {
        self.asked = true;
    }

    /// What another node says.
    pub(crate) fn hear(
        &mut self,
        node: u64,
        full: bool,
        people: Vec<(MemberId, Option<Seen>)>,
        viewing: Vec<(Place, Vec<MemberId>)>,
        now: Millis,
    ) {
        let known = self.nodes.entry(node).or_default();
        known.heard_at = now;
        let mut rooms: Vec<Place> = viewing.iter().map(|(place, _)| *place).collect();
        if full {
            rooms.extend(known.viewing.values().map(|(place, _)| *place));
            known.people.clear();
            known.viewing.clear();
        }
        for (member, seen) in people {
            match seen {
                Some(seen) => known.people.insert(member, seen),
                None => known.people.remove(&member),
            };
        }
        for (place, members) in viewing {
            if members.is_empty() {
                known.viewing.remove(&place.room);
            } else {
                known.viewing.insert(place.room, (place, members));
            }
        }
        for place in rooms {
            self.watched
                .entry(place.room)
                .or_insert_with(|| Watched { place, here: HashMap::new(), changed: true })
                .changed = true;
        }
    }

    /// Whether somebody is expected back.
    pub(crate) fn is_waiting(&self, now: Millis) -> bool {
        self.here.values().any(|h| h.gone_at.is_some_and(|at| now.0 - at.0 < GRACE))
    }

    /// What connections tell of a member, over all nodes. `active`: whether a connection here is.
    pub(crate) fn seen(
        &self,
        member: MemberId,
        active: impl Fn(MemberId) -> bool,
        now: Millis,
    ) -> Option<Seen> {
        let here = self.seen_here(member, active, now);
        self.nodes.values().filter_map(|n| n.people.get(&member).copied()).chain(here).max()
    }

    fn seen_here(&self, member: MemberId, active: impl Fn(MemberId) -> bool, now: Millis) -> Option<Seen> {
        let here = self.here.get(&member)?;
        match here.gone_at {
            Some(at) => (now.0 - at.0 < GRACE).then_some(here.seen),
            None if active(member) => Some(Seen::Online),
            None => Some(Seen::Away),
        }
    }

    /// Everyone the board has something on.
    pub(crate) fn known(&self) -> HashSet<MemberId> {
        let remote = self.nodes.values().flat_map(|n| n.people.keys());
        self.here.keys().chain(remote).chain(self.announced.keys()).copied().collect()
    }

    /// Looks through everything once, says what is new and remembers that it was said.
    pub(crate) fn look(
        &mut self,
        index: &Index,
        active: impl Fn(MemberId) -> bool + Copy,
        now: Millis,
        alone: bool,
    ) -> Changes {
        let mut changes =
            Changes { full: self.asked || now.0 - self.repeated_at.0 >= REPEAT, ..Changes::default() };
        self.forget_nodes(now);
        for member in self.known() {
            let seen = self.seen_here(member, active, now);
            if let Some(here) = self.here.get_mut(&member) {
                here.seen = seen.unwrap_or(here.seen);
                if changes.full || here.told != seen {
                    changes.people.push((member, seen));
                    here.told = seen;
                }
                if seen.is_none() {
                    self.here.remove(&member);
                }
            }
            let shown = show(index, member, self.seen(member, active, now));
            let before = self.announced.get(&member).copied().unwrap_or(Presence::Offline);
            if shown == before || changes.presence.len() >= ANNOUNCED {
                continue;
            }
            changes.presence.push((member, shown));
            if shown == Presence::Offline {
                self.announced.remove(&member);
            } else {
                self.announced.insert(member, shown);
            }
        }
        let nodes = &self.nodes;
        self.watched.retain(|room, watched| {
            let here: BTreeSet<MemberId> = watched.here.values().copied().collect();
            if watched.changed || changes.full && !here.is_empty() {
                changes.rooms.push((watched.place, here.iter().copied().collect()));
            }
            if watched.changed {
                let there = nodes
                    .values()
                    .filter_map(|n| n.viewing.get(room))
                    .flat_map(|(_, ids)| ids.iter().copied());
                let all = here.iter().copied().chain(there).collect::<BTreeSet<_>>();
                changes.viewing.push((watched.place, all.into_iter().collect()));
                watched.changed = false;
            }
            !watched.here.is_empty() || nodes.values().any(|n| n.viewing.contains_key(room))
        });
        if changes.full {
            self.asked = false;
            self.repeated_at = now;
        }
        if alone {
            changes.people.clear();
            changes.rooms.clear();
            changes.full = false;
        }
        changes
    }

    fn forget_nodes(&mut self, now: Millis) {
        let watched = &mut self.watched;
        self.nodes.retain(|_, node| {
            let alive = now.0 - node.heard_at.0 < SILENT;
            if !alive {
                for room in node.viewing.keys() {
                    if let Some(watched) = watched.get_mut(room) {
                        watched.changed = true;
                    }
                }
            }
            alive
        });
    }
}

/// What others see, from what connections tell and what the member chose.
pub(crate) fn show(index: &Index, member: MemberId, seen: Option<Seen>) -> Presence {
    let (Some(seen), Some(person)) = (seen, index.person(member)) else { return Presence::Offline };
    match person.choice {
        _ if person.suspended => Presence::Offline,
        PresenceChoice::Offline => Presence::Offline,
        PresenceChoice::Away => Presence::Away,
        PresenceChoice::Dnd => Presence::Dnd,
        PresenceChoice::Auto => match seen {
            Seen::Online => Presence::Online,
            Seen::Away => Presence::Away,
        },
    }
}

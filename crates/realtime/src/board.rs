//! Who is there and who looks at what: from this node's connections, what other nodes say, and what members chose.
//!
//! A look costs what has changed, not how many there are. Whatever changes what others see of a member [touches](Board::touch)
//! them, and what time alone will change is due at a moment known before; everybody else is as they were. No later look finds
//! whom nobody touched.

use crate::{index::Index, signal::Place};
use portico_domain::member::PresenceChoice;
use portico_types::{MemberId, Millis, RoomId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap, HashSet};

#[cfg(test)]
mod tests;

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
    /// When time alone changes what is seen, as of the last look; they stand in [`Board::due`] under it.
    due: Option<Millis>,
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
}

impl Watched {
    fn members(&self) -> BTreeSet<MemberId> {
        self.here.values().copied().collect()
    }
}

#[derive(Default)]
pub(crate) struct Board {
    here: HashMap<MemberId, Here>,
    nodes: HashMap<u64, Node>,
    announced: HashMap<MemberId, Presence>,
    watched: HashMap<RoomId, Watched>,
    viewers: HashMap<u64, RoomId>,
    /// Members and rooms that the next look is at.
    touched: HashSet<MemberId>,
    touched_rooms: HashSet<RoomId>,
    /// Members here whom time alone changes, by when it does; each at most once.
    due: BTreeSet<(Millis, MemberId)>,
    /// Whether it is at everybody.
    doubted: bool,
    looked_at: Millis,
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
        let new = Here { seen: Seen::Online, gone_at: None, told: None, due: None };
        self.here.entry(member).or_insert(new).gone_at = None;
        self.touch(member);
    }

    /// A connection is gone; `last` when the member has no other here.
    pub(crate) fn went(&mut self, member: MemberId, connection: u64, last: bool, now: Millis) {
        self.view(connection, member, None);
        self.touch(member);
        if last && let Some(here) = self.here.get_mut(&member) {
            here.gone_at = Some(now);
        }
    }

    /// What others see of a member may have changed: they are looked at next.
    pub(crate) fn touch(&mut self, member: MemberId) {
        self.touched.insert(member);
    }

    /// A connection looks at another room.
    pub(crate) fn view(&mut self, connection: u64, member: MemberId, place: Option<Place>) {
        if let Some(before) = self.viewers.remove(&connection)
            && let Some(watched) = self.watched.get_mut(&before)
        {
            watched.here.remove(&connection);
            self.touched_rooms.insert(before);
        }
        if let Some(place) = place {
            self.viewers.insert(connection, place.room);
            let watched =
                self.watched.entry(place.room).or_insert_with(|| Watched { place, here: HashMap::new() });
            watched.place = place;
            watched.here.insert(connection, member);
            self.touched_rooms.insert(place.room);
        }
    }

    /// What others see of anybody may have changed: everybody is looked at next.
    pub(crate) fn doubt(&mut self) {
        self.doubted = true;
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
        let mut before = HashMap::new();
        if full {
            rooms.extend(known.viewing.values().map(|(place, _)| *place));
            before = std::mem::take(&mut known.people);
            known.viewing.clear();
        }
        for (member, seen) in people {
            let was = match seen {
                Some(seen) => known.people.insert(member, seen),
                None => known.people.remove(&member),
            };
            if was.or_else(|| before.remove(&member)) != seen {
                self.touched.insert(member);
            }
        }
        self.touched.extend(before.into_keys());
        for (place, members) in viewing {
            if members.is_empty() {
                known.viewing.remove(&place.room);
            } else {
                known.viewing.insert(place.room, (place, members));
            }
        }
        for place in rooms {
            self.watched.entry(place.room).or_insert_with(|| Watched { place, here: HashMap::new() });
            self.touched_rooms.insert(place.room);
        }
    }

    /// Whether somebody is expected back.
    pub(crate) fn is_waiting(&self, now: Millis) -> bool {
        self.here.values().any(|h| h.gone_at.is_some_and(|at| now.0 - at.0 < GRACE))
    }

    /// What connections tell of a member, over all nodes. `until`: until when a connection here is active, if one is.
    pub(crate) fn seen(
        &self,
        member: MemberId,
        until: impl Fn(MemberId) -> Option<Millis>,
        now: Millis,
    ) -> Option<Seen> {
        let here = self.seen_here(member, until, now).map(|(seen, _)| seen);
        self.nodes.values().filter_map(|n| n.people.get(&member).copied()).chain(here).max()
    }

    /// What connections here tell, and when time alone changes it: later than `now`.
    fn seen_here(
        &self,
        member: MemberId,
        until: impl Fn(MemberId) -> Option<Millis>,
        now: Millis,
    ) -> Option<(Seen, Option<Millis>)> {
        let here = self.here.get(&member)?;
        if let Some(at) = here.gone_at {
            let over = at.plus(GRACE);
            return (now < over).then_some((here.seen, Some(over)));
        }
        let until = until(member);
        Some((if until.is_some() { Seen::Online } else { Seen::Away }, until))
    }

    /// Everyone the board has something on.
    pub(crate) fn known(&self) -> HashSet<MemberId> {
        let remote = self.nodes.values().flat_map(|n| n.people.keys());
        self.here.keys().chain(remote).chain(self.announced.keys()).copied().collect()
    }

    /// Looks at what may have changed, says what is new and remembers that it was said. `alone`: no other node listens.
    pub(crate) fn look(
        &mut self,
        index: &Index,
        until: impl Fn(MemberId) -> Option<Millis> + Copy,
        now: Millis,
        alone: bool,
    ) -> Changes {
        // Where the clock was set back, what time had changed may be as it was before, and the next repeat would be late.
        let back = now < self.looked_at;
        self.looked_at = now;
        let full = self.asked || back || now.0 - self.repeated_at.0 >= REPEAT;
        let mut changes = Changes { full, ..Changes::default() };
        self.forget_nodes(now);
        while let Some((_, member)) = self.due.first().copied().filter(|(at, _)| *at <= now) {
            self.due.pop_first();
            self.touched.insert(member);
        }
        let mut members = std::mem::take(&mut self.touched);
        if std::mem::take(&mut self.doubted) || back {
            members.extend(self.known());
        }
        for member in members {
            self.look_at(member, index, until, now, &mut changes);
        }
        self.look_at_rooms(&mut changes);
        if full {
            self.asked = false;
            self.repeated_at = now;
        }
        if alone {
            changes.people.clear();
            changes.rooms.clear();
            changes.full = false;
        } else if full {
            // Who is not here any more is told as such, and everybody else as they are.
            changes.people.retain(|(_, seen)| seen.is_none());
            changes.people.extend(self.here.iter().map(|(member, here)| (*member, here.told)));
        }
        changes
    }

    fn look_at(
        &mut self,
        member: MemberId,
        index: &Index,
        until: impl Fn(MemberId) -> Option<Millis> + Copy,
        now: Millis,
        changes: &mut Changes,
    ) {
        let (seen, due) = self.seen_here(member, until, now).unzip();
        if let Some(here) = self.here.get_mut(&member) {
            let due = due.flatten();
            if here.due != due {
                here.due.map(|at| self.due.remove(&(at, member)));
                self.due.extend(due.map(|at| (at, member)));
                here.due = due;
            }
            here.seen = seen.unwrap_or(here.seen);
            if changes.full || here.told != seen {
                changes.people.push((member, seen));
                here.told = seen;
            }
            if seen.is_none() {
                self.here.remove(&member);
            }
        }
        let shown = show(index, member, self.seen(member, until, now));
        let before = self.announced.get(&member).copied().unwrap_or(Presence::Offline);
        if shown == before {
            return;
        }
        if changes.presence.len() >= ANNOUNCED {
            self.touched.insert(member);
            return;
        }
        changes.presence.push((member, shown));
        if shown == Presence::Offline {
            self.announced.remove(&member);
        } else {
            self.announced.insert(member, shown);
        }
    }

    fn look_at_rooms(&mut self, changes: &mut Changes) {
        let touched = std::mem::take(&mut self.touched_rooms);
        if changes.full {
            let others = self.watched.iter().filter(|(room, _)| !touched.contains(room));
            let viewed = others.filter(|(_, watched)| !watched.here.is_empty());
            changes.rooms.extend(viewed.map(|(_, w)| (w.place, w.members().into_iter().collect())));
        }
        for room in touched {
            let Some(watched) = self.watched.get(&room) else { continue };
            let (place, here) = (watched.place, watched.members());
            changes.rooms.push((place, here.iter().copied().collect()));
            let there = self.nodes.values().filter_map(|n| n.viewing.get(&room));
            let all: BTreeSet<_> = here.into_iter().chain(there.flat_map(|(_, ids)| ids).copied()).collect();
            if all.is_empty() {
                self.watched.remove(&room);
            }
            changes.viewing.push((place, all.into_iter().collect()));
        }
    }

    fn forget_nodes(&mut self, now: Millis) {
        let (touched, rooms) = (&mut self.touched, &mut self.touched_rooms);
        self.nodes.retain(|_, node| {
            let alive = now.0 - node.heard_at.0 < SILENT;
            if !alive {
                touched.extend(node.people.keys());
                rooms.extend(node.viewing.keys());
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

//! A board that looks at everybody each time: what the other is measured by.

use super::super::{
    GRACE, HashMap, HashSet, Index, MemberId, Millis, Place, Presence, QUIET, REPEAT, RoomId, SILENT, Seen,
    show,
};
use std::collections::BTreeSet;

type Viewing = Vec<(Place, Vec<MemberId>)>;

struct Here {
    seen: Seen,
    gone_at: Option<Millis>,
    told: Option<Seen>,
}

#[derive(Default)]
struct Node {
    heard_at: Millis,
    people: HashMap<MemberId, Seen>,
    viewing: HashMap<RoomId, (Place, Vec<MemberId>)>,
}

#[derive(Default)]
pub(super) struct Naive {
    /// A member's connections, and since when each is active.
    conns: HashMap<MemberId, HashMap<u64, Option<Millis>>>,
    here: HashMap<MemberId, Here>,
    nodes: HashMap<u64, Node>,
    /// Offline ones too.
    pub(super) announced: HashMap<MemberId, Presence>,
    /// Who looks at what.
    views: HashMap<u64, (Place, MemberId)>,
    /// The rooms that somebody was said to look at, and those of which something else is to be said.
    rooms: HashMap<RoomId, Place>,
    changed: HashSet<RoomId>,
    repeated_at: Millis,
    looked_at: Millis,
    pub(super) asked: bool,
}

/// What it brings. All who have changed, however many.
pub(super) struct Expected {
    pub(super) presence: HashMap<MemberId, Presence>,
    pub(super) viewing: Viewing,
    pub(super) full: bool,
    pub(super) people: Vec<(MemberId, Option<Seen>)>,
    pub(super) rooms: Viewing,
}

impl Naive {
    pub(super) fn came(&mut self, member: MemberId, conn: u64, now: Millis) {
        self.conns.entry(member).or_default().insert(conn, Some(now));
        let new = Here { seen: Seen::Online, gone_at: None, told: None };
        self.here.entry(member).or_insert(new).gone_at = None;
    }

    pub(super) fn went(&mut self, member: MemberId, conn: u64, now: Millis) {
        self.view(conn, member, None);
        let own = self.conns.get_mut(&member).unwrap();
        own.remove(&conn);
        if own.is_empty() {
            self.here.get_mut(&member).unwrap().gone_at = Some(now);
        }
    }

    pub(super) fn set_active(&mut self, member: MemberId, conn: u64, active: bool, now: Millis) {
        self.conns.get_mut(&member).unwrap().insert(conn, active.then_some(now));
    }

    pub(super) fn view(&mut self, conn: u64, member: MemberId, place: Option<Place>) {
        if let Some((before, _)) = self.views.remove(&conn) {
            self.changed.insert(before.room);
        }
        if let Some(place) = place {
            self.views.insert(conn, (place, member));
            self.rooms.insert(place.room, place);
            self.changed.insert(place.room);
        }
    }

    pub(super) fn hear(
        &mut self,
        node: u64,
        full: bool,
        people: Vec<(MemberId, Option<Seen>)>,
        viewing: Viewing,
        now: Millis,
    ) {
        let known = self.nodes.entry(node).or_default();
        known.heard_at = now;
        let mut places: Vec<Place> = viewing.iter().map(|(place, _)| *place).collect();
        if full {
            places.extend(known.viewing.values().map(|(place, _)| *place));
            known.people.clear();
            known.viewing.clear();
        }
        for (member, seen) in people {
            known.people.remove(&member);
            known.people.extend(seen.map(|seen| (member, seen)));
        }
        for (place, members) in viewing {
            known.viewing.remove(&place.room);
            if !members.is_empty() {
                known.viewing.insert(place.room, (place, members));
            }
        }
        for place in places {
            self.rooms.entry(place.room).or_insert(place);
            self.changed.insert(place.room);
        }
    }

    fn is_active(&self, member: MemberId, now: Millis) -> bool {
        self.conns[&member].values().any(|since| since.is_some_and(|at| now.0 - at.0 < QUIET))
    }

    fn seen_here(&self, member: MemberId, now: Millis) -> Option<Seen> {
        let here = self.here.get(&member)?;
        match here.gone_at {
            Some(at) => (now.0 - at.0 < GRACE).then_some(here.seen),
            None if self.is_active(member, now) => Some(Seen::Online),
            None => Some(Seen::Away),
        }
    }

    /// Looks at everybody.
    pub(super) fn look(&mut self, index: &Index, now: Millis, alone: bool) -> Expected {
        let full = self.asked || now < self.looked_at || now.0 - self.repeated_at.0 >= REPEAT;
        self.looked_at = now;
        if full {
            self.asked = false;
            self.repeated_at = now;
        }
        for node in self.nodes.values_mut().filter(|node| now.0 - node.heard_at.0 >= SILENT) {
            self.changed.extend(node.viewing.drain().map(|(room, _)| room));
            node.people.clear();
        }
        let mut people = Vec::new();
        let mut presence = HashMap::new();
        let remote = self.nodes.values().flat_map(|n| n.people.keys());
        let all: HashSet<_> = self.here.keys().chain(remote).chain(self.announced.keys()).copied().collect();
        for member in all {
            let seen = self.seen_here(member, now);
            if let Some(here) = self.here.get_mut(&member) {
                if full || here.told != seen {
                    people.push((member, seen));
                    here.told = seen;
                }
                match seen {
                    Some(seen) => here.seen = seen,
                    None => drop(self.here.remove(&member)),
                }
            }
            let there = self.nodes.values().filter_map(|n| n.people.get(&member).copied());
            let shown = show(index, member, there.chain(seen).max());
            if shown != self.announced.get(&member).copied().unwrap_or(Presence::Offline) {
                presence.insert(member, shown);
            }
        }
        let (rooms, viewing) = self.look_at_rooms(full);
        let nobody = |told: Vec<_>| if alone { Vec::new() } else { told };
        let people = if alone { Vec::new() } else { people };
        Expected { presence, viewing, full: full && !alone, people, rooms: nobody(rooms) }
    }

    fn look_at_rooms(&mut self, full: bool) -> (Viewing, Viewing) {
        let (mut rooms, mut viewing) = (Vec::new(), Vec::new());
        for (room, place) in self.rooms.clone() {
            let own = self.views.values().filter(|(place, _)| place.room == room);
            let here: BTreeSet<_> = own.map(|(_, member)| *member).collect();
            let mut all = here.clone();
            let there = self.nodes.values().filter_map(|n| n.viewing.get(&room));
            all.extend(there.flat_map(|(_, members)| members));
            let changed = self.changed.remove(&room);
            if changed || full && !here.is_empty() {
                rooms.push((place, here.into_iter().collect()));
            }
            if all.is_empty() {
                self.rooms.remove(&room);
            }
            if changed {
                viewing.push((place, all.into_iter().collect()));
            }
        }
        self.changed.clear();
        (rooms, viewing)
    }
}

//! The board beside one that looks at everybody each second: both say the same at the same second, whatever happened.

use super::*;
use crate::{
    Viewer,
    index::Snapshot,
    outbox::End,
    state::{Conn, State},
};
use naive::Naive;
use portico_domain::{
    event::Event,
    member::{Member, MemberKind, Role, Status},
    session::Scopes,
};
use portico_policy::Standing;
use portico_types::{Id, Rng, SeededRng};
use std::{cell::Cell, sync::Arc};

mod naive;

fn id(n: u64) -> Id {
    Id(u128::from(n).to_be_bytes())
}

fn place(n: u64) -> Place {
    Place { room: RoomId(id(n)), group: id(n), outside: None, admins: false }
}

const CHOICES: [PresenceChoice; 6] = [
    PresenceChoice::Auto,
    PresenceChoice::Auto,
    PresenceChoice::Auto,
    PresenceChoice::Away,
    PresenceChoice::Dnd,
    PresenceChoice::Offline,
];

/// What goes into both boards.
struct Both {
    state: State,
    naive: Naive,
    conns: Vec<Arc<Conn>>,
    next: u64,
    people: u64,
    now: Millis,
    dice: SeededRng,
    /// How often each presence was announced.
    announced: HashMap<Presence, usize>,
}

impl Both {
    fn new(people: u64, seed: u64) -> Self {
        let now = Millis(1_000_000_000);
        let mut both = Self {
            state: State::new(Index::default(), 0, now),
            naive: Naive::default(),
            conns: Vec::new(),
            next: 0,
            people,
            now,
            dice: SeededRng::new(seed),
            announced: HashMap::new(),
        };
        both.state.index = both.index();
        both
    }

    fn below(&mut self, n: u64) -> u64 {
        self.dice.next_u64() % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// One that is known sooner or later; other nodes also speak of such as are not.
    fn somebody(&mut self) -> MemberId {
        MemberId(id(self.dice.next_u64() % self.people))
    }

    fn index(&mut self) -> Index {
        let mut standings = Vec::new();
        for n in 0..self.people {
            let choice = CHOICES[self.below(6) as usize];
            let standing =
                Standing { kind: MemberKind::Person, role: Role::Member, suspended: self.one_in(10) };
            if !self.one_in(5) {
                standings.push((MemberId(id(n)), standing, choice));
            }
        }
        Index::new(Snapshot { epoch: 0, memberships: Vec::new(), standings })
    }

    fn connect(&mut self, member: MemberId) {
        if self.state.index.person(member).is_none_or(|p| p.suspended) {
            return;
        }
        self.next += 1;
        let viewer = Viewer::Member { id: member, session: None, token: None };
        let conn = Arc::new(Conn::new(self.next, viewer, Scopes::FULL, 0, self.now));
        self.state.add(&conn);
        self.naive.came(member, conn.id, self.now);
        self.conns.push(conn);
    }

    /// Tells the other board whose connections are gone.
    fn left(&mut self) {
        let (state, naive, now) = (&self.state, &mut self.naive, self.now);
        self.conns.retain(|conn| {
            let member = conn.viewer.member().unwrap();
            let stays = state.members.get(&member).is_some_and(|all| all.iter().any(|c| c.id == conn.id));
            if !stays {
                naive.went(member, conn.id, now);
            }
            stays
        });
    }

    fn hear(&mut self) {
        let full = self.one_in(3);
        let people: Vec<_> = (0..self.below(4))
            .map(|_| (self.somebody(), [None, Some(Seen::Away), Some(Seen::Online)][self.below(3) as usize]))
            .collect();
        let viewing: Vec<_> = (0..self.below(3))
            .map(|_| (place(self.below(3)), (0..self.below(3)).map(|_| self.somebody()).collect::<Vec<_>>()))
            .collect();
        let node = self.below(3);
        self.state.board.hear(node, full, people.clone(), viewing.clone(), self.now);
        self.naive.hear(node, full, people, viewing, self.now);
    }

    fn change_person(&mut self) {
        let member = Member {
            id: self.somebody(),
            display_id: 1,
            kind: MemberKind::Person,
            handle: String::new(),
            name: String::new(),
            email: None,
            role: if self.one_in(8) { Role::Guest } else { Role::Member },
            picture: None,
            time_zone: String::new(),
            language: String::new(),
            status: Status::default(),
            presence: CHOICES[self.below(6) as usize],
            suspended: self.one_in(6),
            created_at: self.now,
        };
        if let Some(effect) = self.state.index.apply(&Event::PersonUpdated { member: Box::new(member) }) {
            self.state.act(effect, self.now);
        }
        self.left();
    }

    /// Something happens.
    fn happen(&mut self) {
        let what = self.below(40);
        let at = self.dice.next_u64() as usize % self.conns.len().max(1);
        let conn = self.conns.get(at).cloned();
        match (what, conn) {
            (0..8, _) => {
                let who = self.somebody();
                self.connect(who);
            }
            (8..16, Some(conn)) => {
                self.state.remove(&conn, self.now);
                self.left();
            }
            (16..25, Some(conn)) => {
                let (member, active) = (conn.viewer.member().unwrap(), !self.one_in(3));
                if conn.set_active(active, self.now) {
                    self.state.board.touch(member);
                }
                self.naive.set_active(member, conn.id, active, self.now);
            }
            (25..30, Some(conn)) => {
                let (member, to) = (conn.viewer.member().unwrap(), self.below(4));
                let to = (to < 3).then(|| place(to));
                self.state.board.view(conn.id, member, to);
                self.naive.view(conn.id, member, to);
            }
            (30..34, _) => self.hear(),
            (34, _) => {
                self.state.board.ask();
                self.naive.asked = true;
            }
            (35, _) if self.one_in(10) => {
                self.state.end(End::Resync, self.now, |_| true);
                self.left();
                self.state.index = self.index();
                self.state.board.doubt();
            }
            (36..40, _) => self.change_person(),
            _ => {}
        }
    }

    /// Both look; both must say the same.
    fn tick(&mut self, alone: bool) {
        let mut is = self.state.look(self.now, alone);
        let mut expected = self.naive.look(&self.state.index, self.now, alone);
        assert_eq!(is.presence.len(), expected.presence.len().min(ANNOUNCED));
        let mut told = HashSet::new();
        for (member, shown) in &is.presence {
            assert!(told.insert(*member), "told twice at once");
            assert_eq!(expected.presence.get(member), Some(shown), "{member} at {}", self.now.0);
            self.naive.announced.insert(*member, *shown);
            *self.announced.entry(*shown).or_default() += 1;
        }
        is.people.sort_unstable();
        expected.people.sort_unstable();
        assert_eq!((is.full, &is.people), (expected.full, &expected.people), "at {}", self.now.0);
        for rooms in [&mut is.rooms, &mut is.viewing, &mut expected.rooms, &mut expected.viewing] {
            rooms.sort_unstable_by_key(|(place, _)| place.room);
        }
        assert_eq!((is.rooms, is.viewing), (expected.rooms, expected.viewing), "at {}", self.now.0);
        let board = &self.state.board;
        let due: BTreeSet<_> = board.here.iter().filter_map(|(id, h)| Some((h.due?, *id))).collect();
        assert_eq!(board.due, due, "who is due once, and nobody else");
        assert!(due.first().is_none_or(|(at, _)| *at > self.now));
        let waiting = expected.presence.len() - told.len();
        assert_eq!((board.touched.len(), board.touched_rooms.len()), (waiting, 0));
    }
}

/// Mostly a second; now and then as long as something takes to change, or back.
fn step(kind: u64) -> i64 {
    match kind {
        0 => GRACE,
        1 => QUIET / 2,
        2 => -3 * Millis::MINUTE,
        3 => SILENT,
        _ => Millis::SECOND,
    }
}

#[test]
fn what_is_told_is_what_a_look_at_everybody_would_tell() {
    let mut announced = HashMap::new();
    for seed in 0..60 {
        let mut both = Both::new(2 + seed % 9, seed);
        // How often something happens: at every second, or so seldom that time has its turn.
        let every = [1, 3, 20, 120][seed as usize % 4];
        for _ in 0..1_500 {
            while both.one_in(every) && !both.one_in(4) {
                both.happen();
            }
            let kind = both.below(200);
            both.now = both.now.plus(step(kind));
            let alone = both.one_in(10);
            both.tick(alone);
        }
        for (shown, times) in both.announced {
            *announced.entry(shown).or_insert(0) += times;
        }
    }
    for shown in [Presence::Online, Presence::Away, Presence::Dnd, Presence::Offline] {
        assert!(announced[&shown] > 500, "{announced:?}");
    }
}

#[test]
fn a_crowd_is_told_in_parts_and_nobody_is_left_out() {
    for seed in 0..3 {
        let mut both = Both::new(2_000, seed);
        for n in 0..2_000 {
            both.connect(MemberId(id(n)));
        }
        for _ in 0..6 {
            both.tick(false);
            both.now = both.now.plus(Millis::SECOND);
            both.happen();
        }
        // They turn away at one time, and while that is told, half of them leave.
        both.now = both.now.plus(QUIET);
        both.tick(false);
        for conn in both.conns.clone().iter().step_by(2) {
            both.state.remove(conn, both.now);
        }
        both.left();
        for _ in 0..70 {
            both.now = both.now.plus(Millis::SECOND);
            both.tick(false);
        }
        assert!(both.announced[&Presence::Offline] > ANNOUNCED, "{:?}", both.announced);
    }
}

#[test]
fn a_look_is_at_those_who_changed_and_at_nobody_else() {
    let (index, asked) = (Index::default(), Cell::new(0));
    let mut board = Board::default();
    let look = |board: &mut Board, now| {
        asked.set(0);
        let until = |_| {
            asked.set(asked.get() + 1);
            Some(Millis(QUIET))
        };
        board.look(&index, until, Millis(now), true);
        asked.get()
    };
    for n in 0..1_000 {
        board.came(MemberId(id(n)));
    }
    assert!(look(&mut board, 1) >= 1_000);
    assert_eq!(look(&mut board, 2), 0);
    board.touch(MemberId(id(7)));
    assert!((1..=2).contains(&look(&mut board, 3)));
    assert_eq!(look(&mut board, 4), 0);
}

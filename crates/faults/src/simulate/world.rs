//! The server of a seed: one log, two hubs on it, and everything between them that may be lost.

use super::{
    Counts, Fate,
    deed::{Acknowledged, Deed, EMOJI, done, number},
};
use crate::Result;
use portico_bus::{Bus, Note};
use portico_core::{
    App, Ctx, IdempotencyKey,
    rooms::{CreateChannel, InviteToRoom},
};
use portico_domain::{
    event::{Audience, Event},
    member::{MemberKind, Role},
    organization::Organization,
    room::Visibility,
};
use portico_policy::{Actor, Via};
use portico_realtime::Hub;
use portico_store::{Db, Engine, Logged, NewMember, Options};
use portico_types::{
    Clock, Id, ManualClock, MemberId, Millis, OrganizationId, RoomId, Secret, SeededRng, SessionId, TenantId,
};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// Which hub a client is at. A hears of commits in memory, B by notes alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Node {
    A,
    B,
}

const START: Millis = Millis(1_795_694_400_000);
pub(super) const TENANT: TenantId = TenantId(1);
const PEOPLE: [(&str, Role); 4] =
    [("olive", Role::Owner), ("ann", Role::Member), ("bob", Role::Member), ("gus", Role::Guest)];

pub(super) fn actor(id: MemberId) -> Actor {
    Actor::Member { id, via: Via::Session(SessionId(Id([1; 16]))) }
}

/// A database with an organization in it, as bytes: made once, copied for each seed.
pub(crate) struct Template {
    files: Vec<(PathBuf, Vec<u8>)>,
    people: Vec<MemberId>,
    rooms: Vec<RoomId>,
}

/// A directory in memory where there is one.
fn directory() -> Result<tempfile::TempDir> {
    let memory = Path::new("/dev/shm");
    Ok(if memory.is_dir() { tempfile::tempdir_in(memory)? } else { tempfile::tempdir()? })
}

/// The database's files as a dying process leaves them.
fn files(dir: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut found = Vec::new();
    for name in ["portico.db", "portico.db-wal"] {
        let path = dir.join(name);
        if path.exists() {
            found.push((name.into(), std::fs::read(path)?));
        }
    }
    Ok(found)
}

fn options(dir: &Path) -> Options {
    Options { lanes: 1, readers: 1, ..Options::new(Engine::Sqlite(dir.to_owned())) }
}

impl Template {
    pub(crate) async fn new() -> Result<Self> {
        let dir = directory()?;
        let db = Db::open(&options(dir.path()), |_| {})?;
        let app = App::new(db.clone(), Arc::new(ManualClock::at(START)), SeededRng::new(0));
        let organization =
            Organization { id: OrganizationId(Id([9; 16])), slug: "acme".into(), name: "Acme".into() };
        db.write_instance(move |tx| tx.create_organization(&organization, START)).await?;
        let mut people = Vec::new();
        for (n, (name, role)) in PEOPLE.into_iter().enumerate() {
            let id = MemberId(Id([n as u8 + 1; 16]));
            let add = move |tx: &mut portico_store::Tx<'_>| {
                let email = format!("{name}@example.org");
                let kind = MemberKind::Person;
                tx.insert_member(&NewMember {
                    id,
                    kind,
                    handle: name,
                    name,
                    email: Some(&email),
                    password: None,
                    role,
                    time_zone: "UTC",
                    language: "en",
                    at: START,
                })
            };
            db.write(TENANT, 0, add).await?;
            people.push(id);
        }
        let ctx = || app.ctx(TENANT, actor(people[0]));
        let mut rooms = Vec::new();
        for (name, visibility) in
            [("open", Visibility::Public), ("wide", Visibility::Public), ("closed", Visibility::Private)]
        {
            let make = CreateChannel {
                name: name.into(),
                handle: None,
                visibility,
                team: None,
                topic: String::new(),
                purpose: String::new(),
            };
            rooms.push(app.run(ctx(), make).await?.id);
        }
        for (room, member) in [(0, 1), (0, 2), (0, 3), (1, 1), (2, 2)] {
            app.run(ctx(), InviteToRoom { room: rooms[room], member: people[member] }).await?;
        }
        let files = files(dir.path())?;
        Ok(Self { files, people, rooms })
    }
}

/// A deed whose answer was lost: it may have been done or not.
struct Unsure {
    who: usize,
    key: String,
    deed: Deed,
}

pub(crate) struct World {
    pub(super) people: Vec<MemberId>,
    pub(super) rooms: Vec<RoomId>,
    pub(super) counts: Counts,
    pub(super) acknowledged: Vec<Acknowledged>,
    clock: Arc<ManualClock>,
    dir: tempfile::TempDir,
    seed: u64,
    /// How often the process was started.
    life: u64,
    keys: u64,
    marks: u64,
    unsure: Vec<Unsure>,
    up: Up,
}

/// What dies with the process.
struct Up {
    db: Db,
    app: App,
    a: Arc<Hub>,
    b: Arc<Hub>,
    bus_a: Bus,
    bus_b: Bus,
    /// Commits that hub A has not been told of.
    wire: Arc<Mutex<Vec<Logged>>>,
}

fn start(dir: &Path, clock: &Arc<ManualClock>, seed: u64) -> Result<Up> {
    let wire: Arc<Mutex<Vec<Logged>>> = Arc::default();
    let to = Arc::clone(&wire);
    let db = Db::open(&options(dir), move |events| {
        to.lock().unwrap_or_else(PoisonError::into_inner).extend(events);
    })?;
    let app = App::new(db.clone(), Arc::<ManualClock>::clone(clock), SeededRng::new(seed));
    let (bus_a, bus_b) = (Bus::in_process(), Bus::in_process());
    let hub = |bus: &Bus| {
        let options = portico_realtime::Options {
            poll: None,
            ..portico_realtime::Options::new(Secret::new([5; 32]), |_, _| None)
        };
        Hub::new(db.clone(), bus, Arc::<ManualClock>::clone(clock), options)
    };
    let (a, b) = (hub(&bus_a)?, hub(&bus_b)?);
    Ok(Up { db, app, a, b, bus_a, bus_b, wire })
}

impl World {
    pub(crate) fn open(template: &Template, seed: u64) -> Result<Self> {
        let dir = directory()?;
        for (name, bytes) in &template.files {
            std::fs::write(dir.path().join(name), bytes)?;
        }
        let clock = Arc::new(ManualClock::at(START.plus(1_000)));
        let up = start(dir.path(), &clock, seed << 8)?;
        Ok(Self {
            people: template.people.clone(),
            rooms: template.rooms.clone(),
            counts: Counts::default(),
            acknowledged: Vec::new(),
            clock,
            dir,
            seed,
            life: 0,
            keys: 0,
            marks: 0,
            unsure: Vec::new(),
            up,
        })
    }

    pub(crate) fn app(&self) -> &App {
        &self.up.app
    }

    pub(crate) fn hub(&self, node: Node) -> &Arc<Hub> {
        match node {
            Node::A => &self.up.a,
            Node::B => &self.up.b,
        }
    }

    pub(crate) fn ctx(&self, who: usize) -> Ctx {
        self.up.app.ctx(TENANT, actor(self.people[who]))
    }

    pub(crate) async fn last(&self) -> Result<i64> {
        Ok(self.up.db.read(TENANT, |r: &mut portico_store::Read<'_>| r.last_event()).await?)
    }

    pub(crate) async fn log(&self) -> Result<Vec<Logged>> {
        Ok(self.up.db.read(TENANT, |r: &mut portico_store::Read<'_>| r.events_after(0, 100_000)).await?)
    }

    pub(super) fn pass_time(&mut self, fate: &mut Fate) {
        self.clock.advance(1 + fate.below(2_000) as i64);
    }

    /// A few people do things at the same time; some answers are lost on the way.
    pub(super) async fn act(&mut self, fate: &mut Fate) -> Result<()> {
        let mut deeds = Vec::new();
        for _ in 0..=fate.below(5) {
            let who = fate.below(self.people.len());
            self.keys += 1;
            let key = format!("key-{}", self.keys);
            let deed = self.think(fate, &key);
            deeds.push(Unsure { who, key, deed });
        }
        // Somebody who got no answer earlier may try again by now.
        if !self.unsure.is_empty() && fate.chance(50) {
            let n = fate.below(self.unsure.len());
            deeds.push(self.unsure.remove(n));
            self.counts.retries += 1;
        }
        let answers = self.ask(&deeds).await?;
        for (asked, answer) in deeds.into_iter().zip(answers) {
            let lost = fate.chance(15);
            fate.say(format_args!(
                "{} {:?}: {}{}",
                PEOPLE[asked.who].0,
                asked.deed,
                answer.is_ok(),
                if lost { ", lost" } else { "" }
            ));
            if lost {
                self.unsure.push(asked);
            } else {
                self.acknowledged.extend(answer.ok().flatten());
            }
        }
        Ok(())
    }

    fn think(&self, fate: &mut Fate, key: &str) -> Deed {
        let room = self.rooms[fate.below(self.rooms.len())];
        let member = self.people[fate.below(self.people.len())];
        let known =
            (!self.acknowledged.is_empty()).then(|| &self.acknowledged[fate.below(self.acknowledged.len())]);
        match (fate.below(20), known) {
            (10 | 11, Some(m)) => Deed::Edit(m.id, 1, format!("{key} edited")),
            (12, Some(m)) => Deed::Delete(m.id),
            (13..=15, Some(m)) => Deed::React(m.id, fate.below(EMOJI.len()), fate.chance(70)),
            (16, _) => Deed::Join(room),
            (17, _) => Deed::Leave(room),
            (18, _) => Deed::Invite(room, member),
            (19, _) => Deed::Remove(room, member),
            _ => Deed::Post(room, key.to_owned()),
        }
    }

    /// Asks for all of them before waiting for any: they share lanes and commits.
    async fn ask(&mut self, deeds: &[Unsure]) -> Result<Vec<portico_types::Result<Option<Acknowledged>>>> {
        let mut running = Vec::new();
        for Unsure { who, key, deed } in deeds {
            self.counts.commands += 1;
            let app = self.up.app.clone();
            let fingerprint = [number(deed); 32];
            let ctx = self.ctx(*who).once(IdempotencyKey { key: key.clone(), fingerprint });
            let deed = deed.clone();
            running.push(tokio::spawn(async move { done(&app, ctx, deed).await }));
        }
        let mut answers = Vec::new();
        for one in running {
            answers.push(one.await?);
        }
        Ok(answers)
    }

    /// Tells hub A of some commits, and hub B of some growth; or forgets to.
    pub(super) fn deliver(&mut self, fate: &mut Fate) {
        let mut events = std::mem::take(&mut *self.up.wire.lock().unwrap_or_else(PoisonError::into_inner));
        if fate.chance(30) {
            let doubled: Vec<Logged> = events.iter().step_by(3).cloned().collect();
            events.extend(doubled);
        }
        for i in (1..events.len()).rev() {
            let j = fate.below(i + 1);
            events.swap(i, j);
        }
        events.retain(|_| !fate.chance(10));
        fate.say(format_args!("hub A hears of {} commits", events.len()));
        let newest = events.iter().map(|e| e.seq).max().unwrap_or(0);
        while !events.is_empty() {
            let chunk = events.split_off(events.len() - (1 + fate.below(4)).min(events.len()));
            self.up.a.committed(chunk);
        }
        for _ in 0..fate.below(3) {
            let seq = fate.below(newest.max(1) as usize + 1) as i64;
            fate.say(format_args!("hub B is told of {seq}"));
            self.up.bus_b.join().publish(Note::Wake { tenant: TENANT, seq });
        }
    }

    /// Something everybody hears, after both nodes were told of it: what came before can be waited for.
    pub(super) async fn mark(&mut self) -> Result<()> {
        self.marks += 1;
        let name = self.mark_name();
        let organization = Organization { id: OrganizationId(Id([9; 16])), slug: "acme".into(), name };
        let now = self.clock.now();
        let emit = move |tx: &mut portico_store::Tx<'_>| {
            let organization = organization.clone();
            tx.emit(now, None, Audience::Everyone, Event::OrganizationUpdated { organization });
            Ok(())
        };
        self.up.db.write(TENANT, 0, emit).await?;
        self.wake().await
    }

    /// The name of the newest mark.
    pub(super) fn mark_name(&self) -> String {
        format!("mark {}", self.marks)
    }

    /// Tells both nodes how far the log is.
    pub(super) async fn wake(&self) -> Result<()> {
        let seq = self.last().await?;
        for bus in [&self.up.bus_a, &self.up.bus_b] {
            bus.join().publish(Note::Wake { tenant: TENANT, seq });
        }
        Ok(())
    }

    /// The process dies between two commits and another one starts on what it left on the disk.
    pub(super) async fn crash(&mut self) -> Result<()> {
        self.life += 1;
        self.counts.crashes += 1;
        let left = files(self.dir.path())?;
        let dir = directory()?;
        for (name, bytes) in left {
            std::fs::write(dir.path().join(name), bytes)?;
        }
        self.up.a.shutdown();
        self.up.b.shutdown();
        // Ids of this life must not be those of the last.
        self.up = start(dir.path(), &self.clock, (self.seed << 8) + self.life)?;
        self.dir = dir;
        tokio::task::yield_now().await;
        Ok(())
    }

    /// Whoever is unsure asks until an answer comes.
    pub(super) async fn settle(&mut self, fate: &mut Fate) -> Result<()> {
        let unsure = std::mem::take(&mut self.unsure);
        self.counts.retries += unsure.len() as u64;
        let answers = self.ask(&unsure).await?;
        for (asked, answer) in unsure.iter().zip(answers) {
            fate.say(format_args!("{} asks again {:?}: {}", PEOPLE[asked.who].0, asked.deed, answer.is_ok()));
            self.acknowledged.extend(answer.ok().flatten());
        }
        Ok(())
    }
}

//! A database, a hub, and short words for what happens in an organization.

use portico_bus::Bus;
use portico_domain::{
    event::{Audience, Event},
    member::{Member, MemberKind, Role},
    message::{Author, AuthorKind, Body, Mentions, Message},
    organization::Organization,
    room::{GroupKind, GroupRole, Ring},
    session::Scopes,
};
use portico_realtime::{Batch, Connection, End, Hub, Options, Viewer};
use portico_store::{Db, Engine, LogEvent, Logged, NewMember, Tx};
use portico_types::{
    Clock, Id, ManualClock, MemberId, MessageId, Millis, OrganizationId, Result, RoomId, Secret, TenantId,
};
use serde_json::Value;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};
use tempfile::TempDir;

/// Longer than anything takes; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn id(n: u32) -> Id {
    let mut bytes = [7; 16];
    bytes[..4].copy_from_slice(&n.to_be_bytes());
    Id(bytes)
}

pub(crate) fn room(n: u32) -> RoomId {
    RoomId(id(n))
}

/// What outside people get in these tests: the text of a message, and the words for the rest.
fn outside(event: &LogEvent, viewer: &Viewer) -> Option<String> {
    let Event::MessagePosted { message } = &event.event else { return None };
    let Body::Markdown { text, .. } = &message.body else { return None };
    let mine = message.author.id == Some(viewer.id());
    Some(format!("{{\"type\":\"message.posted\",\"data\":{{\"text\":\"{text}\",\"mine\":{mine}}}}}"))
}

pub(crate) fn options() -> Options {
    Options::new(Secret::new([5; 32]), outside)
}

/// Where committed events go: to the hub, or into a basket.
#[derive(Default)]
struct Tap {
    hub: OnceLock<Arc<Hub>>,
    basket: Mutex<Option<Vec<Logged>>>,
}

pub(crate) struct World {
    pub(crate) hub: Arc<Hub>,
    pub(crate) db: Db,
    pub(crate) bus: Bus,
    pub(crate) clock: Arc<ManualClock>,
    tap: Arc<Tap>,
    _dir: TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(options())
    }

    pub(crate) fn with(options: Options) -> Self {
        let dir = TempDir::new().unwrap();
        let tap = Arc::new(Tap::default());
        let to = Arc::clone(&tap);
        let db = Db::open(&portico_store::Options::new(Engine::Sqlite(dir.path().into())), move |events| {
            match &mut *to.basket.lock().unwrap() {
                Some(basket) => basket.extend(events),
                None => {
                    if let Some(hub) = to.hub.get() {
                        hub.committed(events);
                    }
                }
            }
        })
        .unwrap();
        let (bus, clock) = (Bus::in_process(), Arc::new(ManualClock::at(Millis(1_000_000_000))));
        let hub = Hub::new(db.clone(), &bus, clock.clone(), options).unwrap();
        assert!(tap.hub.set(Arc::clone(&hub)).is_ok());
        Self { hub, db, bus, clock, tap, _dir: dir }
    }

    /// From now on, committed events wait in a basket.
    pub(crate) fn hold(&self) {
        *self.tap.basket.lock().unwrap() = Some(Vec::new());
    }

    /// Empties the basket; events go to the hub again.
    pub(crate) fn held(&self) -> Vec<Logged> {
        self.tap.basket.lock().unwrap().take().unwrap()
    }

    pub(crate) async fn organization(&self, slug: &'static str) -> Org<'_> {
        let tenant = self
            .db
            .write_instance(move |tx| {
                let id = OrganizationId(id(u32::from(slug.as_bytes()[0])));
                tx.create_organization(&Organization { id, slug: slug.into(), name: slug.into() }, Millis(1))
            })
            .await
            .unwrap();
        Org { world: self, tenant }
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Org<'w> {
    pub(crate) world: &'w World,
    pub(crate) tenant: TenantId,
}

impl Org<'_> {
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        run: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> T {
        self.world.db.write(self.tenant, 0, run).await.unwrap()
    }

    pub(crate) async fn person(&self, n: u32, role: Role) -> MemberId {
        let member = MemberId(id(n));
        self.write(move |tx| {
            let (handle, email) = (format!("p{n}"), format!("p{n}-{}@example.org", tx.tenant().0));
            let new = NewMember {
                id: member,
                kind: MemberKind::Person,
                handle: &handle,
                name: &handle,
                email: Some(&email),
                password: None,
                role,
                time_zone: "UTC",
                language: "en",
                at: Millis(1),
            };
            let member = Box::new(tx.insert_member(&new)?);
            tx.emit(Millis(1), None, Audience::Everyone, Event::PersonAdded { member });
            Ok(())
        })
        .await;
        member
    }

    /// The member as the store has them, changed and told.
    pub(crate) async fn change_person(
        &self,
        who: MemberId,
        mut change: impl FnMut(&mut Member) + Send + 'static,
    ) {
        self.write(move |tx| {
            let mut member = Box::new(tx.member(who)?.unwrap());
            change(&mut member);
            tx.emit(Millis(2), None, Audience::Everyone, Event::PersonUpdated { member });
            Ok(())
        })
        .await;
    }

    pub(crate) async fn join(&self, group: Id, kind: GroupKind, who: MemberId) {
        self.write(move |tx| join(tx, group, kind, who)).await;
    }

    pub(crate) async fn leave(&self, group: Id, kind: GroupKind, who: MemberId) {
        self.write(move |tx| leave(tx, group, kind, who)).await;
    }

    pub(crate) async fn emit(&self, room: Option<RoomId>, audience: Audience, event: Event) {
        self.write(move |tx| {
            tx.emit(Millis(3), room, audience.clone(), event.clone());
            Ok(())
        })
        .await;
    }

    /// A message in a room that is its own audience.
    pub(crate) async fn say(&self, room: RoomId, text: &str) {
        self.emit(Some(room), to(room.0, Ring::Everyone), posted(room, Ring::Everyone, text)).await;
    }

    /// Something everybody hears, so that one knows what came before it.
    pub(crate) async fn mark(&self, name: &str) {
        let organization = Organization { id: OrganizationId(id(0)), slug: "x".into(), name: name.into() };
        self.emit(None, Audience::Everyone, Event::OrganizationUpdated { organization }).await;
    }

    pub(crate) async fn last(&self) -> i64 {
        self.world.db.read(self.tenant, |r: &mut portico_store::Read<'_>| r.last_event()).await.unwrap()
    }

    pub(crate) async fn connect(&self, viewer: Viewer, cursor: Option<&str>) -> Result<Client> {
        self.connect_at(&self.world.hub, viewer, cursor, Scopes::FULL).await
    }

    pub(crate) async fn connect_at(
        &self,
        hub: &Hub,
        viewer: Viewer,
        cursor: Option<&str>,
        scopes: Scopes,
    ) -> Result<Client> {
        Ok(Client::new(hub.connect(self.tenant, viewer, cursor, scopes).await?))
    }

    /// A member's connection from now on.
    pub(crate) async fn enter(&self, who: MemberId) -> Client {
        self.connect(member(who), None).await.unwrap()
    }
}

pub(crate) fn member(id: MemberId) -> Viewer {
    Viewer::Member { id, session: None, token: None }
}

pub(crate) fn to(group: Id, ring: Ring) -> Audience {
    Audience::Group { group, ring, outside: None, admins: false }
}

pub(crate) fn join(tx: &mut Tx<'_>, group: Id, kind: GroupKind, member_id: MemberId) -> Result<()> {
    let role = GroupRole::Member;
    assert!(tx.join_group(group, kind, member_id, role, Millis(1))?);
    tx.emit(Millis(1), None, to(group, Ring::Everyone), Event::MemberJoined { group, kind, member_id, role });
    Ok(())
}

pub(crate) fn leave(tx: &mut Tx<'_>, group: Id, kind: GroupKind, member_id: MemberId) -> Result<()> {
    assert!(tx.leave_group(group, member_id)?);
    tx.emit(Millis(1), None, to(group, Ring::Everyone), Event::MemberLeft { group, kind, member_id });
    Ok(())
}

pub(crate) fn posted(room_id: RoomId, ring: Ring, text: &str) -> Event {
    let message = Message {
        id: MessageId(id(1)),
        room_id,
        number: 1,
        author: Author { kind: AuthorKind::System, id: None, name: String::new() },
        ring,
        thread_id: None,
        body: Body::Markdown { text: text.into(), html: text.into() },
        created_at: Millis(1),
        edited_at: None,
        version: 1,
        files: Vec::new(),
        reactions: Vec::new(),
        mentions: Mentions::default(),
        thread: None,
        client_key: None,
        outside_number: None,
    };
    Event::MessagePosted { message: Box::new(message) }
}

/// Somebody who reads.
pub(crate) struct Client {
    pub(crate) connection: Connection,
    frames: VecDeque<String>,
}

impl Client {
    pub(crate) fn new(connection: Connection) -> Self {
        Self { connection, frames: VecDeque::new() }
    }

    pub(crate) fn cursor(&self) -> String {
        self.connection.ready().cursor.clone()
    }

    pub(crate) fn resumed(&self) -> bool {
        self.connection.ready().resumed
    }

    async fn any(&mut self) -> Result<String, End> {
        loop {
            if let Some(frame) = self.frames.pop_front() {
                return Ok(frame);
            }
            match tokio::time::timeout(PATIENCE, self.connection.next()).await.expect("nothing comes") {
                Batch::Frames(frames) => {
                    assert!(!frames.is_empty());
                    self.frames.extend(frames.into_iter().map(|f| String::from_utf8(f.into()).unwrap()));
                }
                Batch::End(end) => return Err(end),
            }
        }
    }

    /// The next event.
    pub(crate) async fn next(&mut self) -> Result<String, End> {
        loop {
            let frame = self.any().await?;
            if frame.starts_with("{\"cursor\"") {
                return Ok(frame);
            }
        }
    }

    /// The next thing of the moment of a type.
    pub(crate) async fn moment(&mut self, kind: &str) -> Value {
        loop {
            let frame: Value = serde_json::from_str(&self.any().await.unwrap()).unwrap();
            if frame.get("cursor").is_none() && frame["type"] == kind {
                return frame;
            }
        }
    }

    /// Events up to the mark, without it.
    pub(crate) async fn until(&mut self, mark: &str) -> Vec<String> {
        let mut all = Vec::new();
        loop {
            let frame = self.next().await.unwrap();
            if says(&frame) == mark {
                return all;
            }
            all.push(frame);
        }
    }

    /// What the events up to the mark say.
    pub(crate) async fn heard(&mut self, mark: &str) -> Vec<String> {
        self.until(mark).await.iter().map(|frame| says(frame)).collect()
    }

    /// The end, whatever comes before it.
    pub(crate) async fn end(&mut self) -> End {
        loop {
            if let Err(end) = self.any().await {
                return end;
            }
        }
    }
}

pub(crate) fn json(frame: &str) -> Value {
    serde_json::from_str(frame).unwrap()
}

pub(crate) fn cursor_of(frame: &str) -> String {
    json(frame)["cursor"].as_str().unwrap().into()
}

/// The text of a message, the name of a mark, or the type of anything else.
pub(crate) fn says(frame: &str) -> String {
    let frame = json(frame);
    let data = &frame["data"];
    let said = data["message"]["body"]["text"]
        .as_str()
        .or(data["organization"]["name"].as_str())
        .or(data["text"].as_str());
    said.or(frame["type"].as_str()).unwrap().into()
}

pub(crate) fn now(world: &World) -> Millis {
    world.clock.now()
}

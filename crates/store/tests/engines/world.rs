//! A database of each engine to test on, and who is in it.

use portico_domain::{
    event::{Audience, Event},
    member::{MemberKind, Role},
    organization::Organization,
};
use portico_store::{Db, Engine, Logged, NewMember, Options};
use portico_types::{Error, Id, MemberId, Millis, OrganizationId, RoomId, TenantId};
use std::sync::{Arc, Mutex};

pub(crate) struct Place {
    pub(crate) db: Db,
    pub(crate) seen: Arc<Mutex<Vec<Logged>>>,
    _dir: tempfile::TempDir,
}

pub(crate) fn server() -> Option<String> {
    std::env::var("PORTICO_TEST_POSTGRES").ok()
}

/// Runs on a thread of its own: the blocking client must not be inside a runtime.
pub(crate) fn administer(server: &str, sql: String) {
    let server = server.to_owned();
    std::thread::spawn(move || {
        let mut c = postgres::Client::connect(&server, postgres::NoTls).unwrap();
        c.batch_execute(&sql).unwrap();
    })
    .join()
    .unwrap();
}

pub(crate) fn fresh_postgres(server: &str, name: &str) -> String {
    let name = format!("store_{}_{name}", std::process::id());
    administer(server, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    administer(server, format!("CREATE DATABASE {name}"));
    format!("{}/{name}", server.rsplit_once('/').unwrap().0)
}

pub(crate) fn open(engine: Engine, dir: tempfile::TempDir) -> Place {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&seen);
    let db = Db::open(&Options::new(engine), move |events| heard.lock().unwrap().extend(events)).unwrap();
    Place { db, seen, _dir: dir }
}

pub(crate) fn each(name: &str, test: impl AsyncFn(&Place)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let lite = open(Engine::Sqlite(dir.path().to_owned()), dir);
    eprintln!("on SQLite");
    runtime.block_on(test(&lite));
    if let Some(server) = server() {
        eprintln!("on PostgreSQL");
        let url = fresh_postgres(&server, name);
        let pg = open(Engine::Postgres(url), tempfile::tempdir().unwrap());
        runtime.block_on(test(&pg));
    }
}

pub(crate) fn id(n: u64) -> Id {
    let mut bytes = [7; 16];
    bytes[8..].copy_from_slice(&n.to_be_bytes());
    Id(bytes)
}

pub(crate) async fn organization(place: &Place, n: u64) -> TenantId {
    let row = Organization { id: OrganizationId(id(n)), slug: format!("o{n}"), name: format!("O {n}") };
    place.db.write_instance(move |tx| tx.create_organization(&row, Millis(1))).await.unwrap()
}

pub(crate) fn person(n: u64) -> (String, MemberId) {
    (format!("person{n}"), MemberId(id(n)))
}

pub(crate) async fn member(place: &Place, tenant: TenantId, n: u64) -> Result<MemberId, Error> {
    let (name, member) = person(n);
    place
        .db
        .write(tenant, n, move |tx| {
            let email = format!("{name}@example.org");
            let new = NewMember {
                id: member,
                kind: MemberKind::Person,
                handle: &name,
                name: &name,
                email: Some(&email),
                password: None,
                role: Role::Member,
                time_zone: "UTC",
                language: "en",
                at: Millis(1),
            };
            tx.insert_member(&new).map(|m| m.id)
        })
        .await
}

pub(crate) fn note(tx: &mut portico_store::Tx<'_>, n: u64) {
    let event = Event::DraftRemoved { room_id: RoomId(id(n)), thread_id: None };
    tx.emit(Millis(n as i64), None, Audience::Everyone, event);
}

/// A lane that does nothing else, so that what is asked of it meanwhile runs as one batch.
pub(crate) struct Held {
    hold: std::sync::mpsc::Sender<()>,
    blocker: tokio::task::JoinHandle<Result<(), Error>>,
}

impl Held {
    pub(crate) async fn let_go(self) {
        drop(self.hold);
        self.blocker.await.unwrap().unwrap();
    }
}

/// Holds the lane of key 0 with a command that is at work when this returns.
pub(crate) async fn hold(place: &Place, tenant: TenantId) -> Held {
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let held = Mutex::new(Some(held));
    let (entered, inside) = tokio::sync::oneshot::channel();
    let entered = Mutex::new(Some(entered));
    let db = place.db.clone();
    let blocker = tokio::spawn(async move {
        db.write(tenant, 0, move |_| {
            if let Some(tell) = entered.lock().unwrap().take() {
                tell.send(()).unwrap();
            }
            if let Some(held) = held.lock().unwrap().take() {
                // Ends when the test lets go.
                let _let_go = held.recv();
            }
            Ok(())
        })
        .await
    });
    inside.await.unwrap();
    Held { hold, blocker }
}

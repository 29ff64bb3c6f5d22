//! Copying everything: several organizations there and back, nothing without a commit, nothing that does not belong.
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use portico_domain::{
    event::{Audience, Event},
    member::{MemberKind, Role},
    organization::Organization,
};
use portico_store::{
    Db, Engine, NewMember, Options, Read,
    copy::{Contents, Field, Kept, Sink, Source, Tally, Target},
};
use portico_types::{Id, LogPlace, MemberId, Millis, OrganizationId, TenantId};

/// The engines to copy between: SQLite always, PostgreSQL where there is one.
fn engines(name: &str, dir: &std::path::Path) -> Vec<Engine> {
    let mut all = vec![Engine::Sqlite(dir.join(name))];
    if let Ok(server) = std::env::var("PORTICO_TEST_POSTGRES") {
        let database = format!("store_copy_{}_{name}", std::process::id());
        administer(&server, format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)"));
        administer(&server, format!("CREATE DATABASE {database}"));
        all.push(Engine::Postgres(format!("{}/{database}", server.rsplit_once('/').unwrap().0)));
    }
    all
}

/// Runs on a thread of its own: the blocking client must not be inside a runtime.
fn administer(server: &str, sql: String) {
    let server = server.to_owned();
    std::thread::spawn(move || {
        postgres::Client::connect(&server, postgres::NoTls).unwrap().batch_execute(&sql).unwrap();
    })
    .join()
    .unwrap();
}

fn dropped(name: &str) {
    if let Ok(server) = std::env::var("PORTICO_TEST_POSTGRES") {
        let database = format!("store_copy_{}_{name}", std::process::id());
        administer(&server, format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)"));
    }
}

/// Organizations with the same ids in them: only the organization tells their rows apart.
fn fill(engine: &Engine, organizations: u8) {
    let db = Db::open(&Options::new(engine.clone()), |_| {}).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for n in 0..organizations {
            let id = OrganizationId(Id([n + 1; 16]));
            let slug = format!("org-{n}");
            let made = Organization { id, name: slug.clone(), slug };
            let tenant = db.write_instance(move |tx| tx.create_organization(&made, Millis(1))).await.unwrap();
            db.write(tenant, 0, move |tx| {
                let email = format!("ann-{n}@example.org");
                let member = Box::new(tx.insert_member(&NewMember {
                    id: MemberId(Id([7; 16])),
                    kind: MemberKind::Person,
                    handle: "ann",
                    name: "Änn 灯 \"quoted\"\n",
                    email: Some(&email),
                    password: None,
                    role: Role::Owner,
                    time_zone: "UTC",
                    language: "en",
                    at: Millis(i64::MAX),
                })?);
                for _ in 0..250 {
                    tx.emit(
                        Millis(2),
                        None,
                        Audience::Everyone,
                        Event::PersonAdded { member: member.clone() },
                    );
                }
                Ok(())
            })
            .await
            .unwrap();
        }
    });
}

fn contents(engine: &Engine) -> Contents {
    Source::open(engine).unwrap().read(&mut Tally::default()).unwrap()
}

fn copy(from: &Engine, to: &Engine, replace: bool) -> Kept {
    let mut source = Source::open(from).unwrap();
    let mut target = Target::open(to, replace).unwrap();
    let sent = source.read(&mut target).unwrap();
    sent.must_equal(&target.contents().unwrap(), "the copy").unwrap();
    drop(source);
    target.commit("before-test", EPOCH).unwrap()
}

#[test]
fn organizations_arrive_whole_on_either_engine_and_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let first = Engine::Sqlite(dir.path().join("first"));
    fill(&first, 3);
    let truth = contents(&first);
    assert_eq!((truth.rows_of("tenant"), truth.rows_of("member"), truth.rows_of("event")), (3, 3, 750));
    for there in engines("there", dir.path()) {
        copy(&first, &there, false);
        assert_eq!(contents(&there).sha256(), truth.sha256());
        let back = Engine::Sqlite(dir.path().join("back"));
        copy(&there, &back, true);
        assert_eq!(contents(&back), truth);
        // It is a database like any other.
        Db::open(&Options::new(there), |_| {}).unwrap();
    }
    dropped("there");
}

/// A life of the logs.
const EPOCH: i64 = 77;

#[test]
fn what_is_put_in_place_is_another_life_of_its_logs() {
    let dir = tempfile::tempdir().unwrap();
    let first = Engine::Sqlite(dir.path().join("first"));
    fill(&first, 1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let place = |engine: &Engine| {
        let db = Db::open(&Options::new(engine.clone()), |_| {}).unwrap();
        runtime.block_on(db.read(TenantId(1), |r: &mut Read<'_>| r.log_place())).unwrap()
    };
    assert_eq!(place(&first), LogPlace { epoch: 0, seq: 250 });
    for there in engines("life", dir.path()) {
        copy(&first, &there, false);
        assert_eq!(place(&there), LogPlace { epoch: EPOCH, seq: 250 });
        // It is not part of what is copied: equal contents have equal hashes, whatever happened to them.
        assert_eq!(contents(&there), contents(&first));
        let mut target = Target::open(&there, true).unwrap();
        Source::open(&first).unwrap().read(&mut target).unwrap();
        target.commit("again", EPOCH + 1).unwrap();
        assert_eq!(place(&there).epoch, EPOCH + 1);
    }
    dropped("life");
}

#[test]
fn nothing_shows_and_nothing_is_gone_before_the_commit() {
    let dir = tempfile::tempdir().unwrap();
    let first = Engine::Sqlite(dir.path().join("first"));
    fill(&first, 1);
    for there in engines("kept", dir.path()) {
        fill(&there, 2);
        let before = contents(&there);
        let refused = Target::open(&there, false).err().unwrap();
        assert!(refused.message().contains("--replace"), "{refused}");
        let mut target = Target::open(&there, true).unwrap();
        assert!(Target::open(&there, true).is_err(), "one at a time");
        assert!(Db::open(&Options::new(there.clone()), |_| {}).is_err(), "and no server meanwhile");
        Source::open(&first).unwrap().read(&mut target).unwrap();
        target.contents().unwrap();
        drop(target);
        assert_eq!(contents(&there), before);
        let kept = copy(&first, &there, true);
        assert_eq!(contents(&there), contents(&first));
        match (kept, &there) {
            (Kept::File(old), Engine::Sqlite(place)) => {
                let again = dir.path().join("again");
                std::fs::create_dir(&again).unwrap();
                assert_eq!(old.parent(), Some(place.as_path()));
                std::fs::rename(old, again.join("portico.db")).unwrap();
                assert_eq!(contents(&Engine::Sqlite(again)), before, "what was there is kept whole");
            }
            (kept, _) => assert_eq!(kept, Kept::Gone),
        }
    }
    dropped("kept");
}

#[test]
fn rows_that_do_not_belong_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    for there in engines("odd", dir.path()) {
        let mut target = Target::open(&there, false).unwrap();
        let shape = target.shape().clone();
        let counter = &shape.tables()[shape.position("counter").unwrap()];
        let row = |tenant| vec![Field::Text("member".into()), Field::Int(1), Field::Int(tenant)];
        assert!(target.row(&row(1)).is_err(), "no table yet");
        assert!(target.begin(0, counter).is_err(), "of no organization");
        target.begin(1, counter).unwrap();
        assert!(target.row(&row(2)).is_err(), "of another organization");
        assert!(target.row(&row(1)[..2]).is_err(), "too short");
        assert!(target.row(&[Field::Int(1), Field::Int(1), Field::Int(1)]).is_err(), "of another kind");
        // Its organization is not there: found by the database, at the latest when everything is read back.
        let stray = target.row(&row(1)).and_then(|()| target.contents().map(|_| ()));
        assert!(stray.is_err(), "an orphan");
    }
    dropped("odd");
}

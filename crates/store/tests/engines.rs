//! What both engines must keep: one tenant's view, commit order, failing alone, replays, walls, and refusing to start on
//! a database that is not ours to touch.
#![expect(
    clippy::unwrap_used,
    clippy::redundant_closure_for_method_calls,
    reason = "a test that fails panics; methods of a view that borrows are no function for every lifetime"
)]

use portico_domain::{
    event::{Audience, Event},
    member::{MemberKind, Role},
    organization::Organization,
};
use portico_store::{
    CredentialKind, Db, Engine, Job, Logged, NewMember, Options, Replay, SCHEMA_VERSION, hash_secret,
};
use portico_types::{
    Error, ErrorCode, Id, JobId, MemberId, Millis, OrganizationId, RoomId, SecretHash, TenantId,
};
use std::sync::{Arc, Mutex};

struct Place {
    db: Db,
    seen: Arc<Mutex<Vec<Logged>>>,
    _dir: tempfile::TempDir,
}

fn server() -> Option<String> {
    std::env::var("PORTICO_TEST_POSTGRES").ok()
}

/// Runs on a thread of its own: the blocking client must not be inside a runtime.
fn administer(server: &str, sql: String) {
    let server = server.to_owned();
    std::thread::spawn(move || {
        let mut c = postgres::Client::connect(&server, postgres::NoTls).unwrap();
        c.batch_execute(&sql).unwrap();
    })
    .join()
    .unwrap();
}

fn fresh_postgres(server: &str, name: &str) -> String {
    let name = format!("store_{}_{name}", std::process::id());
    administer(server, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    administer(server, format!("CREATE DATABASE {name}"));
    format!("{}/{name}", server.rsplit_once('/').unwrap().0)
}

fn open(engine: Engine, dir: tempfile::TempDir) -> Place {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&seen);
    let db = Db::open(&Options::new(engine), move |events| heard.lock().unwrap().extend(events)).unwrap();
    Place { db, seen, _dir: dir }
}

fn each(name: &str, test: impl AsyncFn(&Place)) {
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

fn id(n: u64) -> Id {
    let mut bytes = [7; 16];
    bytes[8..].copy_from_slice(&n.to_be_bytes());
    Id(bytes)
}

async fn organization(place: &Place, n: u64) -> TenantId {
    let row = Organization { id: OrganizationId(id(n)), slug: format!("o{n}"), name: format!("O {n}") };
    place.db.write_instance(move |tx| tx.create_organization(&row, Millis(1))).await.unwrap()
}

fn person(n: u64) -> (String, MemberId) {
    (format!("person{n}"), MemberId(id(n)))
}

async fn member(place: &Place, tenant: TenantId, n: u64) -> Result<MemberId, Error> {
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

fn note(tx: &mut portico_store::Tx<'_>, n: u64) {
    let event = Event::DraftRemoved { room_id: RoomId(id(n)), thread_id: None };
    tx.emit(Millis(n as i64), None, Audience::Everyone, event);
}

#[test]
fn events_are_numbered_in_commit_order_without_gaps_even_by_many_writers() {
    each("order", async |place| {
        let tenant = organization(place, 1).await;
        let other = organization(place, 2).await;
        let mut tasks = Vec::new();
        for writer in 0..24_u64 {
            let db = place.db.clone();
            tasks.push(tokio::spawn(async move {
                for n in 0..20 {
                    let tenant = if writer % 3 == 0 { other } else { tenant };
                    let fails = n % 5 == 4;
                    let outcome = db
                        .write(tenant, writer, move |tx| {
                            note(tx, writer * 100 + n);
                            if fails { Err(Error::forbidden("no")) } else { Ok(()) }
                        })
                        .await;
                    assert_eq!(outcome.is_err(), fails);
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        for (tenant, writers) in [(tenant, 16), (other, 8)] {
            let log = place.db.read(tenant, |r| r.events_after(0, 10_000)).await.unwrap();
            let numbers: Vec<i64> = log.iter().map(|e| e.seq).collect();
            assert_eq!(
                numbers,
                (1..=writers * 16).collect::<Vec<i64>>(),
                "what failed left no number and no gap"
            );
            assert_eq!(place.db.read(tenant, |r| r.last_event()).await.unwrap(), writers * 16);
            // Every writer's own events are in the order it wrote them.
            for writer in 0..24 {
                let own: Vec<i64> = log.iter().map(|e| e.at.0).filter(|at| at / 100 == writer).collect();
                assert!(own.is_sorted(), "writer {writer}: {own:?}");
            }
            let mut told: Vec<i64> =
                place.seen.lock().unwrap().iter().filter(|e| e.tenant == tenant).map(|e| e.seq).collect();
            told.sort_unstable();
            assert_eq!(told, numbers, "each was told once");
        }
    });
}

#[test]
fn a_command_that_fails_or_panics_is_rolled_back_alone() {
    each("alone", async |place| {
        let tenant = organization(place, 1).await;
        let writes = (1..=6_u64).map(|n| {
            let db = place.db.clone();
            let (name, member) = person(n);
            async move {
                db.write(tenant, 0, move |tx| {
                    let new = NewMember {
                        id: member,
                        kind: MemberKind::Person,
                        handle: &name,
                        name: &name,
                        email: None,
                        password: None,
                        role: Role::Member,
                        time_zone: "UTC",
                        language: "en",
                        at: Millis(1),
                    };
                    tx.insert_member(&new)?;
                    match n {
                        2 => Err(Error::forbidden("changed my mind")),
                        4 => panic!("a bug in a command"),
                        _ => Ok(n),
                    }
                })
                .await
            }
        });
        let mut outcomes = Vec::new();
        for handle in writes.map(tokio::spawn).collect::<Vec<_>>() {
            outcomes.push(handle.await.unwrap().is_ok());
        }
        assert_eq!(outcomes, [true, false, true, false, true, true]);
        for n in 1..=6 {
            let known = place.db.read(tenant, move |r| r.member(person(n).1)).await.unwrap().is_some();
            assert_eq!(known, n != 2 && n != 4, "person {n}");
        }
    });
}

#[test]
fn one_organization_never_sees_another() {
    each("walls", async |place| {
        let (a, b) = (organization(place, 1).await, organization(place, 2).await);
        let ann = member(place, a, 5).await.unwrap();
        assert!(place.db.read(b, move |r| r.member(ann)).await.unwrap().is_none());
        // The same id and handle in both: two people who know nothing of each other.
        member(place, b, 5).await.unwrap();
        let ended = place.db.write(b, 0, move |tx| tx.set_password(ann, "x")).await;
        assert!(ended.is_ok());
        assert!(place.db.read(a, move |r| r.password_hash(ann)).await.unwrap().is_none());
        let e = member(place, a, 5).await.unwrap_err();
        assert_eq!(e.code(), ErrorCode::Conflict);
    });
}

#[test]
fn a_key_is_remembered_and_another_request_with_it_refused() {
    each("keys", async |place| {
        let tenant = organization(place, 1).await;
        let actor = id(9);
        let look =
            async |print: u8| place.db.write(tenant, 0, move |tx| tx.replay(actor, "k", &[print; 32])).await;
        assert_eq!(look(1).await.unwrap(), Replay::New);
        place
            .db
            .write(tenant, 0, move |tx| tx.remember(actor, "k", &[1; 32], "made", Millis(5)))
            .await
            .unwrap();
        assert_eq!(look(1).await.unwrap(), Replay::Made("made".into()));
        assert_eq!(look(2).await.unwrap_err().code(), ErrorCode::IdempotencyKeyReused);
        place.db.write(tenant, 0, move |tx| tx.sweep_keys(Millis(6))).await.unwrap();
        assert_eq!(look(2).await.unwrap(), Replay::New);
    });
}

#[test]
fn a_job_is_claimed_once_and_comes_back_when_its_claim_runs_out() {
    each("jobs", async |place| {
        let tenant = organization(place, 1).await;
        for n in 0..3 {
            place
                .db
                .write(tenant, 0, move |tx| {
                    let job = Job { kind: "test", payload: format!("{n}"), run_at: Millis(10) };
                    tx.enqueue(JobId(id(n)), Millis(1), &job)
                })
                .await
                .unwrap();
        }
        let claim = async |now: i64, until: i64| {
            place.db.write_instance(move |tx| tx.claim_job(Millis(now), Millis(until))).await.unwrap()
        };
        assert!(claim(9, 50).await.is_none(), "not due");
        let mut claimed = Vec::new();
        for task in (0..5).map(|_| {
            let db = place.db.clone();
            tokio::spawn(async move {
                db.write_instance(|tx| tx.claim_job(Millis(10), Millis(50))).await.unwrap()
            })
        }) {
            claimed.extend(task.await.unwrap());
        }
        let mut payloads: Vec<_> = claimed.iter().map(|j| j.payload.clone()).collect();
        payloads.sort();
        assert_eq!(payloads, ["0", "1", "2"]);
        let (done, failed) = (claimed[0].id, claimed[1].id);
        place.db.write_instance(move |tx| tx.finish_job(done)).await.unwrap();
        place.db.write_instance(move |tx| tx.fail_job(failed, "no luck", Some(Millis(90)))).await.unwrap();
        let again = claim(60, 99).await.unwrap();
        assert_eq!((again.id, again.attempts), (claimed[2].id, 2), "its claim ran out");
        assert!(claim(60, 99).await.is_none());
        assert_eq!(claim(90, 199).await.unwrap().id, failed);
    });
}

#[test]
fn attempts_are_counted_by_key_and_come_back_with_time() {
    each("attempts", async |place| {
        let (key, other) = (hash_secret("account ann"), hash_secret("account bob"));
        let take = async |key: SecretHash, now: i64| {
            place.db.write_instance(move |tx| tx.take_attempt(&key, Millis(now), 3, 1_000)).await.unwrap()
        };
        for now in [100, 100, 101] {
            assert_eq!(take(key, now).await, None);
        }
        assert_eq!(take(key, 102).await, Some(998), "the first comes back a second after it was made");
        assert_eq!(take(other, 102).await, None);
        assert_eq!(take(key, 1_100).await, None);
        assert_eq!(take(key, 1_100).await, Some(1_000));
        place.db.write_instance(move |tx| tx.forgive_attempts(&key)).await.unwrap();
        assert_eq!(take(key, 1_100).await, None);
        let sweep =
            async |now: i64| place.db.write_instance(move |tx| tx.sweep_attempts(Millis(now))).await.unwrap();
        assert_eq!((sweep(1_101).await, sweep(1_102).await, sweep(2_100).await), (0, 1, 1));
    });
}

#[test]
fn a_secret_leads_to_its_organization_until_it_ends() {
    each("secrets", async |place| {
        let tenant = organization(place, 1).await;
        let hash = hash_secret("s");
        let (subject, owner) = (id(3), id(4));
        place
            .db
            .write(tenant, 0, move |tx| {
                tx.insert_credential(&hash, CredentialKind::Session, subject, owner, Some(Millis(100)))
            })
            .await
            .unwrap();
        let look =
            async |now: i64| place.db.read_instance(move |tx| tx.look_up(&hash, Millis(now))).await.unwrap();
        let found = look(99).await.unwrap();
        assert_eq!((found.tenant, found.subject, found.owner), (tenant, subject, owner));
        assert!(look(100).await.is_none());
        place.db.write(tenant, 0, move |tx| tx.delete_credentials(subject)).await.unwrap();
        assert!(look(1).await.is_none());
    });
}

#[test]
fn a_second_server_on_the_same_directory_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options::new(Engine::Sqlite(dir.path().to_owned()));
    let first = Db::open(&options, |_| {}).unwrap();
    let second = Db::open(&options, |_| {}).err().unwrap();
    assert!(second.cause().unwrap().contains("another portico"), "{second}");
    drop(first);
}

#[test]
fn a_newer_damaged_or_locked_database_is_left_untouched() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("portico.db");
    let options = Options::new(Engine::Sqlite(dir.path().to_owned()));
    let refused = || Db::open(&options, |_| {}).err().unwrap().cause().unwrap_or_default().to_owned();
    drop(Db::open(&options, |_| {}).unwrap());

    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute("INSERT INTO schema_step (version) VALUES (?1)", [SCHEMA_VERSION + 1]).unwrap();
    drop(raw);
    let before = std::fs::read(&path).unwrap();
    assert!(refused().contains("newer portico"), "{}", refused());
    assert_eq!(std::fs::read(&path).unwrap(), before);
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute("DELETE FROM schema_step WHERE version > ?1", [SCHEMA_VERSION]).unwrap();

    raw.execute_batch("BEGIN EXCLUSIVE").unwrap();
    assert!(refused().contains("locked by another process"), "{}", refused());
    raw.execute_batch("ROLLBACK").unwrap();
    drop(raw);
    drop(Db::open(&options, |_| {}).unwrap());

    let mut bytes = std::fs::read(&path).unwrap();
    bytes[..40].fill(0x55);
    std::fs::write(&path, &bytes).unwrap();
    assert!(refused().contains("damaged"), "{}", refused());
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn the_engine_itself_shows_no_row_without_its_tenant() {
    let Some(server) = server() else { return };
    let url = fresh_postgres(&server, "rls");
    let place = open(Engine::Postgres(url.clone()), tempfile::tempdir().unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (a, b) = runtime.block_on(async {
        let (a, b) = (organization(&place, 1).await, organization(&place, 2).await);
        member(&place, a, 5).await.unwrap();
        member(&place, b, 6).await.unwrap();
        (a, b)
    });
    std::thread::spawn(move || {
        let mut c = postgres::Client::connect(&url, postgres::NoTls).unwrap();
        // Every table with a tenant has the wall, but those that are looked up before the tenant is known.
        let open: Vec<String> = c
            .query(
                "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
                 WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND NOT c.relforcerowsecurity ORDER BY 1",
                &[],
            )
            .unwrap()
            .iter()
            .map(|r| r.get(0))
            .collect();
        assert_eq!(open, ["credential", "job", "login", "public_name", "tenant"]);
        c.batch_execute("SET ROLE portico_app").unwrap();
        let count = |c: &mut postgres::Client| c.query_one("SELECT COUNT(*) FROM member", &[]).unwrap().get::<_, i64>(0);
        assert_eq!(count(&mut c), 0, "without a tenant nothing is there");
        for tenant in [a, b] {
            c.batch_execute(&format!("SET portico.tenant = '{}'", tenant.0)).unwrap();
            assert_eq!(count(&mut c), 1);
        }
        let foreign = format!("INSERT INTO counter (tenant_id, kind, last) VALUES ({}, 'x', 1)", a.0);
        assert!(c.batch_execute(&foreign).is_err(), "nor can a row be put beyond the wall");
    })
    .join()
    .unwrap();
}

#[test]
fn a_full_queue_is_said_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let place = open(Engine::Sqlite(dir.path().to_owned()), dir);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let tenant = organization(&place, 1).await;
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
        let mut tasks = Vec::new();
        let mut refused = 0;
        for n in 0..5_000 {
            let write = place.db.write(tenant, 0, move |tx| {
                note(tx, n);
                Ok(())
            });
            let mut write = Box::pin(write);
            // Polled once, each is queued or refused on the spot.
            let once = std::future::poll_fn(|cx| std::task::Poll::Ready(write.as_mut().poll(cx))).await;
            match once {
                std::task::Poll::Ready(Err(e)) => {
                    assert_eq!(e.code(), ErrorCode::Busy);
                    assert!(e.retry_after_s().is_some());
                    refused += 1;
                }
                std::task::Poll::Ready(Ok(())) => panic!("nothing can be done while the lane is held"),
                std::task::Poll::Pending => tasks.push(write),
            }
        }
        assert!(refused >= 5_000 - 4_096, "{refused}");
        drop(hold);
        blocker.await.unwrap().unwrap();
        let queued = tasks.len();
        for task in tasks {
            task.await.unwrap();
        }
        let last = place.db.read(tenant, |r| r.last_event()).await.unwrap();
        assert_eq!(last, queued as i64);
    });
}

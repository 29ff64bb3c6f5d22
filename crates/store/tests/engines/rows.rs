//! What rows keep: one organization's view, replays, claims, limits, secrets.

use crate::world::{each, fresh_postgres, id, member, open, organization, server};
use portico_store::{CredentialKind, Engine, Job, Replay, hash_secret};
use portico_types::{ErrorCode, JobId, Millis, SecretHash};

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

//! Steps that expand and steps that contract, as binaries of several schemas meet them, on both engines.

use super::*;
use crate::{open, serving};

const ONE: &str = "CREATE TABLE thing (id {int} NOT NULL PRIMARY KEY, old {int} NOT NULL);";
const WIDER: &str = "ALTER TABLE thing ADD COLUMN new {int}; UPDATE thing SET new = old;";
const NARROWER: &str = "ALTER TABLE thing DROP COLUMN old;";

/// Adds, adds, and takes away what schema 1 used; schema 2 has known better.
const STORY: [Step; 3] = [
    Step { version: 1, serves: 1, text: ONE },
    Step { version: 2, serves: 1, text: WIDER },
    Step { version: 3, serves: 2, text: NARROWER },
];

struct Database(String, &'static str);

impl Database {
    fn new(name: &'static str) -> Option<Self> {
        let server = std::env::var("PORTICO_TEST_POSTGRES").ok()?;
        let mut c = ::postgres::Client::connect(&server, ::postgres::NoTls).unwrap();
        let own = format!("store_migrate_{}_{name}", std::process::id());
        c.batch_execute(&format!("DROP DATABASE IF EXISTS {own} WITH (FORCE)")).unwrap();
        c.batch_execute(&format!("CREATE DATABASE {own}")).unwrap();
        Some(Self(server, name))
    }

    fn client(&self) -> crate::postgres::Postgres {
        let base = self.0.rsplit_once('/').unwrap().0;
        let url = format!("{base}/store_migrate_{}_{}", std::process::id(), self.1);
        let mut c = crate::postgres::reach(&url, crate::patience::PATIENCE).unwrap();
        c.wait_at_most(None);
        c
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let own = format!("store_migrate_{}_{}", std::process::id(), self.1);
        let mut c = ::postgres::Client::connect(&self.0, ::postgres::NoTls).unwrap();
        c.batch_execute(&format!("DROP DATABASE IF EXISTS {own} WITH (FORCE)")).unwrap();
    }
}

/// The test on each engine; it is given new connections to one database.
fn each(name: &'static str, test: impl Fn(&mut dyn FnMut() -> Conn)) {
    let dir = tempfile::tempdir().unwrap();
    eprintln!("on SQLite");
    test(&mut || Conn::lite(rusqlite::Connection::open(dir.path().join("x.db")).unwrap()).unwrap());
    if let Some(database) = Database::new(name) {
        eprintln!("on PostgreSQL");
        test(&mut || Conn::pg(database.client()));
    }
}

fn plain(conn: &mut Conn, steps: &[Step]) -> Result<Schema> {
    run_steps(conn, steps, |_, _| Ok(()))
}

fn why(outcome: Result<Schema>) -> String {
    outcome.unwrap_err().cause().unwrap().to_owned()
}

#[test]
fn an_older_binary_starts_on_what_was_only_expanded_and_changes_nothing() {
    each("expand", |connect| {
        let (mut old, mut new) = (connect(), connect());
        assert_eq!(plain(&mut old, &STORY[..1]).unwrap(), Schema { have: 0, serves: 0 });
        old.batch("INSERT INTO thing (id, old) VALUES (1, 7)").unwrap();
        assert_eq!(plain(&mut new, &STORY[..2]).unwrap(), Schema { have: 1, serves: 1 });
        // The one that runs, and one that starts.
        old.batch("INSERT INTO thing (id, old) VALUES (2, 8)").unwrap();
        let mut again = connect();
        assert_eq!(plain(&mut again, &STORY[..1]).unwrap(), Schema { have: 2, serves: 1 });
        again.batch("INSERT INTO thing (id, old) VALUES (3, 9)").unwrap();
        assert_eq!(version(&mut new).unwrap(), Schema { have: 2, serves: 1 });
        let sum =
            number(&mut new, "SELECT CAST(COUNT(*) * 100 + COALESCE(SUM(new), 0) AS BIGINT) FROM thing");
        assert_eq!(sum.unwrap(), 307, "three rows, one of them from before the step");
        // What binaries from before there was `schema_taken` look at.
        let seen = number(&mut new, "SELECT COALESCE(MAX(version), 0) FROM schema_step").unwrap();
        assert_eq!(seen, 1);
    });
}

#[test]
fn a_binary_that_a_contraction_left_behind_is_refused_and_one_in_between_starts() {
    each("contract", |connect| {
        plain(&mut connect(), &STORY[..2]).unwrap();
        plain(&mut connect(), &STORY).unwrap();
        assert_eq!(plain(&mut connect(), &STORY[..2]).unwrap(), Schema { have: 3, serves: 2 });
        let refused = why(plain(&mut connect(), &STORY[..1]));
        assert!(
            refused.contains("no portico older than schema 2") && refused.contains("newer portico"),
            "{refused}"
        );
        // So do those who know only of `schema_step`, and refuse more than they know.
        let seen = number(&mut connect(), "SELECT COALESCE(MAX(version), 0) FROM schema_step").unwrap();
        assert_eq!(seen, 2);
    });
}

#[test]
fn the_copy_before_an_upgrade_is_made_once_and_only_of_what_there_was() {
    each("copies", |connect| {
        let mut copies = Vec::new();
        for known in [1, 1, 3, 2] {
            let run = run_steps(&mut connect(), &STORY[..known], |_, have| {
                copies.push(have);
                Ok(())
            });
            run.unwrap();
        }
        assert_eq!(copies, [1]);
    });
}

#[test]
fn a_step_that_fails_leaves_nothing() {
    each("fails", |connect| {
        let broken = Step {
            version: 2,
            serves: 1,
            text: "CREATE TABLE half (id {int}); SELECT nonsense FROM nowhere;",
        };
        let [one, ..] = STORY;
        let mut conn = connect();
        plain(&mut conn, &[one, broken]).unwrap_err();
        assert_eq!(version(&mut connect()).unwrap(), Schema { have: 1, serves: 1 });
        plain(&mut conn, &STORY).unwrap();
        assert!(connect().batch("SELECT * FROM half").is_err());
    });
}

#[test]
fn nobody_at_work_is_left_behind_by_a_contraction() {
    let Some(database) = Database::new("behind") else { return };
    let connect = || Conn::pg(database.client());
    plain(&mut connect(), &STORY[..2]).unwrap();
    // One that says which schema it knows, and one from before they did.
    let mut named = database.client();
    serving::mark(&mut named, 1).unwrap();
    let refused = why(plain(&mut connect(), &STORY));
    assert!(refused.contains("one such node is at work"), "{refused}");
    drop(named);
    let mut unnamed = database.client();
    unnamed.batch(&format!("SELECT pg_try_advisory_lock_shared({})", open::AT_WORK)).unwrap();
    let refused = why(plain(&mut connect(), &STORY));
    assert!(refused.contains("one such node is at work"), "{refused}");
    assert_eq!(version(&mut connect()).unwrap().have, 2);
    drop(unnamed);
    // A node of the schema in between is served and does not stand in the way; nor does the binary itself, starting.
    let mut between = database.client();
    serving::mark(&mut between, 2).unwrap();
    let mut own = database.client();
    own.batch(&format!("SELECT pg_try_advisory_lock_shared({})", open::AT_WORK)).unwrap();
    serving::mark(&mut own, 3).unwrap();
    // Whose end is not seen at once does not count for ever.
    let raised = (0..200).find_map(|_| plain(&mut connect(), &STORY).ok());
    assert_eq!(raised.unwrap().have, 2);
    assert_eq!(version(&mut connect()).unwrap(), Schema { have: 3, serves: 2 });
}

#[test]
fn who_lost_its_connections_while_the_schema_went_on_does_not_get_them_back() {
    let Some(database) = Database::new("back") else { return };
    let mut raised = Conn::pg(database.client());
    run(&mut raised, |_, _| Ok(())).unwrap();
    serving::join(&mut database.client()).unwrap();
    raised.batch("INSERT INTO schema_step (version) VALUES (999)").unwrap();
    let refused = serving::join(&mut database.client()).unwrap_err();
    assert!(refused.message().contains("start the newer portico"), "{refused}");
    // Nor while it goes on.
    raised.batch("DELETE FROM schema_step WHERE version = 999").unwrap();
    let mut alone = database.client();
    let lock = format!("SELECT pg_advisory_lock(7307, {SCHEMA_VERSION})");
    alone.batch(&lock).unwrap();
    let refused = serving::join(&mut database.client()).unwrap_err();
    assert!(refused.message().contains("being raised"), "{refused}");
}

#[test]
fn a_step_does_not_stop_the_others_while_it_waits_for_a_table() {
    let Some(database) = Database::new("waits") else { return };
    plain(&mut Conn::pg(database.client()), &STORY[..1]).unwrap();
    let mut holder = database.client();
    holder.batch("BEGIN; LOCK TABLE thing IN ACCESS SHARE MODE").unwrap();
    let mut raising = Conn::pg(database.client());
    let raise = std::thread::spawn(move || plain(&mut raising, &STORY[..2]).map(|_| ()));
    // A third one comes after the step and needs the table: it waits as long as one try does, and no longer.
    let mut third = database.client();
    let mut waits = database.client();
    let waiting = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND relation = 'thing'::regclass";
    while waits.query(waiting, &[]).unwrap()[0].get::<_, i64>(0) == 0 {}
    third.batch("INSERT INTO thing (id, old) VALUES (1, 1)").unwrap();
    assert!(!raise.is_finished(), "the step still waits");
    holder.batch("COMMIT").unwrap();
    raise.join().unwrap().unwrap();
    assert_eq!(version(&mut Conn::pg(database.client())).unwrap().have, 2);
}

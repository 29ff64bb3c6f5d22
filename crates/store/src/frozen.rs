//! Tests of a PostgreSQL that is frozen: its connections stay open, what is sent is taken, and nothing is said.
//!
//! A way stands between the store and the real PostgreSQL; what was frozen on it stays silent until the test is over.

mod way;

use crate::{Db, Engine, Options, Replay, Tx, patience::Limits};
use portico_domain::{
    event::{Audience, Event},
    organization::Organization,
};
use portico_types::{Error, ErrorCode, Id, Millis, OrganizationId, Result, RoomId, TenantId};
use std::time::Duration;
use tokio::time::Instant;
use way::Way;

/// Long enough for a busy machine to connect in, and to tell what was told from what was given up.
const LIMITS: Limits = Limits { told: Duration::from_secs(2), given_up: Duration::from_secs(5) };
/// By then somebody must have been served. A transaction that is left open is ended by PostgreSQL after five seconds.
const SERVED: Duration = Duration::from_mins(1);

/// A database behind a way, with one lane and one reader: whatever is served is served by the thread that was stuck.
struct World {
    db: Db,
    tenant: TenantId,
    way: Way,
    runtime: tokio::runtime::Runtime,
    admin: postgres::Client,
    name: String,
}

impl World {
    /// Nothing where there is no PostgreSQL to test on.
    fn new(name: &str) -> Option<Self> {
        let server = std::env::var("PORTICO_TEST_POSTGRES").ok()?;
        let name = format!("store_frozen_{}_{name}", std::process::id());
        let mut admin = postgres::Client::connect(&server, postgres::NoTls).unwrap();
        admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).unwrap();
        admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let (user, rest) = server.split_once('@').unwrap();
        let way = Way::to(rest.split('/').next().unwrap());
        // Encrypted, the way could not see what it carries.
        let url = format!("{user}@{}/{name}?sslmode=disable", way.address);
        let options = Options { lanes: 1, readers: 1, ..Options::new(Engine::Postgres(url)) };
        let db = Db::open_within(LIMITS, &options, |_| ()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let row = Organization { id: OrganizationId(Id([1; 16])), slug: "a".into(), name: "A".into() };
        let made = runtime.block_on(db.write_instance(move |tx| tx.create_organization(&row, Millis(1))));
        Some(Self { db, tenant: made.unwrap(), way, runtime, admin, name })
    }

    /// Says something under a key of its own, as a client does. Gives whether it was there already.
    fn say(&self, n: u8) -> Result<bool> {
        self.runtime.block_on(self.db.write(self.tenant, 0, move |tx| say(tx, n)))
    }

    /// What was said, in order.
    fn said(&self) -> Result<Vec<u8>> {
        let events = self.db.read(self.tenant, |read| read.events_after(0, 100));
        Ok(self.runtime.block_on(events)?.iter().map(|e| e.at.0 as u8).collect())
    }

    /// Asks until it is done.
    fn until<T>(&self, what: impl Fn(&Self) -> Result<T>) -> T {
        let began = Instant::now();
        loop {
            match what(self) {
                Ok(done) => return done,
                Err(e) => {
                    assert_eq!(e.code(), ErrorCode::Busy, "{e}");
                    assert!(began.elapsed() < SERVED, "nobody was served any more: {e}");
                }
            }
        }
    }

    /// It is refused, so soon and in these words.
    fn refuses<T>(&self, what: impl Fn(&Self) -> Result<T>, within: Duration, words: &str) {
        let began = Instant::now();
        let e = what(self).err().unwrap();
        assert!(began.elapsed() < within, "{:?}: {e}", began.elapsed());
        assert_eq!(e.code(), ErrorCode::Busy);
        assert!(e.to_string().contains(words), "{e}");
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.way.end();
        self.admin.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)).unwrap();
    }
}

fn say(tx: &mut Tx<'_>, n: u8) -> Result<bool, Error> {
    let (actor, key) = (Id([2; 16]), n.to_string());
    if tx.replay(actor, &key, &[n; 32])? != Replay::New {
        return Ok(true);
    }
    let event = Event::DraftRemoved { room_id: RoomId(Id([n; 16])), thread_id: None };
    tx.emit(Millis(i64::from(n)), None, Audience::Everyone, event);
    tx.remember(actor, &key, &[n; 32], "made", Millis(1))?;
    Ok(false)
}

#[test]
fn a_frozen_database_is_told_of_and_another_connection_serves_while_the_old_one_stays_silent() {
    let Some(world) = World::new("silent") else { return };
    assert!(!world.say(1).unwrap());
    assert_eq!(world.said().unwrap(), [1]);
    // Neither what is connected nor who connects now is answered, ever.
    world.way.freeze();
    world.way.take(false);
    world.refuses(|w| w.say(2), LIMITS.given_up, "does not answer");
    world.refuses(World::said, LIMITS.given_up, "does not answer");
    world.way.take(true);
    world.until(|w| w.say(2));
    assert_eq!(world.until(World::said), [1, 2]);
    assert!(!world.say(3).unwrap());
    assert_eq!(world.said().unwrap(), [1, 2, 3]);
}

#[test]
fn a_commit_whose_answer_never_comes_is_found_by_who_asks_again() {
    let Some(world) = World::new("commit") else { return };
    assert!(!world.say(1).unwrap());
    world.way.freeze_after(b"COMMIT");
    world.refuses(|w| w.say(2), LIMITS.given_up, "nobody knows whether this was done");
    assert!(world.until(|w| w.say(2)), "it was done");
    world.until(|w| w.say(3));
    assert_eq!(world.until(World::said), [1, 2, 3]);
}

#[test]
fn who_waits_for_a_batch_whose_connection_ends_is_told_before_another_is_made() {
    let Some(world) = World::new("told") else { return };
    assert!(!world.say(1).unwrap());
    // It ends with the batch on its way, and whoever connects is not answered.
    world.way.take(false);
    world.way.end_after(b"COMMIT");
    world.refuses(|w| w.say(2), LIMITS.told, "the connection to the database is lost");
    world.way.take(true);
    world.until(|w| w.say(2));
    assert_eq!(world.until(World::said), [1, 2]);
}

#[test]
fn postgresql_ends_what_takes_too_long_before_it_is_given_up_and_sweeping_may_take_longer() {
    let Some(world) = World::new("ended") else { return };
    let limit = |sweeps: bool| {
        let asked = world.db.write(world.tenant, 0, move |tx| {
            if sweeps {
                tx.sweep_events(Millis(0))?;
            }
            tx.one("SELECT CAST(EXTRACT(EPOCH FROM CAST(current_setting('statement_timeout') AS INTERVAL)) AS BIGINT) + 0 * CAST($1 AS BIGINT)", &[], |r| r.int(0))
        });
        world.runtime.block_on(asked).unwrap().unwrap()
    };
    assert_eq!(limit(false), 4, "seconds");
    assert_eq!(limit(true), 540);
    assert_eq!(limit(false), 4, "it was for that transaction");
    let slow = world.db.write(world.tenant, 0, |tx| {
        tx.one("SELECT CAST(pg_sleep(30 + 0 * CAST($1 AS BIGINT)) AS TEXT)", &[], |r| r.text(0))
    });
    assert!(world.runtime.block_on(slow).is_err());
    // The thread comes back to it by itself, on the connection it had.
    world.until(|w| w.say(1));
    assert_eq!(world.way.connections(), 3, "of who raised the schema, the lane, and the reader");
}

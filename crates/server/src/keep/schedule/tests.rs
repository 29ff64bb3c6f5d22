//! Backups by the clock on both engines: by one of two nodes, after a death in the middle, after a failure.

use super::*;
use crate::{config::Flags, dice::SystemRng};
use portico_store::Options;
use portico_testkit::Place;
use portico_types::ManualClock;
use std::path::Path;

const NOON: Millis = Millis(1_780_000_000_000);

struct Shop {
    db: Db,
    clock: Arc<ManualClock>,
    dir: tempfile::TempDir,
    // Dropped last.
    place: Place,
}

impl Shop {
    fn new(place: Place) -> Self {
        let db = Db::open(&Options::new(place.engine()), |_| {}).unwrap();
        let dir = tempfile::tempdir().unwrap();
        Self { db, clock: Arc::new(ManualClock::at(NOON)), dir, place }
    }

    fn shelf(&self) -> std::path::PathBuf {
        self.dir.path().join("shelf")
    }

    /// One more node.
    fn node(&self) -> Scheduled {
        std::fs::create_dir_all(self.shelf()).unwrap();
        let mut config =
            Config::read(Flags { config: Some("/dev/null".into()), ..Flags::default() }).unwrap();
        match self.place.engine() {
            Engine::Sqlite(dir) => config.data = dir,
            Engine::Postgres(url) => {
                config.data = self.dir.path().to_owned();
                config.database = Some(url);
            }
        }
        config.backup = Some(Schedule {
            directory: self.shelf(),
            to: Vec::new(),
            every: Millis::DAY,
            keep: settings::Keep { daily: 2, weekly: 0, monthly: 0 },
        });
        let clock: Arc<dyn Clock> = Arc::<ManualClock>::clone(&self.clock);
        Scheduled::new(&config, self.db.clone(), clock, &mut SystemRng).unwrap().unwrap()
    }

    async fn state(&self) -> BackupState {
        self.db.read_instance(standing).await.unwrap()
    }

    fn names(&self) -> Vec<String> {
        names(&self.shelf())
    }
}

fn names(dir: &Path) -> Vec<String> {
    let mut all: Vec<String> =
        std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    all.sort();
    all
}

fn each(test: impl AsyncFn(Shop)) {
    let lite = Place::Directory(tempfile::tempdir().unwrap());
    for place in [Some(lite), portico_testkit::postgres()].into_iter().flatten() {
        eprintln!("on {place}");
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(test(Shop::new(place)));
    }
}

fn made(turn: &Turn) -> &str {
    let Turn::Made { name, .. } = turn else { panic!("{turn:?}") };
    name
}

#[test]
fn each_is_made_once_when_it_is_due_and_old_ones_go() {
    each(async |shop| {
        let (one, other) = (shop.node(), shop.node());
        let (a, b) = tokio::join!(one.turn(), other.turn());
        let mut turns = [a.unwrap(), b.unwrap()];
        turns.sort_by_key(|t| *t == Turn::Nothing);
        assert_eq!((made(&turns[0]), &turns[1]), ("portico-20260528T202640Z.backup", &Turn::Nothing));
        let state = shop.state().await;
        let size = std::fs::metadata(shop.shelf().join(&shop.names()[0])).unwrap().len();
        assert_eq!((state.good_at, state.good_size, state.held_until), (Some(NOON), Some(size as i64), None));
        shop.clock.advance(Millis::DAY - 1);
        assert_eq!(other.turn().await.unwrap(), Turn::Nothing);
        shop.clock.advance(1);
        assert!(matches!(other.turn().await.unwrap(), Turn::Made { removed: 0, .. }));
        shop.clock.advance(Millis::DAY);
        assert!(matches!(one.turn().await.unwrap(), Turn::Made { removed: 1, .. }));
        assert_eq!(shop.names(), ["portico-20260529T202640Z.backup", "portico-20260530T202640Z.backup"]);
    });
}

#[test]
fn who_dies_in_the_middle_is_followed_and_leaves_nothing_half() {
    each(async |shop| {
        let node = shop.node();
        let dead = Id([9; 16]);
        let claim = async |who: Id| {
            let now = shop.clock.now();
            let before = now.plus(-Millis::DAY);
            shop.db
                .write_instance(move |tx| tx.claim_backup(who, now, now.plus(CLAIM), before, before))
                .await
                .unwrap()
        };
        assert!(claim(dead).await);
        let half = shop.shelf().join("portico-20260528T202640Z.backup.part");
        std::fs::write(&half, "half of it").unwrap();
        shop.clock.advance(CLAIM - 1);
        assert_eq!(node.turn().await.unwrap(), Turn::Nothing, "it may still be at it");
        assert!(half.exists());
        shop.clock.advance(1);
        assert_eq!(made(&node.turn().await.unwrap()), "portico-20260528T202840Z.backup");
        assert_eq!(shop.names(), ["portico-20260528T202840Z.backup"]);
        // Had it only been slow, it could not say any more that it was made.
        assert!(!shop.db.write_instance(move |tx| tx.hold_backup(dead, NOON)).await.unwrap());
        shop.db.write_instance(move |tx| tx.backup_made(dead, NOON, 1, "late")).await.unwrap();
        assert_eq!(shop.state().await.good_name.as_deref(), Some("portico-20260528T202840Z.backup"));
    });
}

#[test]
fn a_failure_is_kept_until_one_is_good_and_tried_again() {
    each(async |shop| {
        let node = shop.node();
        std::fs::remove_dir(shop.shelf()).unwrap();
        let failed = node.turn().await.unwrap_err();
        let state = shop.state().await;
        assert_eq!((state.failed_at, state.held_until), (Some(NOON), None));
        assert_eq!(state.failure.as_deref(), failed.cause());
        let schedule = node.schedule.clone();
        let said = describe(&schedule, &state, shop.clock.now()).unwrap_err();
        assert!(said.contains("cannot be written"), "{said}");
        std::fs::create_dir(shop.shelf()).unwrap();
        let said = describe(&schedule, &state, shop.clock.now()).unwrap_err();
        assert!(said.contains("failed 0 h ago") && said.contains("none was made yet"), "{said}");
        shop.clock.advance(AGAIN - 1);
        assert_eq!(node.turn().await.unwrap(), Turn::Nothing);
        shop.clock.advance(1);
        made(&node.turn().await.unwrap());
        let state = shop.state().await;
        assert_eq!((state.failed_at, state.failure.clone()), (None, None));
        describe(&schedule, &state, shop.clock.now()).unwrap();
        let later = shop.clock.now().plus(2 * Millis::DAY + 1);
        assert!(
            describe(&schedule, &state, later).unwrap_err().contains("does a server run"),
            "one is overdue"
        );
    });
}

#[test]
fn a_node_older_than_the_schema_makes_none() {
    each(async |shop| {
        let node = shop.node();
        // The embedded engine has no other node.
        let Place::Database(_) = &shop.place else { return };
        shop.place.execute("INSERT INTO schema_taken (version) VALUES (999)");
        assert_eq!(node.turn().await.unwrap(), Turn::Nothing);
        assert!(shop.names().is_empty());
    });
}

#[test]
fn a_stop_in_the_middle_lets_go_at_once() {
    each(async |shop| {
        let (node, next) = (shop.node(), shop.node());
        let (who, now) = (node.who, shop.clock.now());
        let claim = move |tx: &mut InstanceTx<'_>| tx.claim_backup(who, now, now.plus(CLAIM), now, now);
        assert!(shop.db.write_instance(claim).await.unwrap());
        let half = shop.shelf().join("portico-20260528T202640Z.backup.part");
        std::fs::write(&half, "half of it").unwrap();
        // Who holds nothing takes nothing away.
        let (_stop, stopped) = watch::channel(true);
        next.run(stopped.clone()).await;
        assert!(half.exists() && shop.state().await.held_until.is_some());
        node.run(stopped).await;
        assert_eq!(shop.state().await.held_until, None);
        assert!(shop.names().is_empty());
        made(&shop.node().turn().await.unwrap());
    });
}

#[test]
fn a_stop_between_two_looks_lets_go_as_well() {
    each(async |shop| {
        let node = shop.node();
        let who = node.who;
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(node.run(stopped));
        let is_made = async || {
            let state = shop.state().await;
            assert_eq!(state.failure, None);
            state.good_at.is_some()
        };
        while !is_made().await {}
        // A claim is left over like this where the database went away before it could be told how the backup went.
        shop.clock.advance(Millis::DAY);
        let now = shop.clock.now();
        let claim = move |tx: &mut InstanceTx<'_>| tx.claim_backup(who, now, now.plus(CLAIM), now, now);
        assert!(shop.db.write_instance(claim).await.unwrap());
        stop.send(true).unwrap();
        running.await.unwrap();
        assert_eq!(shop.state().await.held_until, None);
    });
}

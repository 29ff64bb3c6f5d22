//! Looking at the logs by the clock: what it finds there, and what follows when it finds nothing.

use crate::world::{Org, World, id, member, options};
use portico_domain::{member::Role, room::GroupKind};
use portico_realtime::{End, Options};
use portico_store::Db;
use std::{
    sync::mpsc::{self, Sender},
    time::Duration,
};
use tokio::time::Instant;

/// A hub that looks every `millis`.
fn looking(millis: u64) -> World {
    World::with(Options { poll: Some(Duration::from_millis(millis)), ..options() })
}

/// A database whose every reader is busy, and whose queue is full: it refuses at once. Until it is dropped.
struct Dark {
    _busy: Vec<Sender<()>>,
}

impl Dark {
    /// Time stands still from here on, so that no look of the hub's own gets stuck in the queue: it is refused instead.
    async fn falls(db: &Db) -> Self {
        tokio::time::pause();
        let mut busy = Vec::new();
        let readers = portico_store::Options::new(portico_store::Engine::Sqlite("".into())).readers;
        let (begun, began) = mpsc::channel();
        loop {
            let (wait, over) = mpsc::channel::<()>();
            let (db, begun) = (db.clone(), begun.clone());
            let look = tokio::spawn(async move {
                let hold = move |_: &mut portico_store::InstanceTx<'_>| {
                    let _counted = begun.send(());
                    // Ends when the other half is dropped.
                    let _over = over.recv();
                    Ok(())
                };
                db.read_instance(hold).await
            });
            // It asks now, or is refused.
            tokio::task::yield_now().await;
            if look.is_finished() {
                assert!(look.await.unwrap().is_err());
                return Self { _busy: busy };
            }
            busy.push(wait);
            // Nothing makes room in the queue once each reader has one.
            if busy.len() <= readers {
                began.recv().unwrap();
            }
        }
    }
}

/// Waits until the poll has looked at the log: nobody else tells the hub of this mark.
async fn looked(org: &Org<'_>, client: &mut crate::world::Client, mark: &str) {
    org.mark(mark).await;
    assert!(client.heard(mark).await.is_empty());
}

#[tokio::test]
async fn people_are_sent_to_other_nodes_when_the_logs_are_out_of_sight_for_ten_seconds() {
    let world = looking(500);
    let org = world.organization("a").await;
    let ann = org.person(1, Role::Member).await;
    let mut client = org.enter(ann).await;
    world.hold();
    // Twice for less than that, with a look between: what follows counts from the beginning.
    for mark in ["once", "twice"] {
        let dark = Dark::falls(&world.db).await;
        assert!(tokio::time::timeout(Duration::from_secs(9), client.end()).await.is_err(), "sent away");
        tokio::time::resume();
        drop(dark);
        looked(&org, &mut client, mark).await;
    }
    let _dark = Dark::falls(&world.db).await;
    let began = Instant::now();
    assert_eq!(client.end().await, End::Resume);
    let took = began.elapsed();
    assert!((Duration::from_secs(10)..Duration::from_secs(12)).contains(&took), "{took:?}");
    assert_eq!(world.hub.stats().connections, 0);
}

#[tokio::test]
async fn another_life_of_the_log_is_noticed_though_nobody_comes() {
    let world = looking(10);
    let (one, other) = (world.organization("a").await, world.organization("b").await);
    let ann = one.person(1, Role::Member).await;
    let bob = other.person(2, Role::Member).await;
    let (mut at_one, mut at_other) = (one.enter(ann).await, other.enter(bob).await);
    let before = at_one.cursor();
    world.hold();
    looked(&one, &mut at_one, "before").await;
    // As a restore does it.
    world.db.write_instance(|tx| tx.begin_epoch(255)).await.unwrap();
    assert_eq!(at_one.end().await, End::Resync);
    assert_eq!(at_other.end().await, End::Resync);
    assert_eq!(world.hub.stats().tenants, 0, "what was known of the life before is forgotten");
    // The new life is known from the store: nobody has told the hub of this event.
    one.join(id(50), GroupKind::Room, ann).await;
    let mut again = one.connect(member(ann), Some(&before)).await.unwrap();
    assert!(!again.resumed());
    assert_eq!(again.cursor(), format!("{}-ff", one.last().await));
    looked(&one, &mut again, "after").await;
    one.say(crate::world::room(50), "in the room").await;
    assert!(again.next().await.unwrap().contains("in the room"));
}

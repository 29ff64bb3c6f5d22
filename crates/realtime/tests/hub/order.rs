//! Strictly in the order of numbers, once, and nothing of another organization.

use crate::world::{World, cursor_of, id, member, posted, room, says, to};
use portico_domain::{
    member::Role,
    room::{GroupKind, Ring},
};
use portico_realtime::End;
use portico_types::{ErrorCode, MemberId, Millis, Rng, SeededRng};
use std::time::Duration;

#[tokio::test]
async fn events_that_overtake_each_other_are_put_in_order() {
    let world = World::new();
    let org = world.organization("a").await;
    let ann = org.person(1, Role::Member).await;
    org.join(id(50), GroupKind::Room, ann).await;
    let mut rng = SeededRng::new(3);
    let mut client = org.enter(ann).await;
    for round in 0..20 {
        world.hold();
        let texts: Vec<String> = (0..40).map(|n| format!("{round}/{n}")).collect();
        for text in &texts {
            org.say(room(50), text).await;
        }
        let mut events = world.held();
        assert_eq!(events.len(), texts.len());
        // Some come twice.
        events.extend(events.clone().into_iter().step_by(7));
        for i in (1..events.len()).rev() {
            events.swap(i, rng.next_u64() as usize % (i + 1));
        }
        for chunk in events.chunks(3) {
            world.hub.committed(chunk.to_vec());
        }
        org.mark("end").await;
        let frames = client.until("end").await;
        assert_eq!(frames.iter().map(|f| says(f)).collect::<Vec<_>>(), texts);
        let numbers: Vec<i64> = frames.iter().map(|f| cursor_of(f).parse().unwrap()).collect();
        assert!(numbers.windows(2).all(|w| w[1] == w[0] + 1), "{numbers:?}");
    }
}

#[tokio::test]
async fn an_event_that_never_arrives_is_read_from_the_log() {
    let world = World::new();
    let org = world.organization("a").await;
    let ann = org.person(1, Role::Member).await;
    org.join(id(50), GroupKind::Room, ann).await;
    let mut client = org.enter(ann).await;
    world.hold();
    for text in ["one", "two", "three", "four"] {
        org.say(room(50), text).await;
    }
    let mut events = world.held();
    events.remove(1);
    events.remove(0);
    world.hub.committed(events);
    for text in ["one", "two", "three", "four"] {
        assert_eq!(says(&client.next().await.unwrap()), text);
    }
    org.say(room(50), "five").await;
    assert_eq!(says(&client.next().await.unwrap()), "five");
}

#[tokio::test]
async fn organizations_do_not_mix() {
    let world = World::new();
    let (a, b) = (world.organization("a").await, world.organization("b").await);
    // The same ids in both: only the organization tells them apart.
    let (ann, bob) = (a.person(1, Role::Owner).await, b.person(1, Role::Owner).await);
    assert_eq!(ann, bob);
    a.join(id(50), GroupKind::Room, ann).await;
    b.join(id(50), GroupKind::Room, bob).await;
    let (mut at_a, mut at_b) = (a.enter(ann).await, b.enter(bob).await);
    for n in 0..50 {
        a.say(room(50), &format!("a{n}")).await;
        b.say(room(50), &format!("b{n}")).await;
    }
    a.mark("end").await;
    b.mark("end").await;
    assert_eq!(at_a.heard("end").await, (0..50).map(|n| format!("a{n}")).collect::<Vec<_>>());
    assert_eq!(at_b.heard("end").await, (0..50).map(|n| format!("b{n}")).collect::<Vec<_>>());
    assert!(b.connect(member(MemberId(id(9))), None).await.is_err());
}

#[tokio::test]
async fn a_hub_that_shuts_down_sends_everybody_away_and_takes_nobody() {
    let world = World::new();
    let org = world.organization("a").await;
    let ann = org.person(1, Role::Member).await;
    let (mut one, mut two) = (org.enter(ann).await, org.enter(ann).await);
    assert_eq!(world.hub.stats().connections, 2);
    world.hub.shutdown();
    assert_eq!((one.end().await, two.end().await), (End::Resume, End::Resume));
    let refused = org.connect(member(ann), None).await.err().unwrap();
    assert_eq!(refused.code(), ErrorCode::Busy);
    assert_eq!(world.hub.stats().connections, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_readers_and_cuts_all_at_once() {
    const WRITERS: usize = 4;
    const EACH: usize = 150;
    let world = World::new();
    let org = world.organization("a").await;
    let ann = org.person(1, Role::Member).await;
    org.join(id(50), GroupKind::Room, ann).await;
    let start = org.last().await;
    let mut readers = tokio::task::JoinSet::new();
    for reader in 0..6 {
        let (hub, tenant) = (world.hub.clone(), org.tenant);
        readers.spawn(async move {
            let mut rng = SeededRng::new(reader);
            let mut cursor = start.to_string();
            let mut heard = Vec::new();
            while heard.len() < WRITERS * EACH {
                let connection =
                    hub.connect(tenant, member(ann), Some(&cursor), portico_domain::session::Scopes::FULL);
                let mut client = crate::world::Client::new(connection.await.unwrap());
                assert!(client.resumed());
                let until_the_cut = rng.next_u64() as usize % 60;
                for _ in 0..until_the_cut.min(WRITERS * EACH - heard.len()) {
                    let frame = client.next().await.unwrap();
                    cursor = cursor_of(&frame);
                    heard.push((cursor.parse::<i64>().unwrap(), says(&frame)));
                }
            }
            heard
        });
    }
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let (db, tenant) = (world.db.clone(), org.tenant);
        writers.spawn(async move {
            for n in 0..EACH {
                let text = format!("{writer}/{n}");
                db.write(tenant, 0, move |tx| {
                    let event = posted(room(50), Ring::Everyone, &text);
                    tx.emit(Millis(1), Some(room(50)), to(id(50), Ring::Everyone), event);
                    Ok(())
                })
                .await
                .unwrap();
            }
        });
    }
    writers.join_all().await;
    let log = world.db.read(org.tenant, move |r| r.events_after(start, 1000)).await.unwrap();
    let frame = |e: &portico_store::Logged| format!("{{{}", e.body.strip_prefix('{').unwrap());
    let truth: Vec<(i64, String)> = log.iter().map(|e| (e.seq, says(&frame(e)))).collect();
    assert_eq!(truth.len(), WRITERS * EACH);
    for heard in readers.join_all().await {
        assert_eq!(heard, truth);
    }
}

#[tokio::test]
async fn an_organization_nobody_looks_at_is_forgotten_and_comes_back() {
    let world = World::new();
    let org = world.organization("a").await;
    let ann = org.person(1, Role::Member).await;
    let cursor = org.enter(ann).await.cursor();
    assert_eq!(world.hub.stats().tenants, 1);
    tokio::time::pause();
    world.clock.advance(Millis::HOUR);
    while world.hub.stats().tenants > 0 {
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    tokio::time::resume();
    org.mark("meanwhile").await;
    let mut client = org.connect(member(ann), Some(&cursor)).await.unwrap();
    org.mark("end").await;
    assert_eq!(client.heard("end").await, ["meanwhile"]);
}

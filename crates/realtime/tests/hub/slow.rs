//! Who does not read does not hold up anybody, nor memory.

use crate::world::{World, id, member, options, room};
use portico_domain::{member::Role, room::GroupKind};
use portico_realtime::{Batch, End, Options};
use portico_types::ErrorCode;

#[tokio::test]
async fn one_who_does_not_read_is_ended_and_the_others_read_on() {
    let world = World::with(Options { queue_frames: 64, ..options() });
    let org = world.organization("a").await;
    let (ann, bob) = (org.person(1, Role::Member).await, org.person(2, Role::Member).await);
    for who in [ann, bob] {
        org.join(id(50), GroupKind::Room, who).await;
    }
    let (mut slow, mut quick) = (org.enter(ann).await, org.enter(bob).await);
    for n in 0..200 {
        org.say(room(50), &format!("n{n}")).await;
        assert_eq!(crate::world::says(&quick.next().await.unwrap()), format!("n{n}"));
    }
    // By now it has been taken out, and what waited for it is gone.
    assert_eq!(world.hub.stats().connections, 1);
    assert_eq!(slow.connection.next().await, Batch::End(End::Resume));
    assert_eq!(slow.connection.next().await, Batch::End(End::Resume));
}

#[tokio::test]
async fn a_queue_is_bounded_in_bytes_too() {
    let world = World::with(Options { queue_bytes: 10_000, ..options() });
    let org = world.organization("a").await;
    let (ann, bob) = (org.person(1, Role::Member).await, org.person(2, Role::Member).await);
    for who in [ann, bob] {
        org.join(id(50), GroupKind::Room, who).await;
    }
    let (mut slow, mut quick) = (org.enter(ann).await, org.enter(bob).await);
    let long = "x".repeat(4000);
    for _ in 0..3 {
        org.say(room(50), &long).await;
        assert_eq!(crate::world::says(&quick.next().await.unwrap()), long);
    }
    assert_eq!(slow.end().await, End::Resume);
}

#[tokio::test]
async fn everything_that_waits_comes_in_one_batch() {
    let world = World::new();
    let org = world.organization("a").await;
    let ann = org.person(1, Role::Member).await;
    let (mut one, mut two) = (org.enter(ann).await, org.enter(ann).await);
    for n in 0..50 {
        org.mark(&n.to_string()).await;
    }
    org.mark("end").await;
    assert_eq!(two.heard("end").await.len(), 50);
    let Batch::Frames(frames) = one.connection.next().await else { panic!("it ended") };
    let events = frames.iter().filter(|f| f.starts_with(b"{\"cursor\""));
    assert_eq!(events.count(), 51);
}

#[tokio::test]
async fn connections_are_counted() {
    let world = World::with(Options { per_member: 3, per_tenant: Some(4), ..options() });
    let org = world.organization("a").await;
    let (ann, bob) = (org.person(1, Role::Member).await, org.person(2, Role::Member).await);
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(org.enter(ann).await);
    }
    assert_eq!(org.connect(member(ann), None).await.err().unwrap().code(), ErrorCode::Conflict);
    open.push(org.enter(bob).await);
    assert_eq!(org.connect(member(bob), None).await.err().unwrap().code(), ErrorCode::Busy);
    open.remove(0);
    assert_eq!(world.hub.stats().connections, 3);
    open.push(org.enter(ann).await);
    drop(open);
    assert_eq!(world.hub.stats().connections, 0);
}

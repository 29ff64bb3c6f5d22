//! Two nodes on one database.

use crate::world::{World, id, member, options, room, says};
use portico_bus::Bus;
use portico_domain::{member::Role, room::GroupKind, session::Scopes};
use portico_realtime::{End, Hub, Options, Viewer};
use portico_types::TokenId;
use std::{sync::Arc, time::Duration};

/// A second node: nobody hands it events, it has only the bus and the log.
fn second(world: &World, bus: &Bus, poll: Option<Duration>) -> Arc<Hub> {
    Hub::new(world.db.clone(), bus, world.clock.clone(), Options { poll, ..options() }).unwrap()
}

#[tokio::test]
async fn a_wake_up_is_enough() {
    let world = World::new();
    let org = world.organization("a").await;
    let ann = org.person(1, Role::Member).await;
    org.join(id(50), GroupKind::Room, ann).await;
    let there = second(&world, &world.bus, None);
    let mut client = org.connect_at(&there, member(ann), None, Scopes::FULL).await.unwrap();
    for n in 0..100 {
        org.say(room(50), &n.to_string()).await;
        if n % 10 == 0 {
            assert_eq!(says(&client.next().await.unwrap()), n.to_string());
        } else if n % 10 == 9 {
            for m in n - 8..=n {
                assert_eq!(says(&client.next().await.unwrap()), m.to_string());
            }
        }
    }
    org.leave(id(50), GroupKind::Room, ann).await;
    org.say(room(50), "unheard").await;
    org.mark("end").await;
    assert_eq!(client.heard("end").await, ["member.left"]);
}

#[tokio::test]
async fn a_lost_wake_up_only_delays() {
    let world = World::new();
    let org = world.organization("a").await;
    let ann = org.person(1, Role::Member).await;
    org.join(id(50), GroupKind::Room, ann).await;
    // On a bus of its own it hears nothing at all.
    let there = second(&world, &Bus::in_process(), Some(Duration::from_millis(20)));
    let mut client = org.connect_at(&there, member(ann), None, Scopes::FULL).await.unwrap();
    for n in 0..20 {
        org.say(room(50), &n.to_string()).await;
        assert_eq!(says(&client.next().await.unwrap()), n.to_string());
    }
    org.change_person(ann, |m| m.suspended = true).await;
    assert_eq!(client.end().await, End::Revoked);
}

#[tokio::test]
async fn a_cursor_from_the_one_resumes_at_the_other() {
    let world = World::new();
    let org = world.organization("a").await;
    let (ann, bob) = (org.person(1, Role::Member).await, org.person(2, Role::Guest).await);
    for who in [ann, bob] {
        org.join(id(50), GroupKind::Room, who).await;
    }
    // It hears of nothing: what it knows, it knows from those who come in.
    let there = second(&world, &Bus::in_process(), None);
    let _early = org.connect_at(&there, member(ann), None, Scopes::FULL).await.unwrap();
    for viewer in [member(ann), member(bob)] {
        let mut here = org.connect(viewer, None).await.unwrap();
        for n in 0..30 {
            org.say(room(50), &n.to_string()).await;
        }
        let mut cursor = here.cursor();
        for n in 0..=30 {
            let mut client = org.connect_at(&there, viewer, Some(&cursor), Scopes::FULL).await.unwrap();
            assert!(client.resumed());
            for m in n..30 {
                assert_eq!(says(&client.next().await.unwrap()), m.to_string());
            }
            if n < 30 {
                cursor = crate::world::cursor_of(&here.next().await.unwrap());
            }
        }
    }
}

#[tokio::test]
async fn a_withdrawn_token_is_out_on_every_node() {
    let world = World::new();
    let org = world.organization("a").await;
    let ann = org.person(1, Role::Member).await;
    let there = second(&world, &world.bus, None);
    let contact =
        Viewer::Contact { id: portico_types::ContactId(id(31)), inbox: portico_types::InboxId(id(60)) };
    let mut stays = org.connect_at(&there, member(ann), None, Scopes::FULL).await.unwrap();
    let mut gone = org.connect_at(&there, contact, None, Scopes::FULL).await.unwrap();
    world.hub.end_token(org.tenant, TokenId(id(77)));
    world.hub.end_contact(org.tenant, portico_types::ContactId(id(31)));
    assert_eq!(gone.end().await, End::Revoked);
    org.mark("end").await;
    assert!(stays.heard("end").await.is_empty());
}

#[tokio::test]
async fn nodes_know_who_is_at_the_others() {
    let world = World::new();
    let org = world.organization("a").await;
    let (ann, bob) = (org.person(1, Role::Member).await, org.person(2, Role::Member).await);
    let there = second(&world, &world.bus, None);
    let mut here = org.enter(ann).await;
    let at_other = org.connect_at(&there, member(bob), None, Scopes::FULL).await.unwrap();
    loop {
        let frame = here.moment("presence").await;
        if let Some(state) = frame["data"]["members"].get(bob.to_string()) {
            assert_eq!(state, "online");
            break;
        }
    }
    assert!(world.hub.is_online(org.tenant, bob));
    assert_eq!(world.hub.presence(org.tenant).len(), 2);
    drop(at_other);
    world.clock.advance(61_000);
    loop {
        let frame = here.moment("presence").await;
        if let Some(state) = frame["data"]["members"].get(bob.to_string()) {
            assert_eq!(state, "offline");
            break;
        }
    }
    assert!(!world.hub.is_online(org.tenant, bob));
}

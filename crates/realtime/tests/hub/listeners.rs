//! Message after message goes to whoever heard the last, until who may hear changes. Every such change falls between
//! messages here; the hub compares what it kept with what it would decide.

use crate::world::{Client, Org, World, id, member, posted, room, says, to};
use portico_domain::{
    member::Role,
    room::{GroupKind, Ring},
};
use portico_realtime::End;

/// Messages after which it is kept who hears them, and more.
const LONG: usize = 4;

/// Says a few things, each in its own commit and after everybody has heard what came before.
async fn talk(org: &Org<'_>, ring: Ring, hearers: &mut [&mut Client]) {
    for n in 0..LONG {
        let text = format!("{ring:?} {n}");
        org.emit(Some(room(50)), to(id(50), ring), posted(room(50), ring, &text)).await;
        for client in &mut *hearers {
            assert_eq!(client.next().await.map(|frame| says(&frame)), Ok(text.clone()));
        }
    }
}

#[tokio::test]
async fn whoever_may_hear_now_hears_the_next_message() {
    let world = World::new();
    let org = world.organization("a").await;
    let (ann, bob) = (org.person(1, Role::Member).await, org.person(2, Role::Member).await);
    let (guest, other) = (org.person(3, Role::Guest).await, org.person(4, Role::Member).await);
    for who in [ann, bob, guest] {
        org.join(id(50), GroupKind::Room, who).await;
    }
    let (mut one, mut two) = (org.enter(ann).await, org.enter(bob).await);
    let (mut outer, mut strange) = (org.enter(guest).await, org.enter(other).await);
    talk(&org, Ring::Everyone, &mut [&mut one, &mut two, &mut outer]).await;
    // What the team says among itself, in the same room.
    talk(&org, Ring::Team, &mut [&mut one, &mut two]).await;
    talk(&org, Ring::Guests, &mut [&mut one, &mut two, &mut outer]).await;
    // Somebody goes.
    org.leave(id(50), GroupKind::Room, bob).await;
    for client in [&mut one, &mut two, &mut outer] {
        assert_eq!(client.next().await.map(|frame| says(&frame)), Ok("member.left".into()));
    }
    talk(&org, Ring::Everyone, &mut [&mut one, &mut outer]).await;
    // Another comes.
    org.join(id(50), GroupKind::Room, other).await;
    for client in [&mut one, &mut outer, &mut strange] {
        assert_eq!(client.next().await.map(|frame| says(&frame)), Ok("member.joined".into()));
    }
    talk(&org, Ring::Everyone, &mut [&mut one, &mut outer, &mut strange]).await;
    // A second device, and the first is put away.
    let mut second = org.enter(ann).await;
    talk(&org, Ring::Everyone, &mut [&mut one, &mut second, &mut outer, &mut strange]).await;
    drop(one);
    talk(&org, Ring::Everyone, &mut [&mut second, &mut outer, &mut strange]).await;
    // One is suspended, one becomes a guest.
    org.change_person(other, |m| m.suspended = true).await;
    assert_eq!(strange.end().await, End::Revoked);
    for client in [&mut second, &mut outer] {
        assert_eq!(client.next().await.map(|frame| says(&frame)), Ok("person.updated".into()));
    }
    talk(&org, Ring::Team, &mut [&mut second]).await;
    org.change_person(ann, |m| m.role = Role::Guest).await;
    assert_eq!(second.end().await, End::Resync);
    let mut second = org.connect(member(ann), None).await.unwrap();
    assert_eq!(outer.next().await.map(|frame| says(&frame)), Ok("person.updated".into()));
    talk(&org, Ring::Everyone, &mut [&mut second, &mut outer]).await;
    org.mark("end").await;
    for client in [&mut second, &mut outer, &mut two] {
        client.until("end").await;
    }
}

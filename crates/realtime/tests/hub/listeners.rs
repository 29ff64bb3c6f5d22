//! Message after message goes to whoever heard the last, until who may hear changes. Every such change falls between
//! messages here; the hub compares what it kept with what it would decide.

use crate::world::{Client, Org, World, id, member, posted, room, says, to};
use portico_domain::{
    event::{Audience, Event},
    member::Role,
    room::{GroupKind, Ring},
};
use portico_realtime::End;
use portico_types::{MemberId, MessageId, TeamId};

/// Messages after which it is kept who hears them, and more.
const LONG: usize = 4;

/// Says a few things, each in its own commit and after everybody has heard what came before.
async fn talk(org: &Org<'_>, ring: Ring, hearers: &mut [&mut Client]) {
    talk_to(org, to(id(50), ring), hearers).await;
}

async fn talk_to(org: &Org<'_>, audience: Audience, hearers: &mut [&mut Client]) {
    for n in 0..LONG {
        let text = format!("{audience:?} {n}");
        org.emit(Some(room(50)), audience.clone(), posted(room(50), Ring::Everyone, &text)).await;
        for client in &mut *hearers {
            assert_eq!(client.next().await.map(|frame| says(&frame)), Ok(text.clone()));
        }
        // Of no concern to who hears: somebody who is not here has saved something.
        let saved = Event::SavedChanged { message_id: MessageId(id(1)), saved: true };
        org.emit(None, Audience::Member(MemberId(id(99))), saved).await;
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
    all_hear("member.left", &mut [&mut one, &mut two, &mut outer]).await;
    talk(&org, Ring::Everyone, &mut [&mut one, &mut outer]).await;
    // Another comes.
    org.join(id(50), GroupKind::Room, other).await;
    all_hear("member.joined", &mut [&mut one, &mut outer, &mut strange]).await;
    talk(&org, Ring::Everyone, &mut [&mut one, &mut outer, &mut strange]).await;
    // A second device, and the first is put away.
    let mut second = org.enter(ann).await;
    talk(&org, Ring::Everyone, &mut [&mut one, &mut second, &mut outer, &mut strange]).await;
    drop(one);
    talk(&org, Ring::Everyone, &mut [&mut second, &mut outer, &mut strange]).await;
    // One is suspended, one becomes a guest.
    org.change_person(other, |m| m.suspended = true).await;
    assert_eq!(strange.end().await, End::Revoked);
    all_hear("person.updated", &mut [&mut second, &mut outer]).await;
    talk(&org, Ring::Team, &mut [&mut second]).await;
    org.change_person(ann, |m| m.role = Role::Guest).await;
    assert_eq!(second.end().await, End::Resync);
    let mut second = org.connect(member(ann), None).await.unwrap();
    all_hear("person.updated", &mut [&mut outer]).await;
    talk(&org, Ring::Everyone, &mut [&mut second, &mut outer]).await;
    org.mark("end").await;
    for client in [&mut second, &mut outer, &mut two] {
        client.until("end").await;
    }
}

/// What everybody here hears next.
async fn all_hear(what: &str, clients: &mut [&mut Client]) {
    for client in clients {
        assert_eq!(client.next().await.map(|frame| says(&frame)), Ok(what.to_owned()));
    }
}

#[tokio::test]
async fn a_rank_and_a_team_that_are_gone_count_at_once() {
    let world = World::new();
    let org = world.organization("a").await;
    let (ann, bob) = (org.person(1, Role::Member).await, org.person(2, Role::Member).await);
    let boss = org.person(3, Role::Admin).await;
    for who in [ann, bob] {
        org.join(id(60), GroupKind::Inbox, who).await;
        org.join(id(70), GroupKind::Team, who).await;
    }
    let (mut one, mut two, mut three) = (org.enter(ann).await, org.enter(bob).await, org.enter(boss).await);
    let inbox = Audience::Group { group: id(60), ring: Ring::Team, outside: None, admins: true };
    talk_to(&org, inbox.clone(), &mut [&mut one, &mut two, &mut three]).await;
    org.change_person(boss, |m| m.role = Role::Member).await;
    all_hear("person.updated", &mut [&mut one, &mut two, &mut three]).await;
    talk_to(&org, inbox, &mut [&mut one, &mut two]).await;
    let team = to(id(70), Ring::Team);
    talk_to(&org, team.clone(), &mut [&mut one, &mut two]).await;
    org.emit(None, Audience::Members, Event::TeamRemoved { team_id: TeamId(id(70)) }).await;
    all_hear("team.removed", &mut [&mut one, &mut two, &mut three]).await;
    talk_to(&org, team, &mut []).await;
    org.mark("end").await;
    for client in [&mut one, &mut two, &mut three] {
        assert!(client.until("end").await.is_empty());
    }
}

//! Typing, presence, viewing: told to the right people, thinned out, kept nowhere.

use crate::world::{Client, Org, World, id, json, member, room};
use portico_domain::{
    member::{PresenceChoice, Role},
    message::{Author, AuthorKind},
    room::{GroupKind, Ring},
    session::{Scope, Scopes},
};
use portico_realtime::{Batch, Place, Presence, Signal, Typing, Viewer};
use portico_types::{ContactId, Id, InboxId, MemberId, Millis};
use serde_json::{Value, json as value};

fn author(kind: AuthorKind, who: Id) -> Author {
    Author { kind, id: Some(who), name: "Someone".into() }
}

fn channel() -> Place {
    Place { room: room(50), group: id(50), outside: None, admins: false }
}

fn conversation() -> Place {
    Place { room: room(80), group: id(60), outside: Some(id(31)), admins: true }
}

fn typing(place: Place, ring: Ring, author: Author, text: Option<&str>) -> Signal {
    Signal::Typing(Typing { place, ring, thread: None, author, text: text.map(Into::into) })
}

/// All that comes of a kind until the mark.
async fn moments(client: &mut Client, kind: &str, mark: &str) -> Vec<Value> {
    let mut all = Vec::new();
    loop {
        let Batch::Frames(frames) = client.connection.next().await else { panic!("it ended") };
        for frame in frames {
            let frame = json(std::str::from_utf8(&frame).unwrap());
            if frame["data"]["organization"]["name"] == mark {
                return all;
            }
            if frame["type"] == kind {
                all.push(frame);
            }
        }
    }
}

/// A mark that everything signalled before it has passed: signals and events go through the same task, in turn.
async fn settle(org: &Org<'_>) {
    org.mark("first").await;
    org.mark("end").await;
}

#[tokio::test]
async fn typing_reaches_the_rooms_people_and_not_its_author() {
    let world = World::new();
    let org = world.organization("a").await;
    let (ann, bob, eve) = (
        org.person(1, Role::Member).await,
        org.person(2, Role::Member).await,
        org.person(3, Role::Member).await,
    );
    let guest = org.person(4, Role::Guest).await;
    for who in [ann, bob, guest] {
        org.join(id(50), GroupKind::Room, who).await;
    }
    let mut clients = Vec::new();
    for who in [ann, bob, guest, eve] {
        clients.push(org.enter(who).await);
    }
    world.hub.signal(org.tenant, typing(channel(), Ring::Everyone, author(AuthorKind::Member, ann.0), None));
    let expected = value!({"type": "typing", "room": room(50).to_string(), "data": {
        "author": {"kind": "member", "id": ann.to_string(), "name": "Someone"}, "thread_id": null}});
    for at in [1, 2] {
        assert_eq!(clients[at].moment("typing").await, expected);
    }
    settle(&org).await;
    for at in [0, 3] {
        assert!(moments(&mut clients[at], "typing", "end").await.is_empty());
    }
}

#[tokio::test]
async fn on_a_desk_the_text_stays_with_the_team_and_notes_inside() {
    let world = World::new();
    let org = world.organization("a").await;
    let (agent, owner) = (org.person(1, Role::Member).await, org.person(2, Role::Owner).await);
    org.join(id(60), GroupKind::Inbox, agent).await;
    let contact = Viewer::Contact { id: ContactId(id(31)), inbox: InboxId(id(60)) };
    let other_inbox = Viewer::Contact { id: ContactId(id(31)), inbox: InboxId(id(61)) };
    let mut at_agent = org.enter(agent).await;
    let mut at_owner = org.enter(owner).await;
    let mut at_contact = org.connect(contact, None).await.unwrap();
    let mut elsewhere = org.connect(other_inbox, None).await.unwrap();
    let mut read_only =
        org.connect_at(&world.hub, member(agent), None, Scopes::of(&[Scope::Read])).await.unwrap();

    let visitor = author(AuthorKind::Contact, id(31));
    world.hub.signal(org.tenant, typing(conversation(), Ring::Everyone, visitor, Some("my card number is")));
    for client in [&mut at_agent, &mut at_owner] {
        assert_eq!(client.moment("typing").await["data"]["text"], "my card number is");
    }
    let agents = author(AuthorKind::Member, agent.0);
    world.hub.signal(org.tenant, typing(conversation(), Ring::Team, agents.clone(), None));
    assert_eq!(at_owner.moment("typing").await["data"]["author"]["id"], agent.to_string());
    world.clock.advance(Millis::SECOND);
    world.hub.signal(org.tenant, typing(conversation(), Ring::Everyone, agents, Some("hidden draft")));
    // The contact hears neither of their own typing nor of the note, and only a name.
    assert_eq!(
        at_contact.moment("typing").await,
        value!({"type": "typing", "data": {"author": {"name": "Someone"}}})
    );
    settle(&org).await;
    assert!(moments(&mut read_only, "typing", "end").await.is_empty());
    world.hub.shutdown();
    assert!(matches!(elsewhere.connection.next().await, Batch::End(_)));
}

#[tokio::test]
async fn typing_is_thinned_out_and_the_latest_stands() {
    let world = World::new();
    let org = world.organization("a").await;
    let agent = org.person(1, Role::Member).await;
    org.join(id(60), GroupKind::Inbox, agent).await;
    let mut client = org.enter(agent).await;
    for n in 0..50 {
        let visitor = author(AuthorKind::Contact, id(31));
        world.hub.signal(org.tenant, typing(conversation(), Ring::Everyone, visitor, Some(&format!("t{n}"))));
    }
    assert_eq!(client.moment("typing").await["data"]["text"], "t0");
    settle(&org).await;
    assert!(moments(&mut client, "typing", "end").await.is_empty());
    world.clock.advance(Millis::SECOND);
    assert_eq!(client.moment("typing").await["data"]["text"], "t49");
}

async fn shown(client: &mut Client, who: MemberId) -> Value {
    loop {
        let frame = client.moment("presence").await;
        if let Some(state) = frame["data"]["members"].get(who.to_string()) {
            return state.clone();
        }
    }
}

#[tokio::test]
async fn presence_follows_connections_activity_and_choice() {
    let world = World::new();
    let org = world.organization("a").await;
    let (ann, bob) = (org.person(1, Role::Member).await, org.person(2, Role::Member).await);
    let (mut watch, device) = (org.enter(ann).await, org.enter(bob).await);
    let second = org.enter(bob).await;
    tokio::time::pause();
    let hub = &world.hub;
    let is = |who| hub.presence(org.tenant).get(&who).copied();
    assert_eq!(is(bob), Some(Presence::Online));
    assert_eq!(shown(&mut watch, bob).await, "online");
    // One device left alone, the other not.
    device.connection.controls().set_active(false);
    assert_eq!(is(bob), Some(Presence::Online));
    second.connection.controls().set_active(false);
    assert_eq!(shown(&mut watch, bob).await, "away");
    assert!(!hub.is_online(org.tenant, bob));
    device.connection.controls().set_active(true);
    assert_eq!(shown(&mut watch, bob).await, "online");
    // Nobody has said for five minutes that somebody is there.
    world.clock.advance(5 * Millis::MINUTE);
    assert_eq!(shown(&mut watch, bob).await, "away");
    device.connection.controls().set_active(true);
    assert_eq!(shown(&mut watch, bob).await, "online");
    drop((device, second));
    world.clock.advance(59 * Millis::SECOND);
    assert_eq!(is(bob), Some(Presence::Online));
    world.clock.advance(Millis::SECOND);
    assert_eq!(shown(&mut watch, bob).await, "offline");
    assert_eq!(is(bob), None);
}

#[tokio::test]
async fn what_a_member_chose_is_what_others_see() {
    let world = World::new();
    let org = world.organization("a").await;
    let (ann, bob) = (org.person(1, Role::Member).await, org.person(2, Role::Member).await);
    let guest = org.person(3, Role::Guest).await;
    org.join(id(60), GroupKind::Inbox, bob).await;
    let (mut watch, _device) = (org.enter(ann).await, org.enter(bob).await);
    let mut outsider = org.enter(guest).await;
    let inbox = InboxId(id(60));
    assert!(world.hub.inbox_online(org.tenant, inbox));
    assert!(!world.hub.inbox_online(org.tenant, InboxId(id(61))));
    assert_eq!(shown(&mut watch, bob).await, "online");
    for (choice, state) in [
        (PresenceChoice::Away, "away"),
        (PresenceChoice::Dnd, "dnd"),
        (PresenceChoice::Offline, "offline"),
        (PresenceChoice::Auto, "online"),
    ] {
        org.change_person(bob, move |m| m.presence = choice).await;
        assert_eq!(shown(&mut watch, bob).await, state);
        assert_eq!(world.hub.inbox_online(org.tenant, inbox), choice == PresenceChoice::Auto);
        assert!(world.hub.is_online(org.tenant, bob));
    }
    // A guest who shares nothing with them hears nothing of it.
    org.mark("end").await;
    let heard = moments(&mut outsider, "presence", "end").await;
    let only =
        |f: &Value| f["data"]["members"].as_object().unwrap().keys().all(|id| *id == guest.to_string());
    assert!(heard.iter().all(only), "{heard:?}");
}

#[tokio::test]
async fn the_team_sees_who_looks_at_a_conversation() {
    let world = World::new();
    let org = world.organization("a").await;
    let (ann, bob) = (org.person(1, Role::Member).await, org.person(2, Role::Member).await);
    for who in [ann, bob] {
        org.join(id(60), GroupKind::Inbox, who).await;
    }
    let contact = Viewer::Contact { id: ContactId(id(31)), inbox: InboxId(id(60)) };
    let (mut at_ann, at_bob) = (org.enter(ann).await, org.enter(bob).await);
    let mut outside = org.connect(contact, None).await.unwrap();
    let viewing = |ids: &[MemberId]| {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        value!({"type": "viewing", "room": room(80).to_string(), "data": {"member_ids": ids}})
    };
    at_ann.connection.controls().set_viewing(Some(conversation()));
    assert_eq!(at_ann.moment("viewing").await, viewing(&[ann]));
    at_bob.connection.controls().set_viewing(Some(conversation()));
    assert_eq!(at_ann.moment("viewing").await, viewing(&[ann, bob]));
    at_ann.connection.controls().set_viewing(None);
    assert_eq!(at_ann.moment("viewing").await, viewing(&[bob]));
    drop(at_bob);
    assert_eq!(at_ann.moment("viewing").await, viewing(&[]));
    world.hub.shutdown();
    assert!(matches!(outside.connection.next().await, Batch::End(_)));
}

#[tokio::test]
async fn people_who_come_together_are_told_in_one_frame() {
    let world = World::new();
    let org = world.organization("a").await;
    let ann = org.person(1, Role::Member).await;
    let mut watch = org.enter(ann).await;
    assert_eq!(shown(&mut watch, ann).await, "online");
    let mut came = Vec::new();
    for n in 2..12 {
        let who = org.person(n, Role::Member).await;
        came.push((who, org.enter(who).await));
    }
    let mut told = Vec::new();
    let mut frames = 0;
    while told.len() < came.len() {
        let frame = watch.moment("presence").await;
        frames += 1;
        told.extend(frame["data"]["members"].as_object().unwrap().keys().cloned());
    }
    told.sort();
    let mut who: Vec<String> = came.iter().map(|(who, _)| who.to_string()).collect();
    who.sort();
    assert_eq!(told, who, "each once");
    assert!(frames < came.len(), "{frames} frames");
}

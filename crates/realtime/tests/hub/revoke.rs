//! What is taken away is gone before anything that happens later.

use crate::world::{World, id, join, json, leave, member, posted, room, says, to};
use portico_domain::{
    contact::Contact,
    event::{Audience, Event},
    member::Role,
    room::{GroupKind, Ring},
    session::Scopes,
};
use portico_realtime::{End, Viewer};
use portico_store::NewSession;
use portico_types::{
    ContactId, ErrorCode, InboxId, Millis, ReporterId, RoomId, SecretHash, SessionId, TokenId,
};

const ROUNDS: usize = 20;

#[tokio::test]
async fn who_leaves_hears_that_and_nothing_after() {
    let world = World::new();
    let org = world.organization("a").await;
    let (ann, bob) = (org.person(1, Role::Member).await, org.person(2, Role::Member).await);
    org.join(id(50), GroupKind::Room, bob).await;
    let (mut client, mut stays) = (org.enter(ann).await, org.enter(bob).await);
    for together in [false, true] {
        for left_at in 0..ROUNDS {
            let texts: Vec<String> = (0..ROUNDS).map(|n| format!("{left_at}/{n}")).collect();
            if together {
                // All in one commit: the hub gets them in one go.
                let texts = texts.clone();
                org.write(move |tx| {
                    join(tx, id(50), GroupKind::Room, ann)?;
                    for (n, text) in texts.iter().enumerate() {
                        if n == left_at {
                            leave(tx, id(50), GroupKind::Room, ann)?;
                        }
                        let event = posted(room(50), Ring::Everyone, text);
                        tx.emit(Millis(1), Some(room(50)), to(id(50), Ring::Everyone), event);
                    }
                    Ok(())
                })
                .await;
            } else {
                org.join(id(50), GroupKind::Room, ann).await;
                for (n, text) in texts.iter().enumerate() {
                    if n == left_at {
                        org.leave(id(50), GroupKind::Room, ann).await;
                    }
                    org.say(room(50), text).await;
                }
            }
            org.mark("end").await;
            let mut expected = vec!["member.joined".to_owned()];
            expected.extend_from_slice(&texts[..left_at]);
            expected.push("member.left".into());
            assert_eq!(client.heard("end").await, expected);
            assert_eq!(stays.heard("end").await.len(), ROUNDS + 2);
        }
    }
}

#[tokio::test]
async fn who_is_suspended_is_out_at_once_and_stays_out() {
    let world = World::new();
    let org = world.organization("a").await;
    let (ann, bob) = (org.person(1, Role::Member).await, org.person(2, Role::Member).await);
    let (mut one, mut two, mut stays) = (org.enter(ann).await, org.enter(ann).await, org.enter(bob).await);
    org.change_person(ann, |m| m.suspended = true).await;
    org.mark("end").await;
    assert_eq!(one.connection.next().await, portico_realtime::Batch::End(End::Revoked));
    assert_eq!(two.end().await, End::Revoked);
    assert_eq!(stays.heard("end").await, ["person.updated"]);
    let refused = org.connect(member(ann), None).await.err().unwrap();
    assert_eq!(refused.code(), ErrorCode::Unauthenticated);
    org.change_person(ann, |m| m.suspended = false).await;
    org.mark("back").await;
    stays.until("back").await;
    org.enter(ann).await;
}

#[tokio::test]
async fn a_session_that_ends_takes_its_connections_along() {
    let world = World::new();
    let org = world.organization("a").await;
    let ann = org.person(1, Role::Member).await;
    let at = crate::world::now(&world);
    let session = |n: u32| Viewer::Member { id: ann, session: Some(SessionId(id(n))), token: None };
    org.write(move |tx| {
        for n in [11, 12] {
            tx.insert_session(&NewSession {
                id: SessionId(id(n)),
                member: ann,
                hash: SecretHash([n as u8; 32]),
                csrf: "",
                at,
                expires_at: at.plus(Millis::DAY),
                user_agent: "",
                ip: "",
            })?;
        }
        Ok(())
    })
    .await;
    let (mut ends, mut stays) =
        (org.connect(session(11), None).await.unwrap(), org.connect(session(12), None).await.unwrap());
    let cursor = ends.cursor();
    org.write(move |tx| {
        for session_id in tx.end_sessions(ann, Some(SessionId(id(11))), None)? {
            tx.emit(at, None, Audience::Member(ann), Event::SessionEnded { session_id });
        }
        Ok(())
    })
    .await;
    org.mark("end").await;
    assert_eq!(stays.heard("end").await, ["session.ended"]);
    assert_eq!(ends.connection.next().await, portico_realtime::Batch::End(End::Revoked));
    for cursor in [None, Some(cursor.as_str())] {
        let refused = org.connect(session(11), cursor).await.err().unwrap();
        assert_eq!(refused.code(), ErrorCode::Unauthenticated);
    }
    // Over when its time is over, too.
    world.clock.advance(Millis::DAY);
    assert_eq!(org.connect(session(12), None).await.err().unwrap().code(), ErrorCode::Unauthenticated);
}

#[tokio::test]
async fn tokens_contacts_and_reporters_are_ended_by_name() {
    let world = World::new();
    let org = world.organization("a").await;
    let ann = org.person(1, Role::Member).await;
    let contact = |n: u32| Viewer::Contact { id: ContactId(id(n)), inbox: InboxId(id(60)) };
    let reporter = |n: u32| Viewer::Reporter { id: ReporterId(id(n)), room: RoomId(id(70)) };
    let mut clients = Vec::new();
    for viewer in [contact(31), contact(32), contact(33), reporter(31), reporter(32), member(ann)] {
        clients.push(org.connect(viewer, None).await.unwrap());
    }
    let mut stays = clients.pop().unwrap();
    world.hub.end_contact(org.tenant, ContactId(id(31)));
    world.hub.end_reporter(org.tenant, ReporterId(id(32)));
    world.hub.end_token(org.tenant, TokenId(id(41)));
    let contact = Contact {
        id: ContactId(id(33)),
        display_id: 1,
        name: "c".into(),
        email: None,
        phone: None,
        identifier: None,
        verified: false,
        attributes: std::collections::BTreeMap::default(),
        locale: String::new(),
        time_zone: None,
        page: None,
        created_at: Millis(1),
        last_seen_at: Millis(1),
        blocked: true,
    };
    org.emit(None, to(id(60), Ring::Team), Event::ContactUpdated { contact: Box::new(contact) }).await;
    org.mark("end").await;
    assert!(stays.heard("end").await.is_empty());
    assert_eq!(world.hub.stats().connections, 3);
    for gone in [0, 2, 4] {
        assert_eq!(clients[gone].end().await, End::Revoked);
    }
}

#[tokio::test]
async fn who_becomes_a_guest_fetches_anew() {
    let world = World::new();
    let org = world.organization("a").await;
    let (ann, boss) = (org.person(1, Role::Member).await, org.person(2, Role::Owner).await);
    let (mut client, mut owner) = (org.enter(ann).await, org.enter(boss).await);
    let plain = client.cursor();
    org.change_person(ann, |m| m.role = Role::Guest).await;
    assert_eq!(client.end().await, End::Resync);
    assert_eq!(org.connect(member(ann), Some(&plain)).await.err().unwrap().field(), Some("cursor"));
    let guest = org.enter(ann).await;
    let sealed = guest.cursor();
    assert_eq!(sealed.len(), 64);
    // Back again: the sealed cursor still names the place.
    org.change_person(ann, |m| m.role = Role::Member).await;
    let mut again = org.connect(member(ann), Some(&sealed)).await.unwrap();
    assert!(again.resumed());
    assert_eq!(again.next().await.map(|f| says(&f)), Ok("person.updated".into()));
    // A change of rank inside the team ends nothing, but counts at once.
    org.emit(
        None,
        Audience::Admins,
        Event::SavedChanged { message_id: portico_types::MessageId(id(1)), saved: true },
    )
    .await;
    org.change_person(boss, |m| m.role = Role::Member).await;
    org.emit(
        None,
        Audience::Admins,
        Event::SavedChanged { message_id: portico_types::MessageId(id(2)), saved: true },
    )
    .await;
    org.mark("end").await;
    let heard = owner.until("end").await;
    let saved: Vec<_> = heard
        .iter()
        .filter(|f| says(f) == "saved.changed")
        .map(|f| json(f)["data"]["message_id"].clone())
        .collect();
    assert_eq!(saved, [id(1).to_string()]);
    assert!(again.heard("end").await.iter().all(|s| s == "person.updated"));
}

#[tokio::test]
async fn a_member_who_was_just_added_gets_in() {
    let world = World::new();
    let org = world.organization("a").await;
    let ann = org.person(1, Role::Member).await;
    let _here = org.enter(ann).await;
    world.hold();
    let bob = org.person(2, Role::Member).await;
    // Though this node has not been told of them yet.
    let client = org.connect_at(&world.hub, member(bob), None, Scopes::FULL).await.unwrap();
    assert_eq!(client.cursor(), org.last().await.to_string());
}

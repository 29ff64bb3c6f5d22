//! What each kind of viewer gets, byte by byte where it matters.

use crate::world::{Client, World, cursor_of, id, json, member, posted, room, says, to};
use portico_domain::{
    event::{Audience, Draft, Event},
    member::Role,
    message::ThreadInfo,
    room::{GroupKind, Ring, Room, RoomKind},
    session::{Scope, Scopes},
    team::Team,
};
use portico_realtime::Viewer;
use portico_types::{ContactId, InboxId, LogPlace, MessageId, Millis, ReporterId, RoomId, TeamId};

#[tokio::test]
async fn a_members_frame_is_the_logs_own_record_with_its_number() {
    let world = World::new();
    let org = world.organization("a").await;
    let (ann, bob) = (org.person(1, Role::Member).await, org.person(2, Role::Member).await);
    for who in [ann, bob] {
        org.join(id(50), GroupKind::Room, who).await;
    }
    let mut clients = [org.enter(ann).await, org.enter(bob).await];
    org.say(room(50), "hello").await;
    org.mark("end").await;
    let last = org.last().await;
    let log = world.db.read(org.tenant, move |r| r.events_after(last - 2, 2)).await.unwrap();
    for client in &mut clients {
        let rest = |i: usize| log[i].body.strip_prefix('{').unwrap().to_owned();
        let said = format!("{{\"cursor\":\"{}\",\"room\":\"{}\",{}", last - 1, room(50), rest(0));
        assert_eq!(client.next().await.unwrap(), said);
        assert_eq!(
            client.next().await.unwrap(),
            format!("{{\"cursor\":\"{last}\",\"room\":null,{}", rest(1))
        );
        assert_eq!(json(&said)["data"]["message"]["body"]["text"], "hello");
    }
}

#[tokio::test]
async fn guests_get_less_and_cursors_of_their_own() {
    let world = World::new();
    let org = world.organization("a").await;
    let (gil, mia) = (org.person(1, Role::Guest).await, org.person(2, Role::Member).await);
    let (zoe, guest2) = (org.person(3, Role::Member).await, org.person(4, Role::Guest).await);
    for who in [gil, mia, guest2] {
        org.join(id(50), GroupKind::Room, who).await;
    }
    for who in [gil, zoe] {
        org.join(id(70), GroupKind::Program, who).await;
    }
    // Guests handle no conversations, even were one in an inbox's group.
    org.join(id(60), GroupKind::Inbox, gil).await;
    let stranger = org.person(5, Role::Member).await;
    let (mut guest, mut other, mut team) =
        (org.enter(gil).await, org.enter(guest2).await, org.enter(mia).await);

    for ring in [Ring::Team, Ring::Guests, Ring::Everyone] {
        let text = format!("{ring:?}");
        org.emit(Some(room(80)), to(id(70), ring), posted(room(80), ring, &text)).await;
        org.emit(Some(room(81)), to(id(60), ring), posted(room(81), ring, "inbox")).await;
    }
    for who in [mia, stranger, gil] {
        org.change_person(who, |_| {}).await;
    }
    let team_id = TeamId(id(90));
    let updated =
        Team { id: team_id, display_id: 1, handle: "t".into(), name: "t".into(), member_ids: vec![gil] };
    org.emit(None, Audience::Everyone, Event::TeamUpdated { team: updated }).await;
    org.emit(None, Audience::Everyone, Event::TeamRemoved { team_id }).await;
    org.emit(None, Audience::Members, posted(room(1), Ring::Everyone, "members only")).await;
    org.say(room(50), "channel").await;
    org.mark("end").await;

    let frames = guest.until("end").await;
    let heard: Vec<String> = frames.iter().map(|f| says(f)).collect();
    assert_eq!(heard, ["Guests", "Everyone", "person.updated", "person.updated", "channel"]);
    let people: Vec<_> =
        frames.iter().map(|f| json(f)["data"]["member"].clone()).filter(|m| !m.is_null()).collect();
    assert_eq!(people[0]["id"], mia.to_string());
    assert!(people.iter().all(|m| m["email"].is_null() && m["name"].is_string()));
    assert!(frames.iter().all(|f| !f.contains("@example.org")));
    let seen = team.until("end").await;
    assert!(seen.iter().any(|f| f.contains("@example.org")));
    assert_eq!(seen.len(), 3 + 2 + 2);

    // Each guest's cursors are theirs: the same event, different ones, and the other's opens nothing.
    let others = other.until("end").await;
    let (mine, theirs) = (frames.last().unwrap(), others.last().unwrap());
    assert_eq!((says(mine), says(theirs)), ("channel".into(), "channel".into()));
    assert_ne!(cursor_of(mine), cursor_of(theirs));
    assert_eq!(mine.split_once(",\"room\"").unwrap().1, theirs.split_once(",\"room\"").unwrap().1);
    assert!(!mine.contains(&format!("\"{}\"", org.last().await - 1)));
    assert!(org.connect(member(gil), Some(&cursor_of(mine))).await.unwrap().resumed());
    for stolen in [cursor_of(theirs), org.last().await.to_string()] {
        assert_eq!(org.connect(member(gil), Some(&stolen)).await.err().unwrap().field(), Some("cursor"));
    }
    let at = org.last().await;
    let made = world.hub.cursor(org.tenant, &member(gil), Some(Role::Guest), LogPlace { epoch: 0, seq: at });
    assert_eq!(org.connect(member(gil), Some(&made)).await.unwrap().cursor(), made);
    assert_eq!(
        world.hub.cursor(org.tenant, &member(mia), Some(Role::Member), LogPlace { epoch: 0, seq: at }),
        at.to_string()
    );
}

#[tokio::test]
async fn the_people_of_a_new_direct_room_hear_of_it_and_nobody_else() {
    let world = World::new();
    let org = world.organization("a").await;
    let people = [org.person(1, Role::Member).await, org.person(2, Role::Guest).await];
    let boss = org.person(3, Role::Owner).await;
    let mut clients = [org.enter(people[0]).await, org.enter(people[1]).await, org.enter(boss).await];
    let direct = Room {
        id: room(50),
        kind: RoomKind::Direct,
        name: String::new(),
        handle: String::new(),
        visibility: None,
        topic: String::new(),
        purpose: String::new(),
        team_id: None,
        member_ids: people.to_vec(),
        member_count: 2,
        archived_at: None,
        last_number: 0,
        root_count: 0,
        last_at: Millis(1),
        created_at: Millis(1),
        created_by: Some(people[0]),
        state: None,
        audience: id(50),
    };
    let created = Event::RoomCreated { room: Box::new(direct) };
    org.emit(Some(room(50)), to(id(50), Ring::Everyone), created).await;
    org.say(room(50), "hello").await;
    org.mark("end").await;
    for client in &mut clients[..2] {
        assert_eq!(client.heard("end").await, ["room.created", "hello"]);
    }
    assert!(clients[2].heard("end").await.is_empty());
}

fn outside(group: u32, ring: Ring, who: u32) -> Audience {
    Audience::Group { group: id(group), ring, outside: Some(id(who)), admins: true }
}

#[tokio::test]
async fn outside_people_get_their_own_room_in_the_widest_ring() {
    let world = World::new();
    let (org, elsewhere) = (world.organization("a").await, world.organization("b").await);
    let contact = |n: u32| Viewer::Contact { id: ContactId(id(n)), inbox: InboxId(id(60)) };
    let reporter = Viewer::Reporter { id: ReporterId(id(33)), room: RoomId(id(83)) };
    let mut clients: Vec<Client> = Vec::new();
    for viewer in [contact(31), contact(32), reporter] {
        clients.push(org.connect(viewer, None).await.unwrap());
    }
    let start = org.last().await;
    for (who, room_id, group) in [(31, 81, 60), (32, 82, 60), (33, 83, 70), (33, 84, 70), (31, 81, 61)] {
        for ring in [Ring::Team, Ring::Guests, Ring::Everyone] {
            let text = format!("{who}/{room_id}/{group}/{ring:?}");
            org.emit(Some(room(room_id)), outside(group, ring, who), posted(room(room_id), ring, &text))
                .await;
        }
        // What the projection does not know stays inside.
        let thread = Event::MessageThread { message_id: MessageId(id(1)), thread: ThreadInfo::default() };
        org.emit(Some(room(room_id)), outside(group, Ring::Everyone, who), thread).await;
    }
    org.mark("inside").await;
    for ends in [31, 32] {
        let text = format!("end{ends}");
        org.emit(Some(room(1)), outside(60, Ring::Everyone, ends), posted(room(1), Ring::Everyone, &text))
            .await;
    }
    org.emit(Some(room(83)), outside(70, Ring::Everyone, 33), posted(room(83), Ring::Everyone, "end33"))
        .await;

    for (client, (expected, end)) in clients.iter_mut().zip([
        ("31/81/60/Everyone", "end31"),
        ("32/82/60/Everyone", "end32"),
        ("33/83/70/Everyone", "end33"),
    ]) {
        let frames = client.until(end).await;
        assert_eq!(frames.iter().map(|f| says(f)).collect::<Vec<_>>(), [expected]);
        let frame = json(&frames[0]);
        assert_eq!(frame.as_object().unwrap().keys().collect::<Vec<_>>(), ["cursor", "data", "type"]);
        assert_eq!(frame["data"], serde_json::json!({"text": expected, "mine": false}));
        assert_eq!(cursor_of(&frames[0]).len(), 64);
        assert!((start..start + 30).all(|n| cursor_of(&frames[0]) != n.to_string()));
    }
    let cursor = clients[0].cursor();
    assert!(org.connect(contact(31), Some(&cursor)).await.unwrap().resumed());
    for (place, viewer) in [(org, contact(32)), (org, reporter), (elsewhere, contact(31))] {
        assert_eq!(place.connect(viewer, Some(&cursor)).await.err().unwrap().field(), Some("cursor"));
    }
}

#[tokio::test]
async fn owners_and_admins_hear_of_conversations_but_not_of_reports() {
    let world = World::new();
    let org = world.organization("a").await;
    let (owner, agent) = (org.person(1, Role::Owner).await, org.person(2, Role::Member).await);
    let admin_agent = org.person(3, Role::Admin).await;
    for who in [agent, admin_agent] {
        org.join(id(60), GroupKind::Inbox, who).await;
        org.join(id(70), GroupKind::Program, who).await;
    }
    let mut clients = [org.enter(owner).await, org.enter(agent).await, org.enter(admin_agent).await];
    org.emit(Some(room(80)), outside(60, Ring::Team, 31), posted(room(80), Ring::Team, "conversation")).await;
    org.emit(Some(room(81)), to(id(70), Ring::Team), posted(room(81), Ring::Team, "report")).await;
    org.mark("end").await;
    assert_eq!(clients[0].heard("end").await, ["conversation"]);
    assert_eq!(clients[1].heard("end").await, ["conversation", "report"]);
    assert_eq!(clients[2].heard("end").await, ["conversation", "report"]);
}

#[tokio::test]
async fn a_token_hears_what_its_scopes_are_for() {
    let world = World::new();
    let org = world.organization("a").await;
    let ann = org.person(1, Role::Owner).await;
    for (group, kind) in [(50, GroupKind::Room), (60, GroupKind::Inbox), (70, GroupKind::Program)] {
        org.join(id(group), kind, ann).await;
    }
    let mut clients = Vec::new();
    for scope in [Scope::Read, Scope::Customers, Scope::Security, Scope::Write] {
        clients.push(org.connect_at(&world.hub, member(ann), None, Scopes::of(&[scope])).await.unwrap());
    }
    clients.push(org.enter(ann).await);
    org.say(room(50), "channel").await;
    org.emit(
        Some(room(80)),
        outside(60, Ring::Everyone, 31),
        posted(room(80), Ring::Everyone, "conversation"),
    )
    .await;
    // An inbox without agents has no group the hub could know; owners hear of it all the same.
    org.emit(
        Some(room(82)),
        outside(61, Ring::Everyone, 32),
        posted(room(82), Ring::Everyone, "conversation"),
    )
    .await;
    org.emit(Some(room(81)), to(id(70), Ring::Everyone), posted(room(81), Ring::Everyone, "report")).await;
    // A draft of an answer on a desk says as much as the desk does.
    for n in [50, 81] {
        let draft = Draft { room_id: room(n), thread_id: None, body: "text".into(), updated_at: Millis(1) };
        org.emit(None, Audience::Member(ann), Event::DraftSaved { draft }).await;
    }
    org.emit(None, Audience::Admins, posted(room(1), Ring::Everyone, "admins")).await;
    org.mark("end").await;
    for (n, text) in [(50, "c"), (60, "d"), (70, "e")] {
        org.emit(None, to(id(n), Ring::Everyone), posted(room(n), Ring::Everyone, text)).await;
    }
    let expected: [&[&str]; 4] = [
        &["channel", "draft.saved", "end", "c"],
        &["conversation", "conversation", "d"],
        &["report", "e"],
        &[],
    ];
    for (client, expected) in clients.iter_mut().zip(expected) {
        for text in expected {
            assert_eq!(says(&client.next().await.unwrap()), *text);
        }
    }
    let all = ["channel", "conversation", "conversation", "report", "draft.saved", "draft.saved", "admins"];
    assert_eq!(clients[4].heard("end").await, all);
}

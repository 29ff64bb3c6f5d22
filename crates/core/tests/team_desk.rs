//! The Team desk's rules, on both engines: posting, reading, calling, editing, deleting, and who sees what.
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use portico_core::{
    messages::{self, DeleteMessage, EditMessage, Messages, Position, PostMessage, React, Search},
    rooms::{
        ArchiveRoom, CreateChannel, EditRoom, GetRoom, InviteToRoom, JoinRoom, LeaveRoom, MarkRead,
        OpenDirect,
    },
};
use portico_domain::{
    event::Event,
    member::Role,
    message::{Body, Message},
    room::{Room, Visibility},
};
use portico_testkit::{Org, Person, TestApp, each};
use portico_types::{ErrorCode, MessageId, Result, RoomId};

async fn channel(t: &TestApp, who: &Person, name: &str, visibility: Visibility) -> Room {
    let command = CreateChannel {
        name: name.into(),
        handle: None,
        visibility,
        team: None,
        topic: String::new(),
        purpose: String::new(),
    };
    t.run(who, command).await.unwrap()
}

async fn command(t: &TestApp, who: &Person, room: RoomId, body: &str) -> PostMessage {
    let composed = messages::compose(&t.app, &t.ctx(who), body).await.unwrap();
    PostMessage { room, composed, ring: None, thread: None, files: vec![], confirm: false }
}

async fn post(t: &TestApp, who: &Person, room: RoomId, body: &str) -> Result<Message> {
    let command = command(t, who, room, body).await;
    t.run(who, command).await
}

async fn reply(t: &TestApp, who: &Person, room: RoomId, to: MessageId, body: &str) -> Message {
    let command = PostMessage { thread: Some(to), ..command(t, who, room, body).await };
    t.run(who, command).await.unwrap()
}

async fn texts(t: &TestApp, who: &Person, room: RoomId) -> Vec<String> {
    let all = Messages { room, position: Position::Newest, limit: 50, replies: true };
    let window = t.ask(who, all).await.unwrap();
    window
        .items
        .into_iter()
        .filter_map(|m| match m.body {
            Body::Markdown { text, .. } => Some(text),
            Body::System { .. } | Body::Deleted => None,
        })
        .collect()
}

async fn state(t: &TestApp, who: &Person, room: RoomId) -> (i64, i64) {
    let state = t.ask(who, GetRoom { room }).await.unwrap().state.unwrap();
    (state.unread, state.mentions)
}

async fn two(t: &TestApp) -> (Org, Person, Person) {
    let org = t.org("Acme").await;
    let ann = t.member(&org, "Ann", Role::Member).await;
    let ben = t.member(&org, "Ben", Role::Member).await;
    (org, ann, ben)
}

#[test]
fn a_message_is_posted_as_a_command_and_read_back() {
    each(async |t| {
        let (_, ann, ben) = two(&t).await;
        let room = channel(&t, &ann, "Workshop", Visibility::Public).await;
        assert_eq!(room.handle, "workshop");
        t.run(&ben, JoinRoom { room: room.id }).await.unwrap();
        t.take_events();
        let first = post(&t, &ann, room.id, "Hello **there**").await.unwrap();
        let second = post(&t, &ben, room.id, "Hi").await.unwrap();
        assert_eq!(second.number, first.number + 1);
        assert!(
            matches!(&first.body, Body::Markdown { html, .. } if html.contains("<strong>there</strong>"))
        );
        assert_eq!(texts(&t, &ben, room.id).await, ["Hello **there**", "Hi"]);
        let events = t.take_events();
        assert_eq!(
            events.iter().map(|e| e.event.kind()).collect::<Vec<_>>(),
            ["message.posted", "message.posted"]
        );
        assert_eq!(events[1].seq, events[0].seq + 1);
        // What the log keeps is what a fresh look shows.
        let fresh = t.ask(&ann, messages::GetMessage { id: first.id }).await.unwrap();
        assert_eq!(events[0].event, Event::MessagePosted { message: Box::new(fresh) });
    });
}

#[test]
fn a_replay_makes_nothing_new_and_another_body_is_refused() {
    each(async |t| {
        let (_, ann, _) = two(&t).await;
        let room = channel(&t, &ann, "Workshop", Visibility::Private).await.id;
        let first = t.run_once(&ann, "k1", 1, command(&t, &ann, room, "once").await).await.unwrap();
        let again = t.run_once(&ann, "k1", 1, command(&t, &ann, room, "once").await).await.unwrap();
        assert_eq!(first, again);
        assert_eq!(first.client_key.as_deref(), Some("k1"));
        let other = t.run_once(&ann, "k1", 2, command(&t, &ann, room, "twice").await).await.unwrap_err();
        assert_eq!(other.code(), ErrorCode::IdempotencyKeyReused);
        assert_eq!(texts(&t, &ann, room).await, ["once"]);
    });
}

#[test]
fn what_one_may_not_see_does_not_exist() {
    each(async |t| {
        let (org, ann, ben) = two(&t).await;
        let other = t.org("Umbrella").await;
        let private = channel(&t, &ann, "Secrets", Visibility::Private).await.id;
        let message = post(&t, &ann, private, "canary").await.unwrap();
        for who in [&ben, &org.owner, &other.owner] {
            assert_eq!(t.ask(who, GetRoom { room: private }).await.unwrap_err().code(), ErrorCode::NotFound);
            assert_eq!(post(&t, who, private, "let me in").await.unwrap_err().code(), ErrorCode::NotFound);
            let all = Messages { room: private, position: Position::Newest, limit: 5, replies: true };
            assert_eq!(t.ask(who, all).await.unwrap_err().code(), ErrorCode::NotFound);
            let preview = messages::Preview { id: message.id };
            assert_eq!(t.ask(who, preview).await.unwrap_err().code(), ErrorCode::NotFound);
            let found = t.ask(who, Search { text: "canary".into(), cursor: None, limit: 20 }).await.unwrap();
            assert!(found.page.items.is_empty());
        }
        let found = t.ask(&ann, Search { text: "canary".into(), cursor: None, limit: 20 }).await.unwrap();
        assert_eq!(found.page.items.len(), 1);
        // A public channel can be found and read, but not written to, before one joins; not by another organization.
        let public = channel(&t, &ann, "Lobby", Visibility::Public).await.id;
        assert!(t.ask(&ben, GetRoom { room: public }).await.unwrap().state.is_none());
        assert_eq!(post(&t, &ben, public, "hi").await.unwrap_err().code(), ErrorCode::Forbidden);
        assert_eq!(
            t.run(&other.owner, JoinRoom { room: public }).await.unwrap_err().code(),
            ErrorCode::NotFound
        );
    });
}

#[test]
fn unread_and_mentions_are_counted_and_cleared() {
    each(async |t| {
        let (_, ann, ben) = two(&t).await;
        let room = channel(&t, &ann, "Workshop", Visibility::Private).await.id;
        t.run(&ann, InviteToRoom { room, member: ben.id }).await.unwrap();
        assert_eq!(state(&t, &ann, room).await, (0, 0));
        let seen = t.ask(&ben, GetRoom { room }).await.unwrap().last_number;
        t.run(&ben, MarkRead { room, number: seen }).await.unwrap();
        let root = post(&t, &ann, room, "one").await.unwrap();
        post(&t, &ann, room, "two for @ben").await.unwrap();
        assert_eq!(state(&t, &ben, room).await, (2, 1));
        // Replies count in their thread, not in the channel.
        reply(&t, &ann, room, root.id, "a reply for @ben").await;
        assert_eq!(state(&t, &ben, room).await, (2, 1));
        let threads = t.ask(&ben, messages::Threads { cursor: None, limit: 10 }).await.unwrap();
        assert_eq!(threads.items.len(), 1);
        assert_eq!((threads.items[0].0.unread, threads.items[0].0.mentions), (1, 1));
        t.run(&ben, MarkRead { room, number: root.number + 1 }).await.unwrap();
        assert_eq!(state(&t, &ben, room).await, (0, 0));
        t.run(&ben, MarkRead { room, number: root.number }).await.unwrap();
        assert_eq!(state(&t, &ben, room).await, (1, 1), "marked as unread again");
        // A deleted call is nobody's call.
        let last = post(&t, &ann, room, "three for @ben").await.unwrap();
        assert_eq!(state(&t, &ben, room).await, (2, 2));
        t.run(&ann, DeleteMessage { id: last.id }).await.unwrap();
        assert_eq!(state(&t, &ben, room).await.1, 1);
    });
}

#[test]
fn a_deleted_message_calls_nobody_any_more() {
    each(async |t| {
        let (_org, ann, ben) = two(&t).await;
        let room = channel(&t, &ann, "Team", Visibility::Public).await;
        t.run(&ben, JoinRoom { room: room.id }).await.unwrap();
        let call = post(&t, &ann, room.id, "@channel come").await.unwrap();
        let root = post(&t, &ben, room.id, "a question").await.unwrap();
        t.run(&ben, MarkRead { room: room.id, number: call.number - 1 }).await.unwrap();
        assert_eq!(state(&t, &ben, room.id).await, (2, 1));
        let answers =
            [reply(&t, &ann, room.id, root.id, "one").await, reply(&t, &ann, room.id, root.id, "two").await];
        let read = messages::SetThread { root: root.id, following: None, read: Some(answers[0].number) };
        t.run(&ben, read).await.unwrap();
        for id in [call.id, answers[1].id] {
            t.run(&ann, DeleteMessage { id }).await.unwrap();
        }
        assert_eq!(state(&t, &ben, room.id).await, (2, 0), "it was there, but calls no more");
        let threads = t.ask(&ben, messages::Threads { cursor: None, limit: 10 }).await.unwrap();
        assert_eq!(threads.items[0].0.unread, 0, "the one that is left was read");
    });
}

#[test]
fn whoever_only_looked_into_a_thread_follows_it_once_they_write() {
    each(async |t| {
        let (_org, ann, ben) = two(&t).await;
        let room = channel(&t, &ann, "Team", Visibility::Public).await;
        t.run(&ben, JoinRoom { room: room.id }).await.unwrap();
        let root = post(&t, &ann, room.id, "a question").await.unwrap();
        let look = || messages::SetThread { root: root.id, following: None, read: Some(root.number) };
        t.run(&ben, look()).await.unwrap();
        t.run(&ann, look()).await.unwrap();
        let follows =
            async |who: &Person| t.ask(who, messages::Thread { root: root.id }).await.unwrap().following;
        assert!(!follows(&ben).await && follows(&ann).await, "one's own is followed, another's is not yet");
        reply(&t, &ben, room.id, root.id, "an answer").await;
        assert!(follows(&ben).await);
        t.run(&ann, messages::SetThread { root: root.id, following: Some(false), read: None }).await.unwrap();
        reply(&t, &ben, room.id, root.id, "one more").await;
        assert!(!follows(&ann).await, "who left stays away");
        reply(&t, &ben, room.id, root.id, "@ann?").await;
        assert!(follows(&ann).await, "unless they are called");
    });
}

#[test]
fn a_deleted_message_leaves_no_word_behind() {
    each(async |t| {
        let (org, ann, _) = two(&t).await;
        let room = channel(&t, &ann, "Workshop", Visibility::Private).await.id;
        let message = post(&t, &ann, room, "the canary sings").await.unwrap();
        let composed = messages::compose(&t.app, &t.ctx(&ann), "the canary sings louder").await.unwrap();
        t.clock.advance(1_000);
        t.run(&ann, EditMessage { id: message.id, version: 1, composed }).await.unwrap();
        t.clock.advance(1_000);
        t.run(&ann, DeleteMessage { id: message.id }).await.unwrap();
        let log = t.app.db().read(org.tenant, |read| read.events_after(0, 1_000)).await.unwrap();
        assert!(log.iter().all(|e| !e.body.contains("canary")), "the log forgets");
        assert!(texts(&t, &ann, room).await.is_empty());
        let found = t.ask(&ann, Search { text: "canary".into(), cursor: None, limit: 20 }).await.unwrap();
        assert!(found.page.items.is_empty());
        let history = t.ask(&ann, messages::History { id: message.id }).await.unwrap();
        assert!(history.is_empty());
        // Once more changes nothing.
        t.run(&ann, DeleteMessage { id: message.id }).await.unwrap();
    });
}

#[test]
fn two_who_edit_at_once_notice() {
    each(async |t| {
        let (_, ann, ben) = two(&t).await;
        let room = channel(&t, &ann, "Workshop", Visibility::Public).await.id;
        t.run(&ben, JoinRoom { room }).await.unwrap();
        let message = post(&t, &ann, room, "draft").await.unwrap();
        let edit = async |who: &Person, version, text: &str| {
            let composed = messages::compose(&t.app, &t.ctx(who), text).await.unwrap();
            t.run(who, EditMessage { id: message.id, version, composed }).await
        };
        assert_eq!(edit(&ann, 1, "better").await.unwrap().version, 2);
        assert_eq!(edit(&ann, 1, "worse").await.unwrap_err().code(), ErrorCode::EditConflict);
        assert_eq!(edit(&ben, 2, "mine").await.unwrap_err().code(), ErrorCode::Forbidden);
        assert_eq!(texts(&t, &ann, room).await, ["better"]);
        let history = t.ask(&ann, messages::History { id: message.id }).await.unwrap();
        assert_eq!(history.iter().map(|h| h.1.as_str()).collect::<Vec<_>>(), ["draft"]);
    });
}

#[test]
fn a_call_to_many_asks_first_and_reactions_count_once() {
    each(async |t| {
        let (org, ann, ben) = two(&t).await;
        let room = channel(&t, &ann, "Workshop", Visibility::Public).await.id;
        t.run(&ben, JoinRoom { room }).await.unwrap();
        for n in 0..21 {
            let person = t.member(&org, &format!("Person {n}"), Role::Member).await;
            t.run(&ann, InviteToRoom { room, member: person.id }).await.unwrap();
        }
        assert_eq!(
            post(&t, &ann, room, "@channel lunch").await.unwrap_err().code(),
            ErrorCode::ConfirmNeeded
        );
        let sure = PostMessage { confirm: true, ..command(&t, &ann, room, "@channel lunch").await };
        let message = t.run(&ann, sure).await.unwrap();
        assert_eq!(state(&t, &ben, room).await.1, 1);
        for _ in 0..2 {
            t.run(&ben, React { message: message.id, emoji: "👍".into(), on: true }).await.unwrap();
        }
        let fresh = t.ask(&ann, messages::GetMessage { id: message.id }).await.unwrap();
        assert_eq!(fresh.reactions.len(), 1);
        assert_eq!(fresh.reactions[0].member_ids, [ben.id]);
        let text = React { message: message.id, emoji: "nice".into(), on: true };
        assert_eq!(t.run(&ben, text).await.unwrap_err().field(), Some("emoji"));
    });
}

#[test]
fn channels_are_edited_archived_and_left() {
    each(async |t| {
        let (_, ann, ben) = two(&t).await;
        let room = channel(&t, &ann, "Workshop", Visibility::Public).await.id;
        t.run(&ben, JoinRoom { room }).await.unwrap();
        let topic = EditRoom { room, topic: Some("Lamps".into()), ..EditRoom::default() };
        assert_eq!(t.run(&ben, topic).await.unwrap().topic, "Lamps");
        let archive = ArchiveRoom { room, archived: true };
        assert_eq!(t.run(&ben, archive).await.unwrap_err().code(), ErrorCode::Forbidden);
        t.run(&ann, ArchiveRoom { room, archived: true }).await.unwrap();
        assert_eq!(post(&t, &ann, room, "too late").await.unwrap_err().code(), ErrorCode::Forbidden);
        t.run(&ann, ArchiveRoom { room, archived: false }).await.unwrap();
        t.take_events();
        t.run(&ben, LeaveRoom { room }).await.unwrap();
        assert_eq!(t.take_kinds(), ["member.left", "message.posted", "room.updated", "room.updated"]);
        assert_eq!(post(&t, &ben, room, "still here?").await.unwrap_err().code(), ErrorCode::Forbidden);
        let bad = CreateChannel {
            name: "work\u{202e}shop".into(),
            handle: None,
            visibility: Visibility::Public,
            team: None,
            topic: String::new(),
            purpose: String::new(),
        };
        assert_eq!(t.run(&ann, bad).await.unwrap_err().field(), Some("name"));
    });
}

#[test]
fn the_same_people_find_the_same_direct_room_and_nobody_else_does() {
    each(async |t| {
        let (org, ann, ben) = two(&t).await;
        let room = t.run(&ann, OpenDirect { members: vec![ben.id] }).await.unwrap();
        let same = t.run(&ben, OpenDirect { members: vec![ann.id] }).await.unwrap();
        assert_eq!(room.id, same.id);
        assert_eq!(room.member_ids.len(), 2);
        assert_eq!(
            t.ask(&org.owner, GetRoom { room: room.id }).await.unwrap_err().code(),
            ErrorCode::NotFound
        );
        let other = t.org("Umbrella").await;
        let stranger = t.run(&ann, OpenDirect { members: vec![other.owner.id] }).await.unwrap_err();
        assert_eq!(stranger.field(), Some("member_ids"));
    });
}

#[test]
fn search_understands_its_filters_on_both_engines_alike() {
    each(async |t| {
        let (_, ann, ben) = two(&t).await;
        let room = channel(&t, &ann, "Workshop", Visibility::Public).await.id;
        let other = channel(&t, &ann, "Yard", Visibility::Public).await.id;
        t.run(&ben, JoinRoom { room }).await.unwrap();
        post(&t, &ann, room, "deploy the new lamp").await.unwrap();
        post(&t, &ben, room, "the lamp deploy is done, see https://example.org").await.unwrap();
        post(&t, &ann, other, "今天天气很好").await.unwrap();
        let find = async |text: &str| {
            let found = t.ask(&ann, Search { text: text.into(), cursor: None, limit: 20 }).await.unwrap();
            found.page.items.len()
        };
        assert_eq!(find("lamp deploy").await, 2);
        assert_eq!(find("\"lamp deploy\"").await, 1);
        assert_eq!(find("deploy from:ben").await, 1);
        assert_eq!(find("from:me").await, 2);
        assert_eq!(find("in:yard").await, 1);
        assert_eq!(find("天气").await, 1);
        assert_eq!(find("has:link").await, 1);
        assert_eq!(find("from:nobody").await, 0);
        assert_eq!(find("lamp -done").await, 1);
        assert_eq!(find("lamp before:2020-01-01").await, 0);
        assert_eq!(find("\" OR 1=1 --").await, 0);
    });
}

#[test]
fn a_beginning_is_looked_for_where_nobody_wrote_it_as_a_word() {
    each(async |t| {
        let (_, ann, _) = two(&t).await;
        let room = channel(&t, &ann, "Workshop", Visibility::Public).await.id;
        for text in ["lampshade one", "lampshade two", "lampshade three"] {
            post(&t, &ann, room, text).await.unwrap();
        }
        let find = async |text: &str, cursor| {
            let found = t.ask(&ann, Search { text: text.into(), cursor, limit: 2 }).await.unwrap();
            (found.page.items.len(), found.page.next)
        };
        let (first, next) = find("lamp", None).await;
        assert_eq!((first, find("lamp", next).await.0), (2, 1), "every page of it");
        post(&t, &ann, room, "a lamp").await.unwrap();
        assert_eq!(find("lamp", None).await, (1, None), "the word itself stands before what begins with it");
        assert_eq!(find("lamp", next).await, (0, None), "on later pages as well");
    });
}

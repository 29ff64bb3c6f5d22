//! Posts that share a batch: each is written, found and told as it would be alone, on both engines.
#![expect(clippy::unwrap_used, reason = "a test that fails panics")]

use portico_core::{
    Command,
    messages::{self, GetMessage, PostMessage, Search},
    rooms::{CreateChannel, GetRoom, JoinRoom},
};
use portico_domain::{event::Event, member::Role, message::Message, room::Visibility};
use portico_testkit::{Person, TestApp, each};
use portico_types::{MessageId, RoomId};
use std::{future::poll_fn, pin::Pin, sync::Mutex, task::Poll};

async fn post(t: &TestApp, who: &Person, room: RoomId, thread: Option<MessageId>, body: &str) -> PostMessage {
    let composed = messages::compose(&t.app, &t.ctx(who), body).await.unwrap();
    PostMessage { room, composed, ring: None, thread, files: vec![], confirm: false }
}

/// Runs posts in one batch: the room's lane is held until all are in its queue.
async fn together(t: &TestApp, posts: Vec<(&Person, Option<&str>, PostMessage)>) -> Vec<Message> {
    let (tenant, lane) = (posts[0].0.tenant, posts[0].2.lane());
    let (hold, held) = std::sync::mpsc::channel::<()>();
    let (entered, inside) = tokio::sync::oneshot::channel();
    let gate = Mutex::new(Some((entered, held)));
    let mut blocker = Box::pin(t.app.db().write(tenant, lane, move |_| {
        if let Some((entered, held)) = gate.lock().unwrap().take() {
            entered.send(()).unwrap();
            // Ends when the test lets go.
            let _let_go = held.recv();
        }
        Ok(())
    }));
    queue(&mut blocker.as_mut()).await;
    inside.await.unwrap();
    let mut waiting = Vec::new();
    for (who, key, command) in posts {
        let mut one: Pin<Box<dyn Future<Output = _>>> = match key {
            Some(key) => Box::pin(t.run_once(who, key, 1, command)),
            None => Box::pin(t.run(who, command)),
        };
        queue(&mut one.as_mut()).await;
        waiting.push(one);
    }
    drop(hold);
    blocker.await.unwrap();
    let mut made = Vec::new();
    for one in waiting {
        made.push(one.await.unwrap());
    }
    made
}

/// Polled once, a write is in its lane's queue.
async fn queue<T>(write: &mut Pin<&mut (impl Future<Output = T> + ?Sized)>) {
    let first = poll_fn(|cx| Poll::Ready(write.as_mut().poll(cx))).await;
    assert!(first.is_pending(), "the lane is held");
}

#[test]
fn posts_of_one_batch_are_what_they_would_be_alone() {
    each(async |t| {
        let org = t.org("Acme").await;
        let ann = t.member(&org, "Ann", Role::Member).await;
        let ben = t.member(&org, "Ben", Role::Member).await;
        let channel = CreateChannel {
            name: "Workshop".into(),
            handle: None,
            visibility: Visibility::Public,
            team: None,
            topic: String::new(),
            purpose: String::new(),
        };
        let room = t.run(&ann, channel).await.unwrap().id;
        t.run(&ben, JoinRoom { room }).await.unwrap();
        let root = t.run(&ann, post(&t, &ann, room, None, "the root").await).await.unwrap();
        t.take_events();
        let made = together(
            &t,
            vec![
                (&ann, None, post(&t, &ann, room, None, "plain zebrafish").await),
                (&ben, Some("k1"), post(&t, &ben, room, None, "**strong** okapi").await),
                (&ben, Some("k1"), post(&t, &ben, room, None, "**strong** okapi").await),
                (&ann, Some("k2"), post(&t, &ann, room, Some(root.id), "a reply, wombat").await),
                (&ann, None, post(&t, &ann, room, None, "@ben see https://example.org/ quokka").await),
                (&ben, Some("k3"), post(&t, &ben, room, None, "日本語 の 文 \"quoted\" \\ {braces}").await),
                (&ann, Some("k4"), post(&t, &ann, room, None, "last numbat").await),
            ],
        )
        .await;
        assert_eq!(made[1], made[2], "one key, one message");
        let events = t.take_events();
        let posted: Vec<&Message> = events
            .iter()
            .filter_map(
                |e| if let Event::MessagePosted { message } = &e.event { Some(&**message) } else { None },
            )
            .collect();
        let numbers: Vec<i64> = posted.iter().map(|m| m.number).collect();
        assert_eq!(numbers, (root.number + 1..=root.number + 6).collect::<Vec<_>>());
        for message in &posted {
            let fresh = t.ask(&ben, GetMessage { id: message.id }).await.unwrap();
            assert_eq!(fresh, **message, "what the log keeps is what a fresh look shows");
        }
        for (word, message) in [
            ("zebrafish", &made[0]),
            ("okapi", &made[1]),
            ("wombat", &made[3]),
            ("日本", &made[5]),
            ("numbat", &made[6]),
        ] {
            let search = Search { text: word.to_owned(), cursor: None, limit: 10 };
            let found = t.ask(&ben, search).await.unwrap();
            let ids: Vec<MessageId> = found.page.items.iter().map(|(hit, _)| hit.message.id).collect();
            assert_eq!(ids, [message.id], "{word}");
        }
        let state = t.ask(&ben, GetRoom { room }).await.unwrap().state.unwrap();
        // Ben has read what was there when he wrote last; Ann called him before that.
        assert_eq!((state.unread, state.mentions), (1, 0));
    });
}

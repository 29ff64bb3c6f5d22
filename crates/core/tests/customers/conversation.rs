//! A conversation from the first word to the last, and what each side gets to know of it.

use crate::shop::{Shop, text};
use portico_core::{
    customers::{Counts, UpdateConversation, widget},
    messages::{Messages, Position},
    rooms,
};
use portico_domain::{
    conversation::{Priority, Status},
    event::{Audience, Event},
    message::{AuthorKind, Body},
    room::Ring,
};
use portico_store::LogEvent;
use portico_types::{Id, Millis};

/// Whether the contact's stream gets an event at all.
fn told_outside(e: &LogEvent, contact: Id) -> bool {
    matches!(&e.audience, Audience::Group { ring: Ring::Everyone, outside: Some(id), .. } if *id == contact)
}

fn kinds(events: &[portico_store::Logged]) -> Vec<&'static str> {
    events.iter().map(|e| e.event.kind()).collect()
}

#[test]
fn visitor_and_agent_talk_until_it_is_resolved_and_begin_again() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let t = &shop.t;
        let eve = shop.visitor().await;
        assert!(shop.sees(&eve).await.is_empty());
        assert!(t.take_events().is_empty(), "who only looks is nobody's news");

        let hello = shop.says(&eve, "Hello, **is** it in stock?").await.unwrap();
        let id = hello.room_id;
        assert_eq!(
            t.take_kinds(),
            ["conversation.created", "message.posted", "message.posted", "conversation.updated"]
        );
        let c = shop.conversation(id).await;
        assert_eq!((c.status, c.assignee_id, c.display_id), (Status::Open, None, 1));
        assert_eq!(c.waiting_since, Some(hello.created_at));
        let last = c.last_message.unwrap();
        assert_eq!((last.text.as_str(), last.author_kind), ("Hello, is it in stock?", AuthorKind::Contact));
        assert_eq!(c.contact_read_number, hello.number);
        assert_eq!(c.state.unwrap().unread, 1, "the question; that it began with it is no news of its own");
        let room = t.ask(&shop.ben, rooms::GetRoom { room: id }).await.unwrap();
        assert_eq!((room.root_count, room.state.map(|s| s.unread)), (1, Some(1)));
        let counts = t.ask(&shop.ben, Counts).await.unwrap();
        assert_eq!((counts.mine, counts.unassigned, counts.all), (0, 1, 1));

        // The first answer makes it the agent's, ends the wait, and tells the visitor that they were read.
        t.clock.advance(Millis::MINUTE);
        shop.writes(&shop.ben, id, Ring::Everyone, "Yes, three of them. @ann knows more").await.unwrap();
        let events = t.take_events();
        assert_eq!(
            kinds(&events),
            ["message.posted", "message.posted", "seen.moved", "conversation.updated"]
        );
        let c = shop.conversation(id).await;
        assert_eq!((c.assignee_id, c.waiting_since), (Some(shop.ben.id), None));
        assert_eq!(t.ask(&shop.ben, Counts).await.unwrap().mine, 1);
        let page = shop.sees(&eve).await;
        assert_eq!(page.iter().map(|m| (m.number, m.mine)).collect::<Vec<_>>(), [(1, true), (2, false)]);
        assert_eq!(page[1].author_name, "Ben");
        let (_, html) = page[1].body.clone().unwrap();
        assert!(!html.contains("data-member") && html.contains("@ann"), "no member's id goes out: {html}");

        // Resolved: the visitor learns that, and nothing of the lines about it.
        let resolve = UpdateConversation { status: Some(Status::Resolved), ..UpdateConversation::of(id) };
        assert_eq!(t.run(&shop.ben, resolve).await.unwrap().status, Status::Resolved);
        let events = t.take_events();
        assert_eq!(kinds(&events), ["message.posted", "status.moved", "conversation.updated"]);
        let outside: Vec<_> = events.iter().filter(|e| told_outside(e, eve.begun.id.0)).collect();
        assert_eq!(outside.len(), 1);
        assert_eq!(outside[0].event, Event::StatusMoved { room_id: id, status: Status::Resolved });
        assert_eq!(t.ask(&shop.ben, Counts).await.unwrap().all, 0);

        // Writing again opens the same one.
        t.clock.advance(Millis::DAY);
        let again = shop.says(&eve, "One more thing").await.unwrap();
        assert_eq!(again.room_id, id);
        let c = shop.conversation(id).await;
        assert_eq!(
            (c.status, c.waiting_since, c.assignee_id),
            (Status::Open, Some(again.created_at), Some(shop.ben.id))
        );
        assert!(
            t.take_events()
                .iter()
                .any(|e| matches!(e.event, Event::StatusMoved { status: Status::Open, .. }))
        );

        // Long after the end it is a new matter.
        let resolve = UpdateConversation { status: Some(Status::Resolved), ..UpdateConversation::of(id) };
        t.run(&shop.ben, resolve).await.unwrap();
        t.clock.advance(15 * Millis::DAY);
        assert!(shop.sees(&eve).await.is_empty(), "what begins next begins on an empty page");
        let fresh = shop.says(&eve, "Something else").await.unwrap();
        assert_ne!(fresh.room_id, id);
        assert_eq!(shop.sees(&eve).await.iter().map(text).collect::<Vec<_>>(), ["Something else"]);
        assert_eq!(shop.conversation(fresh.room_id).await.display_id, 2);
    });
}

#[test]
fn a_note_is_nowhere_on_the_visitors_side() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let t = &shop.t;
        let eve = shop.visitor().await;
        let id = shop.says(&eve, "Where is my order?").await.unwrap().room_id;
        let waiting = shop.conversation(id).await.waiting_since;
        assert!(waiting.is_some());
        t.take_events();

        let note = shop.writes(&shop.ann, id, Ring::Team, "Ask @ben, this one shouts").await.unwrap();
        assert_eq!(note.outside_number, None);
        let read = rooms::MarkRead { room: id, number: note.number };
        t.run(&shop.ben, read).await.unwrap();
        let c = shop.conversation(id).await;
        assert_eq!((c.waiting_since, c.assignee_id), (waiting, None), "a note is no answer");
        assert_eq!(c.last_message.unwrap().ring, Ring::Team);
        let outside: Vec<_> = t
            .take_events()
            .iter()
            .filter(|e| told_outside(e, eve.begun.id.0))
            .map(|e| e.event.clone())
            .collect();
        // The mark moved over the visitor's own words on the way, which is the only thing they learn, once.
        let seen = [Event::SeenMoved { room_id: id, number: note.number, outside_number: 1 }];
        assert_eq!(outside, seen);
        t.run(&shop.ann, rooms::MarkRead { room: id, number: note.number }).await.unwrap();
        assert!(!t.take_events().iter().any(|e| told_outside(e, eve.begun.id.0)));

        shop.writes(&shop.ann, id, Ring::Everyone, "On its way").await.unwrap();
        let page = shop.sees(&eve).await;
        assert_eq!(
            page.iter().map(|m| (m.number, text(m))).collect::<Vec<_>>(),
            [(1, "Where is my order?"), (2, "On its way"),]
        );
        let (_, begun) = {
            let mut again = crate::shop::begin(shop.inbox.id);
            again.token = Some(eve.token.clone());
            shop.begin(again).await.unwrap()
        };
        let place = begun.conversation.unwrap();
        assert_eq!((place.last_number, place.read_number, place.seen_number, begun.unread), (2, 1, 2, 1));

        // The room's own pages, asked as the visitor, keep to the ring as well; so does a message by its id.
        let ctx = t.ctx_as(shop.org.tenant, eve.actor);
        let window = Messages { room: id, position: Position::Newest, limit: 50, replies: true };
        let window = t.app.ask(ctx, window).await.unwrap();
        assert!(
            window.items.iter().all(|m| m.ring == Ring::Everyone && !matches!(m.body, Body::System { .. }))
        );
        let ctx = t.ctx_as(shop.org.tenant, eve.actor);
        let direct = t.app.ask(ctx, portico_core::messages::GetMessage { id: note.id }).await;
        assert_eq!(direct.unwrap_err().code().as_str(), "not_found");
    });
}

#[test]
fn both_sides_learn_how_far_the_other_has_read() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let t = &shop.t;
        let eve = shop.visitor().await;
        let first = shop.says(&eve, "Hello?").await.unwrap();
        let id = first.room_id;
        shop.writes(&shop.ben, id, Ring::Everyone, "Hello!").await.unwrap();
        let answer = shop.writes(&shop.ben, id, Ring::Everyone, "How can I help?").await.unwrap();
        t.take_events();

        let read =
            async |number| t.app.run(t.ctx_as(shop.org.tenant, eve.actor), widget::MarkRead { number }).await;
        read(3).await.unwrap();
        let events = t.take_events();
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].event, Event::ContactRead { room_id: id, number: answer.number });
        assert!(!told_outside(&events[0], eve.begun.id.0));
        // A mark only goes forward, and one beyond the end means the end.
        read(1).await.unwrap();
        read(99).await.unwrap();
        assert!(t.take_events().is_empty());
        assert_eq!(read(-1).await.unwrap_err().field(), Some("number"));
        assert_eq!(shop.conversation(id).await.contact_read_number, answer.number);
    });
}

#[test]
fn every_change_leaves_a_line_for_the_team() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let t = &shop.t;
        let eve = shop.visitor().await;
        let id = shop.says(&eve, "Hi").await.unwrap().room_id;
        let team =
            t.run(&shop.ann, portico_core::people::CreateTeam { name: "Returns".into(), handle: None }).await;
        let team = team.unwrap().id;
        t.take_events();
        let change = UpdateConversation {
            assignee: Some(Some(shop.ann.id)),
            team: Some(Some(team)),
            priority: Some(Priority::Urgent),
            status: Some(Status::Pending),
            ..UpdateConversation::of(id)
        };
        let c = t.run(&shop.ben, change.clone()).await.unwrap();
        assert_eq!(
            (c.assignee_id, c.team_id, c.priority, c.status),
            (Some(shop.ann.id), Some(team), Priority::Urgent, Status::Pending)
        );
        let lines: Vec<_> = t
            .take_events()
            .iter()
            .filter_map(|e| match &e.event {
                Event::MessagePosted { message } => {
                    assert_eq!(message.ring, Ring::Team);
                    let Body::System { event, params } = &message.body else { return None };
                    assert_eq!(params["by"], "Ben");
                    Some(format!(
                        "{event} {}",
                        params.get("name").or(params.get("priority")).or(params.get("status")).unwrap()
                    ))
                }
                _ => None,
            })
            .collect();
        assert_eq!(
            lines,
            ["status_changed pending", "assigned Ann", "team_changed Returns", "priority_changed urgent"]
        );
        // The same again changes nothing and says nothing.
        t.run(&shop.ben, change).await.unwrap();
        assert!(t.take_events().is_empty());

        // Only who sees the inbox can be given it.
        for nobody in [shop.mia.id, portico_types::MemberId::default()] {
            let wrong = UpdateConversation { assignee: Some(Some(nobody)), ..UpdateConversation::of(id) };
            assert_eq!(t.run(&shop.ben, wrong).await.unwrap_err().field(), Some("assignee_id"));
        }
        let wrong = UpdateConversation {
            team: Some(Some(portico_types::TeamId::default())),
            ..UpdateConversation::of(id)
        };
        assert_eq!(t.run(&shop.ben, wrong).await.unwrap_err().field(), Some("team_id"));
        assert!(t.take_events().is_empty());
    });
}

#[test]
fn a_retried_first_message_begins_one_conversation() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let eve = shop.visitor().await;
        let post = async || {
            let mut ctx = shop.t.ctx_as(shop.org.tenant, eve.actor);
            ctx.key = Some(portico_core::IdempotencyKey { key: "k1".into(), fingerprint: [1; 32] });
            widget::post(&shop.t.app, ctx, "Hello", Vec::new()).await.unwrap()
        };
        let (one, two) = (post().await, post().await);
        assert_eq!(one.id, two.id);
        let page = shop.sees(&eve).await;
        assert_eq!(page.len(), 1);
        assert_eq!(page[0].client_key.as_deref(), Some("k1"));
    });
}

#[test]
fn what_is_deleted_is_quoted_nowhere() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let t = &shop.t;
        let eve = shop.visitor().await;
        let first = shop.says(&eve, "Hello").await.unwrap();
        let id = first.room_id;
        t.clock.advance(Millis::SECOND);
        let slip = shop.says(&eve, "my password is hunter2").await.unwrap();
        t.clock.advance(Millis::SECOND);
        // Later changes quote it too.
        t.run(&shop.ben, UpdateConversation { priority: Some(Priority::Low), ..UpdateConversation::of(id) })
            .await
            .unwrap();
        t.clock.advance(Millis::SECOND);
        t.run(&shop.org.owner, portico_core::messages::DeleteMessage { id: slip.id }).await.unwrap();

        let c = shop.conversation(id).await;
        assert_eq!((c.last_message.unwrap().text.as_str(), c.priority), ("Hello", Priority::Low));
        let log = t.app.db().read(shop.org.tenant, |read| read.events_after(0, 1_000)).await.unwrap();
        assert!(log.iter().any(|e| matches!(e.event, Event::ConversationUpdated { .. })));
        assert!(log.iter().all(|e| !e.body.contains("hunter2")), "the log still tells it");
        // No event grew an audience by being told anew.
        assert!(!log.iter().any(|e| told_outside(e, eve.begun.id.0) && e.body.contains("conversation.")));
        let page = shop.sees(&eve).await;
        assert_eq!(page.iter().map(|m| m.body.is_some()).collect::<Vec<_>>(), [true, false]);
        // What is left when nothing is left.
        t.run(&shop.org.owner, portico_core::messages::DeleteMessage { id: first.id }).await.unwrap();
        assert_eq!(shop.conversation(id).await.last_message, None);
    });
}

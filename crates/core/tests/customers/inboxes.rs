//! Making and changing inboxes, and who looks after them.

use crate::shop::Shop;
use portico_core::{
    customers::{
        AddAgent, CreateInbox, GetInbox, InboxSettings, Inboxes, RemoveAgent, RotateIdentitySecret,
        UpdateConversation, UpdateInbox,
    },
    people::Audit,
};
use portico_domain::{
    audit::Outcome,
    event::Event,
    inbox::{Asked, InboxKind},
    member::Role,
};
use portico_types::{ErrorCode, TeamId};

fn named(name: &str) -> InboxSettings {
    InboxSettings { name: Some(name.into()), ..InboxSettings::default() }
}

#[test]
fn only_who_runs_the_place_makes_inboxes_and_each_has_a_key_of_its_own() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let t = &shop.t;
        assert_eq!(shop.inbox.key.len(), 26);
        let made = t
            .run(&shop.org.owner, CreateInbox { kind: InboxKind::Website, settings: named("Blog") })
            .await
            .unwrap();
        assert_ne!(made.key, shop.inbox.key);
        assert_eq!((made.display_id, made.member_ids.as_slice()), (2, [shop.org.owner.id].as_slice()));
        assert_eq!(t.take_kinds(), ["member.joined", "inbox.updated"]);
        let names: Vec<_> =
            t.ask(&shop.org.owner, Inboxes).await.unwrap().into_iter().map(|i| i.name).collect();
        assert_eq!(names, ["Blog", "Website"]);
        assert_eq!(t.ask(&shop.ben, Inboxes).await.unwrap().len(), 1);

        t.clock.advance(1);
        let refused = t
            .run(&shop.ben, CreateInbox { kind: InboxKind::Website, settings: named("Mine") })
            .await
            .unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Forbidden);
        let nameless = CreateInbox { kind: InboxKind::Api, settings: InboxSettings::default() };
        assert_eq!(t.run(&shop.ann, nameless).await.unwrap_err().field(), Some("name"));
        let audit = t.ask(&shop.ann, Audit { cursor: None, limit: 50 }).await.unwrap().items;
        let made: Vec<_> = audit.iter().filter(|e| e.action == "inbox.create").map(|e| e.outcome).collect();
        assert_eq!(made, [Outcome::Denied, Outcome::Done, Outcome::Done]);
    });
}

#[test]
fn settings_are_checked_and_told() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let t = &shop.t;
        let update = async |settings| t.run(&shop.ann, UpdateInbox { id: shop.inbox.id, settings }).await;
        let full = InboxSettings {
            name: Some(" Shop  desk ".into()),
            allowed_origins: Some(vec!["https://Shop.example".into(), "https://shop.example".into()]),
            color: Some("#ABCDEF".into()),
            greeting: Some("How can we help?".into()),
            typing_preview: Some(true),
            identity: Some(Asked::Optional),
            ..InboxSettings::default()
        };
        let inbox = update(full.clone()).await.unwrap();
        assert_eq!((inbox.name.as_str(), inbox.color.as_str()), ("Shop desk", "#abcdef"));
        assert_eq!(inbox.allowed_origins, ["https://shop.example"]);
        assert_eq!(t.take_kinds(), ["inbox.updated"]);
        assert_eq!(update(full).await.unwrap(), inbox);
        assert!(t.take_events().is_empty());
        assert_eq!(t.ask(&shop.ben, GetInbox { id: inbox.id }).await.unwrap(), inbox);

        let none = InboxSettings::default;
        for (field, wrong) in [
            ("name", named(" ")),
            (
                "allowed_origins",
                InboxSettings { allowed_origins: Some(vec!["shop.example".into()]), ..none() },
            ),
            (
                "allowed_origins",
                InboxSettings { allowed_origins: Some(vec!["https://a.example".into(); 51]), ..none() },
            ),
            ("color", InboxSettings { color: Some("red".into()), ..none() }),
            ("greeting", InboxSettings { greeting: Some("x".repeat(501)), ..none() }),
            ("team_id", InboxSettings { team: Some(Some(TeamId::default())), ..none() }),
        ] {
            assert_eq!(update(wrong).await.unwrap_err().field(), Some(field));
        }
        assert_eq!(t.ask(&shop.ben, GetInbox { id: inbox.id }).await.unwrap(), inbox);
    });
}

#[test]
fn the_identity_secret_is_shown_once() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let t = &shop.t;
        let rotate = || RotateIdentitySecret { id: shop.inbox.id };
        let first = t.run_once(&shop.ann, "k", 1, rotate()).await.unwrap().secret.unwrap();
        assert!(first.len() >= 32);
        assert_eq!(
            t.run_once(&shop.ann, "k", 1, rotate()).await.unwrap().secret,
            None,
            "a retry does not show it again"
        );
        assert_ne!(t.run(&shop.ann, rotate()).await.unwrap().secret.unwrap(), first);
        assert_eq!(t.run(&shop.ben, rotate()).await.unwrap_err().code(), ErrorCode::Forbidden);
        let inbox =
            serde_json::to_string(&t.ask(&shop.ann, GetInbox { id: shop.inbox.id }).await.unwrap()).unwrap();
        assert!(!inbox.contains("pi_"), "{inbox}");
        assert!(t.take_events().iter().all(|e| !e.body.contains("pi_")));
    });
}

#[test]
fn agents_come_and_go() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let t = &shop.t;
        let inbox = shop.inbox.id;
        let add = |member| AddAgent { inbox, member };
        let remove = |member| RemoveAgent { inbox, member };
        let with = t.run(&shop.ann, add(shop.mia.id)).await.unwrap();
        assert_eq!(with.member_ids, [shop.ann.id, shop.ben.id, shop.mia.id]);
        assert_eq!(t.take_kinds(), ["member.joined", "inbox.updated"]);
        t.run(&shop.ann, add(shop.mia.id)).await.unwrap();
        assert!(t.take_events().is_empty());
        assert_eq!(t.ask(&shop.mia, Inboxes).await.unwrap().len(), 1);

        let gus = t.member(&shop.org, "Gus", Role::Guest).await;
        let other = t.org("Rival").await;
        for nobody in [gus.id, other.owner.id] {
            assert_eq!(t.run(&shop.ann, add(nobody)).await.unwrap_err().field(), Some("member_id"));
        }
        assert_eq!(t.run(&shop.ben, add(shop.mia.id)).await.unwrap_err().code(), ErrorCode::Forbidden);

        // What a former agent held is free again; what an admin held stays, because they still see it.
        let eve = shop.visitor().await;
        let id = shop.says(&eve, "Hi").await.unwrap().room_id;
        let give = |member| UpdateConversation { assignee: Some(Some(member)), ..UpdateConversation::of(id) };
        t.run(&shop.ann, give(shop.mia.id)).await.unwrap();
        t.take_events();
        t.run(&shop.ann, remove(shop.mia.id)).await.unwrap();
        let events = t.take_events();
        assert!(matches!(&events[0].event, Event::MemberLeft { member_id, .. } if *member_id == shop.mia.id));
        assert_eq!(
            events.iter().map(|e| e.event.kind()).collect::<Vec<_>>(),
            ["member.left", "conversation.updated", "inbox.updated"]
        );
        assert_eq!(shop.conversation(id).await.assignee_id, None);
        assert!(t.ask(&shop.mia, Inboxes).await.unwrap().is_empty());
        t.run(&shop.ann, give(shop.ann.id)).await.unwrap();
        t.run(&shop.org.owner, remove(shop.ann.id)).await.unwrap();
        assert_eq!(shop.conversation(id).await.assignee_id, Some(shop.ann.id));
    });
}

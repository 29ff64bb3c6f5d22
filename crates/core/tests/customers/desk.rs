//! Who sees what of the desk: lists, counts, single things, and other organizations.

use crate::shop::{Shop, Visitor};
use portico_core::customers::{
    Assignee, ContactConversations, Contacts, Conversations, Counts, GetContact, GetConversation, GetInbox,
    InboxSettings, Inboxes, UpdateContact, UpdateConversation, UpdateInbox, share,
};
use portico_domain::{
    conversation::Status,
    member::Role,
    message::Body,
    room::{Ring, Visibility},
    session::{Scope, Scopes},
};
use portico_policy::{Actor, Via};
use portico_testkit::Person;
use portico_types::{Error, Result, RoomId, TokenId};

fn list(status: Option<Status>, assignee: Assignee) -> Conversations {
    Conversations { status, inbox: None, assignee, cursor: None, limit: 50 }
}

async fn ids(shop: &Shop, who: &Person, list: Conversations) -> Vec<RoomId> {
    shop.t.ask(who, list).await.unwrap().items.into_iter().map(|c| c.id).collect()
}

fn code<T>(result: Result<T>) -> &'static str {
    result.err().as_ref().map_or("ok", |e: &Error| e.code().as_str())
}

async fn with_two(shop: &Shop) -> (Visitor, RoomId, RoomId) {
    let eve = shop.visitor().await;
    let first = shop.says(&eve, "One").await.unwrap().room_id;
    shop.t.clock.advance(1);
    let mallory = shop.visitor().await;
    let second = shop.says(&mallory, "Two").await.unwrap().room_id;
    (eve, first, second)
}

#[test]
fn lists_are_filtered_sorted_and_paged() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let (eve, first, second) = with_two(&shop).await;
        let any = |status| list(status, Assignee::Any);
        assert_eq!(ids(&shop, &shop.ben, any(None)).await, [second, first]);
        shop.t.clock.advance(1);
        shop.says(&eve, "One again").await.unwrap();
        assert_eq!(ids(&shop, &shop.ben, any(Some(Status::Open))).await, [first, second]);

        let take = UpdateConversation { assignee: Some(Some(shop.ben.id)), ..UpdateConversation::of(first) };
        shop.t.run(&shop.ben, take).await.unwrap();
        assert_eq!(ids(&shop, &shop.ben, list(None, Assignee::Member(shop.ben.id))).await, [first]);
        assert_eq!(ids(&shop, &shop.ben, list(None, Assignee::Nobody)).await, [second]);
        assert!(ids(&shop, &shop.ben, list(None, Assignee::Member(shop.ann.id))).await.is_empty());
        let counts = shop.t.ask(&shop.ben, Counts).await.unwrap();
        assert_eq!((counts.mine, counts.unassigned, counts.all), (1, 1, 2));

        let done = UpdateConversation { status: Some(Status::Resolved), ..UpdateConversation::of(second) };
        shop.t.run(&shop.ben, done).await.unwrap();
        assert_eq!(ids(&shop, &shop.ben, any(Some(Status::Resolved))).await, [second]);
        assert_eq!(ids(&shop, &shop.ben, any(Some(Status::Open))).await, [first]);

        let one = |cursor| Conversations { cursor, limit: 1, ..any(None) };
        let page = shop.t.ask(&shop.ben, one(None)).await.unwrap();
        assert_eq!(page.items[0].id, first);
        let page = shop.t.ask(&shop.ben, one(page.next)).await.unwrap();
        assert_eq!((page.items[0].id, page.next), (second, None));
        let elsewhere = Conversations { inbox: Some(portico_types::InboxId::default()), ..any(None) };
        assert!(ids(&shop, &shop.ben, elsewhere).await.is_empty());
    });
}

#[test]
fn who_is_no_agent_sees_nothing_unless_they_run_the_place() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let (eve, first, _) = with_two(&shop).await;
        let contact = eve.begun.id;
        let t = &shop.t;
        let find = || Contacts { search: String::new(), cursor: None, limit: 50 };

        assert!(t.ask(&shop.mia, Inboxes).await.unwrap().is_empty());
        assert!(ids(&shop, &shop.mia, list(None, Assignee::Any)).await.is_empty());
        assert_eq!(t.ask(&shop.mia, Counts).await.unwrap().all, 0);
        assert!(t.ask(&shop.mia, find()).await.unwrap().items.is_empty());
        assert_eq!(code(t.ask(&shop.mia, GetInbox { id: shop.inbox.id }).await), "not_found");
        assert_eq!(code(t.ask(&shop.mia, GetConversation { id: first }).await), "not_found");
        assert_eq!(code(t.ask(&shop.mia, GetContact { id: contact }).await), "not_found");
        assert_eq!(
            code(t.ask(&shop.mia, ContactConversations { contact, cursor: None, limit: 5 }).await),
            "not_found"
        );
        assert_eq!(code(t.run(&shop.mia, UpdateConversation::of(first)).await), "not_found");
        assert_eq!(code(t.run(&shop.mia, UpdateContact::of(contact)).await), "not_found");
        assert_eq!(code(shop.writes(&shop.mia, first, Ring::Everyone, "Hi").await), "not_found");
        assert_eq!(code(shop.writes(&shop.mia, first, Ring::Team, "Hi").await), "not_found");

        // The owner is no agent, and sees all the same.
        let owner = &shop.org.owner;
        assert_eq!(t.ask(owner, Inboxes).await.unwrap().len(), 1);
        assert_eq!(ids(&shop, owner, list(None, Assignee::Any)).await.len(), 2);
        let c = t.ask(owner, GetConversation { id: first }).await.unwrap();
        assert!(!c.state.unwrap().member);
        assert_eq!(t.ask(owner, Counts).await.unwrap().all, 2);
        assert_eq!(t.ask(owner, find()).await.unwrap().items.len(), 2);

        // A plain agent changes conversations and contacts, but not the inbox.
        let rename = UpdateInbox { id: shop.inbox.id, settings: InboxSettings::default() };
        assert_eq!(code(t.run(&shop.ben, rename).await), "forbidden");

        // An agent who became a guest is none any more; a suspended one is nobody.
        let agent = t.member(&shop.org, "Gus", Role::Guest).await;
        t.join(shop.inbox.id, portico_domain::room::GroupKind::Inbox, &agent).await;
        assert!(ids(&shop, &agent, list(None, Assignee::Any)).await.is_empty());
        assert_eq!(code(t.ask(&agent, GetConversation { id: first }).await), "not_found");

        // A token without the scope of this desk does not reach it.
        for (scope, seen) in [(Scope::Read, 0), (Scope::Customers, 2)] {
            let via = Via::Token(TokenId::default(), Scopes::of(&[scope]));
            let actor = Actor::Member { id: shop.ben.id, via };
            let found = t.app.ask(t.ctx_as(shop.org.tenant, actor), list(None, Assignee::Any)).await.unwrap();
            assert_eq!(found.items.len(), seen, "{scope:?}");
        }
        // Visitors have no place here at all.
        for actor in [eve.actor, Actor::Anonymous] {
            let ctx = || t.ctx_as(shop.org.tenant, actor);
            assert_eq!(code(t.app.ask(ctx(), Inboxes).await), "unauthenticated");
            assert_eq!(code(t.app.ask(ctx(), GetInbox { id: shop.inbox.id }).await), "unauthenticated");
            assert_eq!(code(t.app.ask(ctx(), list(None, Assignee::Any)).await), "unauthenticated");
            assert_eq!(code(t.app.ask(ctx(), Counts).await), "unauthenticated");
            assert_eq!(code(t.app.ask(ctx(), find()).await), "unauthenticated");
            assert_ne!(code(t.app.ask(ctx(), GetContact { id: contact }).await), "ok");
            assert_ne!(code(t.app.ask(ctx(), GetConversation { id: first }).await), "ok");
            assert_ne!(code(t.app.run(ctx(), UpdateConversation::of(first)).await), "ok");
            assert_ne!(code(t.app.run(ctx(), UpdateContact::of(contact)).await), "ok");
        }
    });
}

#[test]
fn another_organization_finds_nothing() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let (eve, first, _) = with_two(&shop).await;
        let contact = eve.begun.id;
        let other = shop.t.org("Rival").await;
        let (t, them) = (&shop.t, &other.owner);
        assert!(t.ask(them, Inboxes).await.unwrap().is_empty());
        assert!(ids(&shop, them, list(None, Assignee::Any)).await.is_empty());
        assert_eq!(t.ask(them, Counts).await.unwrap().all, 0);
        assert_eq!(code(t.ask(them, GetInbox { id: shop.inbox.id }).await), "not_found");
        assert_eq!(code(t.ask(them, GetConversation { id: first }).await), "not_found");
        assert_eq!(code(t.ask(them, GetContact { id: contact }).await), "not_found");
        assert_eq!(code(t.run(them, UpdateConversation::of(first)).await), "not_found");
        assert_eq!(code(t.run(them, UpdateContact::of(contact)).await), "not_found");
        let settings = InboxSettings::default();
        assert_eq!(code(t.run(them, UpdateInbox { id: shop.inbox.id, settings }).await), "not_found");
        // A visitor's token of one organization, used at the door of another.
        let ctx = t.ctx_as(other.tenant, Actor::Anonymous);
        let begin = crate::shop::begin(shop.inbox.id);
        assert_eq!(code(portico_core::customers::widget::begin(&t.app, ctx, begin).await), "not_found");
        let ctx = t.ctx_as(other.tenant, eve.actor);
        assert_eq!(
            code(portico_core::customers::widget::post(&t.app, ctx, "Hi", Vec::new()).await),
            "not_found"
        );
    });
}

#[test]
fn sharing_posts_a_link_that_opens_only_for_those_who_may() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let (_, first, _) = with_two(&shop).await;
        let t = &shop.t;
        let make = |name: &str, visibility| portico_core::rooms::CreateChannel {
            name: name.into(),
            handle: None,
            visibility,
            team: None,
            topic: String::new(),
            purpose: String::new(),
        };
        let room = t.run(&shop.ben, make("Returns", Visibility::Public)).await.unwrap().id;
        let secret = t.run(&shop.ben, make("Secret", Visibility::Private)).await.unwrap().id;
        let base = "https://chat.example";
        let shared = share(&t.app, t.ctx(&shop.ben), first, room, "Can you look?", base).await.unwrap();
        assert_eq!(shared.room_id, room);
        let Body::Markdown { text, html } = &shared.body else { panic!("{:?}", shared.body) };
        assert_eq!(*text, format!("Can you look?\n\nhttps://chat.example/conversations/{first}"));
        assert!(html.contains("href=\"https://chat.example/conversations/"), "{html}");
        share(&t.app, t.ctx(&shop.ben), first, secret, "", base).await.unwrap();
        let lines = t.take_events();
        let names: Vec<_> = lines
            .iter()
            .filter_map(|e| match &e.event {
                portico_domain::event::Event::MessagePosted { message } if message.room_id == first => {
                    match &message.body {
                        Body::System { event, params } if event == "shared" => Some(params["name"].clone()),
                        _ => None,
                    }
                }
                _ => None,
            })
            .collect();
        assert_eq!(names, ["Returns", ""], "a private channel is not named");

        assert_eq!(code(share(&t.app, t.ctx(&shop.mia), first, room, "", base).await), "not_found");
        assert_eq!(code(share(&t.app, t.ctx(&shop.ann), first, secret, "", base).await), "not_found");
        assert_eq!(code(share(&t.app, t.ctx(&shop.ben), first, first, "", base).await), "invalid");
    });
}

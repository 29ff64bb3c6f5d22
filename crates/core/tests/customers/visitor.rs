//! What a visitor's browser may ask.

use crate::shop::{Shop, begin, text};
use portico_core::customers::{GetContact, InboxSettings, UpdateInbox, widget};
use portico_domain::{
    inbox::{Asked, Form},
    room::Ring,
};
use portico_types::{ErrorCode, Millis};

#[test]
fn the_key_opens_the_public_side_and_no_more() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let door = widget::door(&shop.t.app, &shop.inbox.key).await.unwrap();
        assert_eq!((door.tenant, door.inbox), (shop.org.tenant, shop.inbox.id));
        for wrong in ["", "nope", "../..", &shop.inbox.key[1..], "a".repeat(100).as_str()] {
            let refused = widget::door(&shop.t.app, wrong).await.unwrap_err();
            assert_eq!(refused.code(), ErrorCode::NotFound, "{wrong}");
        }
        let anonymous = shop.t.ctx_as(door.tenant, portico_policy::Actor::Anonymous);
        let config = shop.t.app.ask(anonymous, widget::Config { inbox: door.inbox }).await.unwrap();
        assert_eq!(
            (config.name.as_str(), config.organization.as_str(), config.unread),
            ("Website", "Shop", None)
        );
        let said = serde_json::to_string(&config).unwrap();
        assert!(
            !said.contains(&shop.ann.id.to_string()) && !said.contains("secret") && !said.contains("team"),
            "{said}"
        );

        let eve = shop.visitor().await;
        let id = shop.says(&eve, "Hi").await.unwrap().room_id;
        shop.writes(&shop.ben, id, Ring::Everyone, "Hello").await.unwrap();
        shop.writes(&shop.ben, id, Ring::Team, "A note").await.unwrap();
        let ctx = shop.t.ctx_as(door.tenant, eve.actor);
        let config = shop.t.app.ask(ctx, widget::Config { inbox: door.inbox }).await.unwrap();
        assert_eq!(config.unread, Some(1));
        // An inbox that is no website has no such door.
        let settings = InboxSettings { name: Some("Mail".into()), ..InboxSettings::default() };
        let make =
            portico_core::customers::CreateInbox { kind: portico_domain::inbox::InboxKind::Email, settings };
        let mail = shop.t.run(&shop.ann, make).await.unwrap();
        assert_eq!(widget::door(&shop.t.app, &mail.key).await.unwrap_err().code(), ErrorCode::NotFound);
        assert_eq!(shop.begin(begin(mail.id)).await.unwrap_err().code(), ErrorCode::NotFound);
    });
}

#[test]
fn a_token_brings_the_same_visitor_back_while_it_lives() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let eve = shop.visitor().await;
        assert!(eve.token.starts_with("pv_"));
        shop.says(&eve, "Hi").await.unwrap();
        let resume = async |token: &str| {
            let mut again = begin(shop.inbox.id);
            again.token = Some(token.to_owned());
            shop.begin(again).await
        };
        // Each visit renews it.
        for _ in 0..3 {
            shop.t.clock.advance(150 * Millis::DAY);
            let (visitor, begun) = resume(&eve.token).await.unwrap();
            assert_eq!((visitor.begun.id, &visitor.token, begun.unread), (eve.begun.id, &eve.token, 0));
        }
        let known = portico_core::people::authenticate(&shop.t.app, &eve.token).await.unwrap();
        assert_eq!((known.tenant, known.actor), (shop.org.tenant, eve.actor));
        shop.t.clock.advance(181 * Millis::DAY);
        for token in [eve.token.as_str(), "pv_nonsense", ""] {
            let refused = resume(token).await.unwrap_err();
            assert_eq!((refused.code(), refused.field()), (ErrorCode::Unauthenticated, Some("token")));
        }
    });
}

#[test]
fn what_a_browser_says_is_checked() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let mut full = begin(shop.inbox.id);
        full.name = Some("  Eve\tExample ".into());
        full.email = Some("eve@EXAMPLE.com".into());
        full.locale = Some("de-AT".into());
        full.time_zone = Some("Europe/Vienna".into());
        full.page =
            Some((format!("https://shop.example/{}", "x".repeat(3_000)), "Tea\u{7} pots ".repeat(100)));
        let (eve, _) = shop.begin(full.clone()).await.unwrap();
        let contact = shop.t.ask(&shop.ben, GetContact { id: eve.begun.id }).await.unwrap();
        assert_eq!(
            (contact.name.as_str(), contact.email.as_deref()),
            ("Eve Example", Some("eve@example.com"))
        );
        assert_eq!((contact.locale.as_str(), contact.time_zone.as_deref()), ("de-AT", Some("Europe/Vienna")));
        let page = contact.page.unwrap();
        assert_eq!(page.url.len(), 2_048);
        assert!(page.title.starts_with("Tea pots Tea") && page.title.chars().count() <= 200);
        assert!(!contact.verified && contact.identifier.is_none());

        for (field, change) in [
            ("name", widget::Begin { name: Some("x".repeat(65)), ..full.clone() }),
            ("name", widget::Begin { name: Some("a\u{202e}b".into()), ..full.clone() }),
            ("email", widget::Begin { email: Some("nonsense".into()), ..full.clone() }),
            (
                "page.url",
                widget::Begin { page: Some(("javascript:alert(1)".into(), String::new())), ..full.clone() },
            ),
            (
                "page.url",
                widget::Begin { page: Some(("https://a\nb".into(), String::new())), ..full.clone() },
            ),
        ] {
            assert_eq!(shop.begin(change).await.unwrap_err().field(), Some(field));
        }
        let odd = widget::Begin { locale: Some("<b>".into()), time_zone: Some("'".into()), ..full };
        let (odd, _) = shop.begin(odd).await.unwrap();
        let contact = shop.t.ask(&shop.ben, GetContact { id: odd.begun.id }).await.unwrap();
        assert_eq!((contact.locale.as_str(), contact.time_zone), ("", None));
        for (message, bad) in [("empty", " "), ("nul", "a\0b")] {
            assert_eq!(shop.says(&eve, bad).await.unwrap_err().code(), ErrorCode::Invalid, "{message}");
        }
        assert_eq!(shop.says(&eve, &"x".repeat(16_001)).await.unwrap_err().code(), ErrorCode::TooLarge);
    });
}

#[test]
fn what_the_form_requires_comes_first() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let form = Form { name: Asked::Required, email: Asked::Required };
        let settings = InboxSettings { form: Some(form), ..InboxSettings::default() };
        shop.t.run(&shop.ann, UpdateInbox { id: shop.inbox.id, settings }).await.unwrap();
        let eve = shop.visitor().await;
        assert_eq!(shop.says(&eve, "Hi").await.unwrap_err().field(), Some("name"));
        let update = async |name: Option<&str>, email: Option<&str>| {
            let update = widget::Update { name: name.map(str::to_owned), email: email.map(str::to_owned) };
            shop.t.app.run(shop.t.ctx_as(shop.org.tenant, eve.actor), update).await
        };
        assert_eq!(update(Some("Eve"), None).await.unwrap().name, "Eve");
        assert_eq!(shop.says(&eve, "Hi").await.unwrap_err().field(), Some("email"));
        assert_eq!(update(None, Some("no")).await.unwrap_err().field(), Some("email"));
        update(None, Some("eve@example.com")).await.unwrap();
        assert!(shop.says(&eve, "Hi").await.is_ok());
    });
}

#[test]
fn pages_go_back_by_the_visitors_own_numbers() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let eve = shop.visitor().await;
        let id = shop.says(&eve, "m1").await.unwrap().room_id;
        for n in 2..=7 {
            shop.writes(&shop.ben, id, Ring::Team, "note").await.unwrap();
            shop.writes(&shop.ben, id, Ring::Everyone, &format!("m{n}")).await.unwrap();
        }
        let page = async |before| {
            let ctx = shop.t.ctx_as(shop.org.tenant, eve.actor);
            let page = shop.t.app.ask(ctx, widget::Messages { before, limit: 3 }).await.unwrap();
            let items: Vec<_> = page.items.iter().map(|m| (m.number, text(m).to_owned())).collect();
            (items, page.has_before)
        };
        let of = |numbers: std::ops::RangeInclusive<i64>| {
            numbers.map(|n| (n, format!("m{n}"))).collect::<Vec<_>>()
        };
        assert_eq!(page(None).await, (of(5..=7), true));
        assert_eq!(page(Some(5)).await, (of(2..=4), true));
        assert_eq!(page(Some(2)).await, (of(1..=1), false));
        assert_eq!(page(Some(1)).await, (Vec::new(), false));
        assert_eq!(page(Some(i64::MIN)).await, (Vec::new(), false));
    });
}

#[test]
fn agents_see_where_the_visitor_is_while_they_talk() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let eve = shop.visitor().await;
        let go = async |url: &str| {
            let page = widget::SetPage { url: url.into(), title: "Shop".into() };
            shop.t.app.run(shop.t.ctx_as(shop.org.tenant, eve.actor), page).await
        };
        go("https://shop.example/").await.unwrap();
        assert!(shop.t.take_events().is_empty(), "nobody talks yet");
        shop.says(&eve, "Hi").await.unwrap();
        shop.t.take_events();
        go("https://shop.example/pots").await.unwrap();
        assert_eq!(shop.t.take_kinds(), ["contact.updated"]);
        go("https://shop.example/pots").await.unwrap();
        assert!(shop.t.take_events().is_empty(), "the same page is no news");
        assert_eq!(go("file:///etc/passwd").await.unwrap_err().field(), Some("page.url"));
        let contact = shop.t.ask(&shop.ben, GetContact { id: eve.begun.id }).await.unwrap();
        assert_eq!(contact.page.unwrap().url, "https://shop.example/pots");
    });
}

#[test]
fn a_face_leads_to_a_picture_and_never_to_a_member() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let upload = portico_core::files::RecordUpload {
            name: "ben.png".into(),
            kind: "image/png".into(),
            size: 9,
            sha256: [3; 32],
            dimensions: Some((8, 8)),
            thumb: Some(([4; 32], "image/png".into())),
        };
        let picture = shop.t.run(&shop.ben, upload).await.unwrap().id;
        let change = portico_core::people::EditProfile { picture: Some(Some(picture)), ..Default::default() };
        shop.t.run(&shop.ben, change).await.unwrap();
        let eve = shop.visitor().await;
        let id = shop.says(&eve, "Hi").await.unwrap().room_id;
        shop.writes(&shop.ben, id, Ring::Everyone, "Hello").await.unwrap();
        shop.writes(&shop.ann, id, Ring::Everyone, "Hello from me").await.unwrap();
        let page = shop.sees(&eve).await;
        assert_eq!((page[0].face, page[2].face), (None, None), "visitors have none, Ann has none");
        let face = page[1].face.unwrap();
        assert_ne!(face, shop.ben.id.0);
        let ctx = || shop.t.ctx_as(shop.org.tenant, eve.actor);
        let file = shop.t.app.ask(ctx(), widget::Face { face }).await.unwrap().unwrap();
        assert_eq!(file, picture);
        assert!(shop.t.app.ask(ctx(), portico_core::files::FetchFile { id: file }).await.is_ok());
        for wrong in [shop.ben.id.0, picture.0, portico_types::Id::default()] {
            let refused = shop.t.app.ask(ctx(), widget::Face { face: wrong }).await.unwrap_err();
            assert_eq!(refused.code(), ErrorCode::NotFound);
        }
    });
}

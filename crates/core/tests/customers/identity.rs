//! Visitors the host vouches for.

use crate::shop::{Shop, Visitor, begin, text};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use portico_core::customers::{
    ContactConversations, Contacts, GetContact, InboxSettings, RotateIdentitySecret, UpdateContact,
    UpdateInbox, widget,
};
use portico_domain::{event::Event, inbox::Asked};
use portico_policy::Actor;
use portico_types::{Clock, ErrorCode, Result};
use serde_json::{Value, json};

fn sign(header: &Value, claims: &Value, secret: &str) -> String {
    let encode = |v: &Value| URL_SAFE_NO_PAD.encode(v.to_string());
    let signed = format!("{}.{}", encode(header), encode(claims));
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

fn hs256() -> Value {
    json!({"alg": "HS256", "typ": "JWT"})
}

struct Host<'s> {
    shop: &'s Shop,
    secret: String,
}

impl<'s> Host<'s> {
    async fn with(shop: &'s Shop, identity: Asked) -> Self {
        let settings = InboxSettings { identity: Some(identity), ..InboxSettings::default() };
        shop.t.run(&shop.ann, UpdateInbox { id: shop.inbox.id, settings }).await.unwrap();
        let secret =
            shop.t.run(&shop.ann, RotateIdentitySecret { id: shop.inbox.id }).await.unwrap().secret.unwrap();
        Self { shop, secret }
    }

    fn in_seconds(&self, s: i64) -> i64 {
        self.shop.t.clock.now().0 / 1000 + s
    }

    fn claims(&self, sub: &str) -> Value {
        json!({"sub": sub, "exp": self.in_seconds(600), "aud": self.shop.inbox.key})
    }

    async fn come(&self, token: Option<&Visitor>, jwt: String) -> Result<(Visitor, widget::Begun)> {
        let mut begin = begin(self.shop.inbox.id);
        begin.token = token.map(|v| v.token.clone());
        begin.jwt = Some(jwt);
        self.shop.begin(begin).await
    }

    async fn sign_in(&self, token: Option<&Visitor>, claims: &Value) -> Visitor {
        self.come(token, sign(&hs256(), claims, &self.secret)).await.unwrap().0
    }
}

#[test]
fn an_anonymous_conversation_goes_over_to_who_signs_in() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let host = Host::with(&shop, Asked::Optional).await;
        // On the phone, signed in.
        let mut claims = host.claims("customer-7");
        claims["name"] = json!("Eve Example");
        claims["email"] = json!("eve@example.com");
        claims["attributes"] = json!({"plan": "gold", "orders": 12, "staff": false});
        let phone = host.sign_in(None, &claims).await;
        assert!(phone.begun.verified);
        let first = shop.says(&phone, "From the phone").await.unwrap().room_id;
        // On the laptop, not yet.
        shop.t.clock.advance(1000);
        let laptop = shop.visitor().await;
        let block =
            UpdateContact { phone: Some(Some("+49 30 1".into())), ..UpdateContact::of(laptop.begun.id) };
        shop.t
            .run(&shop.ben, UpdateContact { phone: Some(Some("+49 30 123".into())), ..block })
            .await
            .unwrap();
        let second = shop.says(&laptop, "From the laptop").await.unwrap().room_id;
        shop.t.take_events();

        let signed_in = host.sign_in(Some(&laptop), &host.claims("customer-7")).await;
        assert_eq!(signed_in.begun.id, phone.begun.id);
        assert_ne!(signed_in.token, laptop.token, "the anonymous token opens nothing any more");
        let kinds = shop.t.take_kinds();
        assert_eq!(kinds, ["contact.merged", "conversation.updated", "contact.updated"]);

        let contact = shop.t.ask(&shop.ben, GetContact { id: phone.begun.id }).await.unwrap();
        assert_eq!(
            (contact.name.as_str(), contact.email.as_deref()),
            ("Eve Example", Some("eve@example.com"))
        );
        assert_eq!(contact.phone.as_deref(), Some("+49 30 123"), "what was known of the other stays known");
        assert_eq!(contact.attributes["orders"], "12");
        assert_eq!(contact.identifier.as_deref(), Some("customer-7"));
        let both = ContactConversations { contact: contact.id, cursor: None, limit: 50 };
        let both: Vec<_> =
            shop.t.ask(&shop.ben, both).await.unwrap().items.into_iter().map(|c| c.id).collect();
        assert_eq!(both, [second, first]);
        let gone = shop.t.ask(&shop.ben, GetContact { id: laptop.begun.id }).await.unwrap_err();
        assert_eq!(gone.code(), ErrorCode::NotFound);
        let all = Contacts { search: String::new(), cursor: None, limit: 50 };
        assert_eq!(shop.t.ask(&shop.ben, all).await.unwrap().items.len(), 1);

        // The moved conversation is theirs on both devices, with their words as theirs.
        for device in [&signed_in, &phone] {
            let page = shop.sees(device).await;
            assert_eq!((text(&page[0]), page[0].mine), ("From the laptop", true));
        }
        shop.says(&signed_in, "And on").await.unwrap();
        assert!(shop.t.take_events().iter().any(|e| matches!(
            &e.event, Event::MessagePosted { message } if message.room_id == second && message.author.name == "Eve Example"
        )));
        // The old actor, should a socket still hold it, opens nothing.
        assert_eq!(shop.says(&laptop, "Still here?").await.unwrap_err().code(), ErrorCode::NotFound);
        let mut again = begin(shop.inbox.id);
        again.token = Some(laptop.token.clone());
        assert_eq!(shop.begin(again).await.unwrap_err().field(), Some("token"));
    });
}

#[test]
fn the_first_sign_in_keeps_the_visitor_and_the_next_person_is_another() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let host = Host::with(&shop, Asked::Optional).await;
        let anonymous = shop.visitor().await;
        shop.says(&anonymous, "Hello").await.unwrap();
        let eve = host.sign_in(Some(&anonymous), &host.claims("eve")).await;
        assert_eq!((eve.begun.id, &eve.token), (anonymous.begun.id, &anonymous.token));
        assert!(eve.begun.verified);
        // Someone else signs in on the same computer: they get nothing of hers.
        let bob = host.sign_in(Some(&eve), &host.claims("bob")).await;
        assert_ne!(bob.begun.id, eve.begun.id);
        assert_ne!(bob.token, eve.token);
        assert!(shop.sees(&bob).await.is_empty());
        assert_eq!(shop.sees(&eve).await.len(), 1);
        // Who is vouched for cannot call themselves otherwise, but may fill in what is open.
        let mut claims = host.claims("bob");
        claims["name"] = json!("Bob");
        let bob = host.sign_in(Some(&bob), &claims).await;
        let say = |name: Option<&str>, email: Option<&str>| widget::Update {
            name: name.map(str::to_owned),
            email: email.map(str::to_owned),
        };
        let ctx = || shop.t.ctx_as(shop.org.tenant, bob.actor);
        assert_eq!(shop.t.app.run(ctx(), say(Some("Eve"), None)).await.unwrap().name, "Bob");
        let filled = shop.t.app.run(ctx(), say(None, Some("bob@example.com"))).await.unwrap();
        assert_eq!((filled.name.as_str(), filled.email.as_deref()), ("Bob", Some("bob@example.com")));
    });
}

#[test]
fn what_is_not_signed_for_this_inbox_now_is_refused() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let host = Host::with(&shop, Asked::Optional).await;
        let good = host.claims("eve");
        let with = |key: &str, value: Value| {
            let mut claims = good.clone();
            claims[key] = value;
            claims
        };
        let without = |key: &str| {
            let mut claims = good.clone();
            claims.as_object_mut().unwrap().remove(key);
            claims
        };
        let header = |alg: &str| json!({"alg": alg, "typ": "JWT"});
        let unsigned = {
            let token = sign(&header("none"), &good, "");
            token[..=token.rfind('.').unwrap()].to_owned()
        };
        let tampered = {
            let token = sign(&hs256(), &good, &host.secret);
            let forged = sign(&hs256(), &with("sub", json!("admin")), "other");
            let (parts, theirs): (Vec<_>, Vec<_>) = (token.split('.').collect(), forged.split('.').collect());
            format!("{}.{}.{}", parts[0], theirs[1], parts[2])
        };
        let signed = |claims: Value| sign(&hs256(), &claims, &host.secret);
        let bad = [
            ("expired", signed(with("exp", json!(host.in_seconds(0))))),
            ("long ago", signed(with("exp", json!(0)))),
            ("too long", signed(with("exp", json!(host.in_seconds(3_700))))),
            ("for ever", signed(with("exp", json!(i64::MAX)))),
            ("no exp", signed(without("exp"))),
            ("exp as text", signed(with("exp", json!("2099")))),
            ("no sub", signed(without("sub"))),
            ("empty sub", signed(with("sub", json!(" ")))),
            ("long sub", signed(with("sub", json!("x".repeat(256))))),
            ("no aud", signed(without("aud"))),
            ("other aud", signed(with("aud", json!("another-inbox")))),
            ("aud among none", signed(with("aud", json!([])))),
            ("not yet", signed(with("nbf", json!(host.in_seconds(300))))),
            ("bad email", signed(with("email", json!("nonsense")))),
            ("bad attributes", signed(with("attributes", json!({"a": {"b": 1}})))),
            ("other secret", sign(&hs256(), &good, "not the secret")),
            ("alg none", unsigned.clone()),
            ("alg none, signed", sign(&header("none"), &good, &host.secret)),
            ("alg None", sign(&header("None"), &good, &host.secret)),
            ("other alg", sign(&header("HS512"), &good, &host.secret)),
            ("crit", sign(&json!({"alg": "HS256", "crit": ["b64"], "b64": false}), &good, &host.secret)),
            ("tampered", tampered),
            ("no signature", unsigned.trim_end_matches('.').to_owned()),
            ("no token", String::new()),
            ("dots", "..".to_owned()),
            ("not base64", "%%.%%.%%".to_owned()),
        ];
        for (what, jwt) in bad {
            let refused = host.come(None, jwt).await.unwrap_err();
            assert_eq!(
                (refused.code(), refused.field()),
                (ErrorCode::Unauthenticated, Some("jwt")),
                "{what}"
            );
        }
        let huge = host.come(None, "a".repeat(9_000)).await.unwrap_err();
        assert_eq!(huge.code(), ErrorCode::TooLarge);
        let none = Contacts { search: String::new(), cursor: None, limit: 50 };
        assert!(shop.t.ask(&shop.ben, none).await.unwrap().items.is_empty(), "nothing came of all that");

        assert!(host.come(None, signed(good.clone())).await.is_ok());
        assert!(host.come(None, signed(with("aud", json!(["x", shop.inbox.key])))).await.is_ok());
        // A new secret ends the old one's tokens.
        let old = signed(good.clone());
        let host = Host::with(&shop, Asked::Optional).await;
        assert!(host.come(None, old.clone()).await.is_err());
        // Turned off, none is taken.
        let host = Host::with(&shop, Asked::Off).await;
        let refused = host.come(None, sign(&hs256(), &good, &host.secret)).await.unwrap_err();
        assert_eq!(refused.field(), Some("jwt"));
    });
}

#[test]
fn where_identity_is_required_nobody_comes_or_writes_without() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let early = shop.visitor().await;
        shop.says(&early, "Before the rule").await.unwrap();
        let host = Host::with(&shop, Asked::Required).await;
        let refused = shop.begin(begin(shop.inbox.id)).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Forbidden);
        let mut again = begin(shop.inbox.id);
        again.token = Some(early.token.clone());
        assert_eq!(shop.begin(again).await.unwrap_err().code(), ErrorCode::Forbidden);
        assert_eq!(shop.says(&early, "Still").await.unwrap_err().code(), ErrorCode::Forbidden);
        let eve = host.sign_in(Some(&early), &host.claims("eve")).await;
        shop.says(&eve, "Signed in").await.unwrap();
        let mut again = begin(shop.inbox.id);
        again.token = Some(eve.token.clone());
        assert!(shop.begin(again).await.unwrap().1.visitor.verified);
    });
}

#[test]
fn blocked_is_blocked_under_every_name() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let host = Host::with(&shop, Asked::Optional).await;
        let known = host.sign_in(None, &host.claims("spammer")).await;
        assert!(!shop.t.ask(&shop.ben, GetContact { id: known.begun.id }).await.unwrap().blocked);
        let anonymous = shop.visitor().await;
        shop.says(&anonymous, "Buy this").await.unwrap();
        let block = UpdateContact { blocked: Some(true), ..UpdateContact::of(anonymous.begun.id) };
        assert!(shop.t.run(&shop.ben, block).await.unwrap().blocked);
        assert_eq!(shop.says(&anonymous, "Buy that").await.unwrap_err().code(), ErrorCode::Forbidden);
        let merged = host.sign_in(Some(&anonymous), &host.claims("spammer")).await;
        assert_eq!(merged.begun.id, known.begun.id);
        assert_eq!(shop.says(&merged, "And this").await.unwrap_err().code(), ErrorCode::Forbidden);
        assert_eq!(shop.says(&known, "And this").await.unwrap_err().code(), ErrorCode::Forbidden);
        let allow = UpdateContact { blocked: Some(false), ..UpdateContact::of(known.begun.id) };
        shop.t.run(&shop.ben, allow).await.unwrap();
        assert!(shop.says(&merged, "Sorry").await.is_ok());
    });
}

#[test]
fn an_identity_of_one_inbox_is_nothing_in_another() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let host = Host::with(&shop, Asked::Optional).await;
        let eve = host.sign_in(None, &host.claims("eve")).await;
        shop.says(&eve, "Hello").await.unwrap();
        let settings = InboxSettings {
            name: Some("Second".into()),
            identity: Some(Asked::Optional),
            ..InboxSettings::default()
        };
        let make = portico_core::customers::CreateInbox {
            kind: portico_domain::inbox::InboxKind::Website,
            settings,
        };
        let second = shop.t.run(&shop.ann, make).await.unwrap();
        let mut there = begin(second.id);
        there.token = Some(eve.token.clone());
        assert_eq!(shop.begin(there.clone()).await.unwrap_err().field(), Some("token"));
        there.token = None;
        there.jwt = Some(sign(&hs256(), &host.claims("eve"), &host.secret));
        assert_eq!(shop.begin(there).await.unwrap_err().field(), Some("jwt"));
        // The contact with another inbox's name on it opens neither.
        let Actor::Contact { id, .. } = eve.actor else { panic!("{:?}", eve.actor) };
        let ctx = shop.t.ctx_as(shop.org.tenant, Actor::Contact { id, inbox: second.id });
        let page = shop.t.app.ask(ctx, widget::Messages { before: None, limit: 10 }).await.unwrap();
        assert!(page.items.is_empty());
        let ctx = shop.t.ctx_as(shop.org.tenant, Actor::Contact { id, inbox: second.id });
        let refused = widget::post(&shop.t.app, ctx, "Hi", Vec::new()).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::NotFound);
    });
}

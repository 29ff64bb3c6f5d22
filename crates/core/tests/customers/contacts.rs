//! Finding contacts and looking after them.

use crate::shop::{Shop, begin};
use portico_core::customers::{ContactConversations, Contacts, GetContact, UpdateContact};
use portico_types::{Millis, PageCursor};
use std::collections::BTreeMap;

async fn found(shop: &Shop, search: &str) -> Vec<String> {
    let find = Contacts { search: search.into(), cursor: None, limit: 50 };
    shop.t.ask(&shop.ben, find).await.unwrap().items.into_iter().map(|c| c.name).collect()
}

#[test]
fn contacts_are_found_by_what_is_known_of_them() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        for (name, email) in
            [("Zoë Müller", "zoe@example.com"), ("Bob 100%", "bob_1@example.org"), ("Carl", "c@example.org")]
        {
            let mut new = begin(shop.inbox.id);
            (new.name, new.email) = (Some(name.into()), Some(email.into()));
            shop.begin(new).await.unwrap();
            shop.t.clock.advance(Millis::SECOND);
        }
        assert_eq!(found(&shop, "").await, ["Carl", "Bob 100%", "Zoë Müller"]);
        assert_eq!(found(&shop, "MÜLLER").await, ["Zoë Müller"]);
        assert_eq!(found(&shop, "example.org").await, ["Carl", "Bob 100%"]);
        assert_eq!(found(&shop, "%").await, ["Bob 100%"], "a sign, not a pattern");
        assert_eq!(found(&shop, "bob_1").await, ["Bob 100%"]);
        assert!(found(&shop, "!").await.is_empty());
        let page = |cursor: Option<PageCursor>| Contacts { search: String::new(), cursor, limit: 2 };
        let first = shop.t.ask(&shop.ben, page(None)).await.unwrap();
        let second = shop.t.ask(&shop.ben, page(first.next)).await.unwrap();
        assert_eq!((first.items.len(), second.items.len(), second.next), (2, 1, None));
        let long = Contacts { search: "x".repeat(201), cursor: None, limit: 2 };
        assert_eq!(shop.t.ask(&shop.ben, long).await.unwrap_err().field(), Some("q"));
    });
}

#[test]
fn agents_keep_what_they_learn() {
    portico_testkit::each(async |t| {
        let shop = Shop::open(t).await;
        let eve = shop.visitor().await;
        let id = eve.begun.id;
        shop.says(&eve, "Hi").await.unwrap();
        shop.t.take_events();
        let attributes = BTreeMap::from([("plan".to_owned(), "gold".to_owned())]);
        let change = UpdateContact {
            name: Some("Eve".into()),
            email: Some(Some("eve@example.com".into())),
            phone: Some(Some("+49 30 1234567".into())),
            attributes: Some(attributes.clone()),
            ..UpdateContact::of(id)
        };
        let contact = shop.t.run(&shop.ben, change.clone()).await.unwrap();
        assert_eq!((contact.name.as_str(), &contact.attributes), ("Eve", &attributes));
        assert_eq!(shop.t.take_kinds(), ["contact.updated"]);
        shop.t.run(&shop.ben, change).await.unwrap();
        assert!(shop.t.take_events().is_empty());
        assert_eq!(found(&shop, "1234567").await, ["Eve"]);
        let clear = UpdateContact { email: Some(None), phone: Some(None), ..UpdateContact::of(id) };
        let contact = shop.t.run(&shop.ben, clear).await.unwrap();
        assert_eq!((&contact.email, &contact.phone), (&None, &None));
        assert!(found(&shop, "1234567").await.is_empty());

        for (field, wrong) in [
            ("email", UpdateContact { email: Some(Some("no".into())), ..UpdateContact::of(id) }),
            ("phone", UpdateContact { phone: Some(Some("call me".into())), ..UpdateContact::of(id) }),
            ("name", UpdateContact { name: Some("x".repeat(65)), ..UpdateContact::of(id) }),
            (
                "attributes",
                UpdateContact {
                    attributes: Some(BTreeMap::from([("k".into(), "v".repeat(1_001))])),
                    ..UpdateContact::of(id)
                },
            ),
        ] {
            assert_eq!(shop.t.run(&shop.ben, wrong).await.unwrap_err().field(), Some(field));
        }
        assert_eq!(shop.t.ask(&shop.ben, GetContact { id }).await.unwrap(), contact);
        let all = ContactConversations { contact: id, cursor: None, limit: 10 };
        let all = shop.t.ask(&shop.ben, all).await.unwrap();
        assert_eq!(all.items.len(), 1);
        assert_eq!(all.items[0].contact, contact);
    });
}

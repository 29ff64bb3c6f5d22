//! The Customers desk over HTTP: the agents' API and the visitors'.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use portico_domain::member::Role;
use portico_testkit::{HttpApp, Person, each_http};
use serde_json::{Value, json};

struct Shop {
    owner: Person,
    ben: Person,
    inbox: Value,
    /// `/widget/v1/{key}`.
    widget: String,
}

async fn shop(h: &HttpApp) -> Shop {
    let org = h.t.org("Shop").await;
    let ben = h.t.member(&org, "Ben", Role::Member).await;
    let new = json!({"kind": "website", "name": "Site", "allowed_origins": ["https://shop.example"]});
    let inbox = h.as_member(&org.owner).post("/inboxes", new).await.ok(201);
    // Agents are listed by when they came.
    h.t.clock.advance(1);
    let path = format!("/inboxes/{}/members/{}", inbox["id"].as_str().unwrap(), ben.id);
    let inbox = h.as_member(&org.owner).put(&path, json!({})).await.ok(200);
    assert_eq!(inbox["member_ids"], json!([org.owner.id, ben.id]));
    let widget = format!("/widget/v1/{}", inbox["key"].as_str().unwrap());
    Shop { owner: org.owner, ben, inbox, widget }
}

impl Shop {
    fn at(&self, rest: &str) -> String {
        format!("{}{rest}", self.widget)
    }

    async fn visitor(&self, h: &HttpApp) -> String {
        let begun = h.anonymous().post(&self.at("/visitor"), json!({})).await.ok(200);
        begun["token"].as_str().unwrap().to_owned()
    }

    async fn conversation(&self, h: &HttpApp) -> String {
        let list = h.as_member(&self.ben).get("/conversations?assignee=none").await.ok(200);
        list["items"][0]["id"].as_str().unwrap().to_owned()
    }
}

#[test]
fn a_visitor_and_an_agent_talk() {
    each_http(async |h| {
        let shop = shop(&h).await;
        let snippet = shop.inbox["snippet"].as_str().unwrap();
        assert!(snippet.contains("https://chat.example.org/w.js"), "{snippet}");
        let page = json!({"url": "https://shop.example/pots", "title": "Pots"});
        let begun =
            h.anonymous().post(&shop.at("/visitor"), json!({"locale": "de", "page": page})).await.ok(200);
        assert_eq!((&begun["conversation"], &begun["unread"]), (&Value::Null, &json!(0)));
        assert!(begun["cursor"].is_string());
        let token = begun["token"].as_str().unwrap();
        let eve = h.as_contact(token);
        let post = || eve.post(&shop.at("/messages"), json!({"body": "Is it **blue**?"})).key("k1");
        let said = post().await.ok(201);
        assert_eq!(post().await.ok(201), said, "a retry says it once");
        assert_eq!(
            (&said["number"], &said["mine"], &said["client_key"]),
            (&json!(1), &json!(true), &json!("k1"))
        );

        let id = shop.conversation(&h).await;
        let rooms = format!("/rooms/{id}/messages");
        let ben = h.as_member(&shop.ben);
        ben.post(&rooms, json!({"body": "Ask @olive-owner", "ring": "team"})).await.ok(201);
        ben.post(&rooms, json!({"body": "It is, says @olive-owner"})).await.ok(201);
        let page = eve.get(&shop.at("/messages")).await;
        let items = page.ok(200)["items"].as_array().unwrap().clone();
        assert_eq!(items.iter().map(|m| m["number"].as_i64().unwrap()).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(items[1]["author"], json!({"name": "Ben", "picture": null}));
        for hidden in [shop.ben.id.to_string(), shop.owner.id.to_string(), id.clone(), "Ask".into()] {
            assert!(!page.text().contains(&hidden), "{hidden} is not for visitors: {}", page.text());
        }
        let config = eve.get(&shop.at("/config")).await.ok(200);
        assert_eq!((&config["unread"], &config["organization"]), (&json!(1), &json!("Shop")));
        eve.post(&shop.at("/read"), json!({"number": 2})).await.ok(204);
        assert_eq!(eve.get(&shop.at("/config")).await.ok(200)["unread"], 0);

        let counts = ben.get("/conversations/counts").await.ok(200);
        assert_eq!(counts, json!({"mine": 1, "unassigned": 0, "all": 1}));
        let path = format!("/conversations/{id}");
        let until = h.t.app.clock().now().0 + 60_000;
        let put_aside = ben.patch(&path, json!({"status": "snoozed", "snoozed_until": until})).await.ok(200);
        assert_eq!(put_aside["snoozed_until"], until);
        let free = ben.patch(&path, json!({"assignee_id": null, "status": "resolved"})).await.ok(200);
        assert_eq!((&free["assignee_id"], &free["snoozed_until"]), (&Value::Null, &Value::Null));
        let refused = ben.patch(&path, json!({"snoozed_until": 5, "status": "snoozed"})).await;
        assert_eq!(refused.refused(400, "invalid"), "snoozed_until");
        let again = h.anonymous().post(&shop.at("/visitor"), json!({"token": token})).await.ok(200);
        let place = json!({"status": "resolved", "last_number": 2, "read_number": 2, "seen_number": 2});
        assert_eq!(again["conversation"], place);
        let contact = begun["visitor"]["id"].as_str().unwrap();
        let contact = ben.get(&format!("/contacts/{contact}")).await.ok(200);
        assert_eq!(contact["page"]["url"], "https://shop.example/pots");
    });
}

#[test]
fn a_websites_origin_decides_who_may_show_it() {
    each_http(async |h| {
        let shop = shop(&h).await;
        let config = shop.at("/config");
        let from = |origin: &'static str| h.anonymous().get(&config).header("origin", origin);
        let ours = from("https://shop.example").await;
        assert_eq!((ours.status, ours.header("access-control-allow-origin")), (200, "https://shop.example"));
        assert!(ours.header("vary").contains("origin"));
        assert_eq!(from("https://evil.example").await.header("access-control-allow-origin"), "");
        let preflight =
            h.anonymous().ask("OPTIONS", &shop.at("/messages")).header("origin", "https://shop.example");
        let preflight = preflight.header("access-control-request-method", "POST").await;
        assert_eq!(preflight.status, 204);
        assert!(preflight.header("access-control-allow-headers").contains("authorization"));
        assert_eq!(preflight.header("access-control-allow-credentials"), "");
        // Without a list, any.
        let inbox = format!("/inboxes/{}", shop.inbox["id"].as_str().unwrap());
        h.as_member(&shop.owner).patch(&inbox, json!({"allowed_origins": []})).await.ok(200);
        assert_eq!(
            from("https://any.example").await.header("access-control-allow-origin"),
            "https://any.example"
        );
        h.anonymous().get("/widget/v1/nothing/config").await.refused(404, "not_found");
        h.anonymous().get("/widget/v1/nothing/nowhere").await.refused(404, "not_found");
    });
}

#[test]
fn a_token_opens_its_own_side_only() {
    each_http(async |h| {
        let shop = shop(&h).await;
        let token = shop.visitor(&h).await;
        let eve = h.as_contact(&token);
        eve.post(&shop.at("/messages"), json!({"body": "Hello"})).await.ok(201);
        let id = shop.conversation(&h).await;
        for path in ["/conversations", "/conversations/counts", "/contacts", "/inboxes", "/boot", "/members"]
        {
            eve.get(path).await.refused(401, "unauthenticated");
        }
        eve.patch(&format!("/conversations/{id}"), json!({"status": "resolved"}))
            .await
            .refused(401, "unauthenticated");
        eve.get(&format!("/rooms/{id}/messages")).await.refused(401, "unauthenticated");
        // A member is no visitor, of whatever rank; nobody is none either.
        for path in ["/messages", "/files/01m8bvm4g0f7kteavvhxw67f99", "/faces/01m8bvm4g0f7kteavvhxw67f99"] {
            h.as_member(&shop.owner).get(&shop.at(path)).await.refused(401, "unauthenticated");
            h.anonymous().get(&shop.at(path)).await.refused(401, "unauthenticated");
            eve.get(&format!("/widget/v1/nothing{path}")).await.refused(404, "not_found");
        }
        // Nor is a visitor of another inbox.
        let second = json!({"kind": "website", "name": "Second"});
        let second = h.as_member(&shop.owner).post("/inboxes", second).await.ok(201);
        let there = format!("/widget/v1/{}", second["key"].as_str().unwrap());
        let refused = eve.get(&format!("{there}/messages")).await;
        assert_eq!(refused.refused(401, "unauthenticated"), "token");
        let refused = h.anonymous().post(&format!("{there}/visitor"), json!({"token": token})).await;
        assert_eq!(refused.refused(401, "unauthenticated"), "token");
        let refused = h.anonymous().post(&shop.at("/visitor"), json!({"jwt": "a.b.c"})).await;
        assert_eq!(refused.refused(401, "unauthenticated"), "jwt");
        let required = json!({"identity": "required"});
        let inbox = format!("/inboxes/{}", shop.inbox["id"].as_str().unwrap());
        h.as_member(&shop.owner).patch(&inbox, required).await.ok(200);
        h.anonymous().post(&shop.at("/visitor"), json!({})).await.refused(403, "forbidden");
        eve.post(&shop.at("/messages"), json!({"body": "Hello?"})).await.refused(403, "forbidden");
        let file = eve.ask("POST", &shop.at("/files?name=a.txt")).raw("text/plain", "abc").await;
        file.refused(403, "forbidden");
    });
}

#[test]
fn a_visitors_file_is_theirs_and_the_teams() {
    each_http(async |h| {
        let shop = shop(&h).await;
        let (eve, mallory) = (shop.visitor(&h).await, shop.visitor(&h).await);
        let upload =
            h.as_contact(&eve).ask("POST", &shop.at("/files?name=bill.txt")).raw("text/plain", "the bill");
        let file = upload.await.ok(201);
        let url = file["url"].as_str().unwrap();
        assert!(url.starts_with(&shop.at("/files/")), "{url}");
        h.as_contact(&mallory).get(url).await.refused(404, "not_found");
        let stolen = json!({"body": "mine", "file_ids": [file["id"]]});
        let refused = h.as_contact(&mallory).post(&shop.at("/messages"), stolen).await;
        assert_eq!(refused.refused(400, "invalid"), "file_ids");
        let sent = json!({"body": "", "file_ids": [file["id"]]});
        let said = h.as_contact(&eve).post(&shop.at("/messages"), sent).await.ok(201);
        assert_eq!(said["files"][0]["url"], url);
        let bytes = h.as_contact(&eve).get(url).await;
        assert_eq!((bytes.status, bytes.text().as_str()), (200, "the bill"));
        assert!(bytes.header("content-security-policy").starts_with("sandbox"));
        h.as_contact(&mallory).get(url).await.refused(404, "not_found");
        let inside = format!("/files/{}", file["id"].as_str().unwrap());
        assert_eq!(h.as_member(&shop.ben).get(&inside).await.text(), "the bill");
    });
}

#[test]
fn knocking_too_often_is_told_when_to_come_back() {
    each_http(async |h| {
        let shop = shop(&h).await;
        let knock = || h.anonymous().post(&shop.at("/visitor"), json!({})).from("203.0.113.9");
        for _ in 0..60 {
            knock().await.ok(200);
        }
        let refused = knock().await;
        refused.refused(429, "rate_limited");
        assert_eq!(refused.header("retry-after"), "1");
        h.anonymous().post(&shop.at("/visitor"), json!({})).from("203.0.113.10").await.ok(200);
    });
}

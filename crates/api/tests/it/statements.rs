//! A list takes as many statements for many rows as for few: nothing is looked up row by row.

use crate::team::Team;
use portico_testkit::{Caller, HttpApp, each_http, pictures};
use serde_json::{Value, json};

fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

/// Every list somebody who works on all desks opens.
const LISTS: &[&str] = &[
    "/boot",
    "/inbox",
    "/saved",
    "/drafts",
    "/threads",
    "/members",
    "/channels",
    "/teams",
    "/search?q=zebrafish&limit=30",
    "/conversations?status=all",
    "/contacts",
    "/inboxes",
    "/programs",
    "/reports?state=all",
    "/sessions",
    "/tokens",
    "/invites",
    "/audit",
];

/// One more of everything, so that each list gets a row, and the rows in them files, reactions, replies and calls.
async fn one_more(h: &HttpApp, t: &Team, n: usize) {
    let (owner, ann) = (h.as_member(&t.org.owner), h.as_member(&t.ann));
    let me = t.org.owner.id.to_string();
    let channel =
        owner.post("/channels", json!({"name": format!("Room {n}"), "kind": "public"})).await.ok(201);
    let room = id(&channel);
    owner.post(&format!("/rooms/{room}/members"), json!({"member_id": t.ann.id.to_string()})).await.ok(200);
    let file = id(&ann.upload("dot.png", pictures::dot()).await.ok(201));
    let handle = owner.get("/me").await.ok(200)["member"]["handle"].as_str().expect("a handle").to_owned();
    let said = json!({"body": format!("zebrafish @{handle}"), "file_ids": [file]});
    let message = id(&ann.post(&format!("/rooms/{room}/messages"), said).await.ok(201));
    owner.put(&format!("/messages/{message}/reactions/%F0%9F%91%8D"), json!({})).await.ok(204);
    owner.put(&format!("/messages/{message}/save"), json!({})).await.ok(204);
    owner.put("/drafts", json!({"room_id": room, "body": "not yet"})).await.ok(204);
    let reply = json!({"body": "zebrafish", "thread_id": message});
    owner.post(&format!("/rooms/{room}/messages"), reply.clone()).await.ok(201);
    ann.post(&format!("/rooms/{room}/messages"), reply).await.ok(201);
    let other = h.t.member(&t.org, &format!("Other {n}"), portico_domain::member::Role::Member).await;
    let direct = h.as_member(&other).post("/directs", json!({"member_ids": [me]})).await.ok(201);
    let file = id(&h.as_member(&other).upload("dot.png", pictures::dot()).await.ok(201));
    let said = json!({"body": "zebrafish", "file_ids": [file]});
    h.as_member(&other).post(&format!("/rooms/{}/messages", id(&direct)), said).await.ok(201);
    owner.post("/teams", json!({"name": format!("Team {n}")})).await.ok(201);
    owner.post("/invites", json!({"role": "member", "max_uses": 1})).await.ok(201);
    owner.post("/tokens", json!({"name": format!("Token {n}"), "scopes": ["read"]})).await.ok(201);
    h.session(&t.org.owner).await;
    let inbox = owner.post("/inboxes", json!({"kind": "website", "name": format!("Shop {n}")})).await.ok(201);
    owner.put(&format!("/inboxes/{}/members/{me}", id(&inbox)), json!({})).await.ok(200);
    let key = inbox["key"].as_str().expect("a key").to_owned();
    let visitor =
        h.anonymous().post(&format!("/widget/v1/{key}/visitor"), json!({"name": format!("Cora {n}")}));
    let token = visitor.await.ok(200)["token"].as_str().expect("a token").to_owned();
    let word = json!({"body": "zebrafish"});
    h.as_contact(&token).post(&format!("/widget/v1/{key}/messages"), word).await.ok(201);
    let open = owner.get("/conversations?status=all").await.ok(200);
    let conversation = id(&open["items"][0]);
    owner.patch(&format!("/conversations/{conversation}"), json!({"assignee_id": me})).await.ok(200);
    let program = json!({"name": format!("Lamps {n}"), "slug": format!("lamps-{n}"), "policy": "Be kind.", "member_ids": [me]});
    owner.post("/programs", program).await.ok(201);
    let report =
        json!({"title": "A flaw", "description": "zebrafish", "steps": "1. Look", "impact": "Much."});
    ann.post(&format!("/programs/lamps-{n}/reports"), report).await.ok(201);
}

async fn taken(h: &HttpApp, who: &Caller<'_>, path: &str) -> (u64, usize) {
    // The first request of a kind may look up who asks.
    who.get(path).await.ok(200);
    let before = h.t.app.db().asked();
    let answer = who.get(path).await.ok(200);
    (h.t.app.db().asked() - before, answer.to_string().len())
}

#[test]
fn a_longer_list_takes_no_more_statements() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let owner = h.as_member(&t.org.owner);
        let mut seen = Vec::new();
        for n in 0..2 {
            one_more(&h, &t, n).await;
        }
        for path in LISTS {
            seen.push(taken(&h, &owner, path).await);
        }
        for n in 2..9 {
            one_more(&h, &t, n).await;
        }
        let mut longer = 0;
        let mut worse = Vec::new();
        for (path, (few, short)) in LISTS.iter().zip(seen) {
            let (many, long) = taken(&h, &owner, path).await;
            longer += usize::from(long > 2 * short);
            if many > few {
                worse.push(format!("{path}: {few} statements for {short} bytes, {many} for {long}"));
            }
        }
        assert!(worse.is_empty(), "{worse:#?}");
        assert_eq!(longer, LISTS.len(), "each list has grown");
    });
}

#[test]
fn a_page_of_a_timeline_takes_no_more_statements_when_all_its_messages_have_something() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let (owner, ann) = (h.as_member(&t.org.owner), h.as_member(&t.ann));
        let room = id(&owner.post("/channels", json!({"name": "Full", "kind": "public"})).await.ok(201));
        owner
            .post(&format!("/rooms/{room}/members"), json!({"member_id": t.ann.id.to_string()}))
            .await
            .ok(200);
        let path = format!("/rooms/{room}/messages?limit=30");
        let mut before = None;
        for n in 0..20 {
            let file = id(&ann.upload("dot.png", pictures::dot()).await.ok(201));
            let said = json!({"body": "zebrafish", "file_ids": [file]});
            let message = id(&ann.post(&format!("/rooms/{room}/messages"), said).await.ok(201));
            owner.put(&format!("/messages/{message}/reactions/%F0%9F%91%8D"), json!({})).await.ok(204);
            if n == 1 {
                before = Some(taken(&h, &owner, &path).await.0);
            }
        }
        assert_eq!(Some(taken(&h, &owner, &path).await.0), before);
    });
}

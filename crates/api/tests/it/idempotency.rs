//! Once: the same key, and two tabs that edit the same message.

use crate::team::Team;
use portico_testkit::each_http;
use serde_json::json;

#[test]
fn a_retry_with_the_same_key_gets_the_same_answer_and_does_nothing() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let (ann, body) = (h.as_member(&t.ann), json!({"body": "once"}));
        let first = ann.post(&t.timeline(), &body).key("k1").await;
        let second = ann.post(&t.timeline(), &body).key("k1").await;
        assert_eq!(first.ok(201), second.ok(201));
        assert_eq!(t.count(&h).await, 1);
        for path in ["/channels", "/directs"] {
            let body = if path == "/channels" {
                json!({"name": "Once", "kind": "private"})
            } else {
                json!({"member_ids": [t.ben.id.to_string()]})
            };
            let first = ann.post(path, &body).key("k2").await;
            if path == "/channels" {
                assert_eq!(first.ok(201)["id"], ann.post(path, &body).key("k2").await.ok(201)["id"]);
            } else {
                // The key is the caller's name for one request, whatever it was for.
                first.refused(409, "idempotency_key_reused");
            }
        }
    });
}

#[test]
fn a_key_with_another_body_is_a_conflict() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let ann = h.as_member(&t.ann);
        ann.post(&t.timeline(), json!({"body": "one"})).key("k").await.ok(201);
        ann.post(&t.timeline(), json!({"body": "two"})).key("k").await.refused(409, "idempotency_key_reused");
        assert_eq!(t.count(&h).await, 1);
        // Somebody else's key is another key.
        h.as_member(&t.ben).post(&t.timeline(), json!({"body": "two"})).key("k").await.ok(201);
        assert_eq!(t.count(&h).await, 2);
    });
}

#[test]
fn what_was_refused_may_be_tried_again_under_its_key() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let ann = h.as_member(&t.ann);
        ann.post(&t.timeline(), json!({"body": ""})).key("k").await.refused(400, "invalid");
        ann.post(&t.timeline(), json!({"body": "better"})).key("k").await.ok(201);
    });
}

#[test]
fn a_key_of_the_wrong_form_is_refused() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        for key in ["", "two words", &"k".repeat(129), "k\u{e4}", "tab\there"] {
            let answer = h.as_member(&t.ann).post(&t.timeline(), json!({"body": "a"})).key(key).await;
            assert_eq!(answer.refused(400, "invalid"), "Idempotency-Key", "{key:?}");
        }
        h.as_member(&t.ann).post(&t.timeline(), json!({"body": "a"})).key(&"k".repeat(128)).await.ok(201);
        assert_eq!(t.count(&h).await, 1);
    });
}

#[test]
fn a_retry_shows_nothing_to_someone_who_may_no_longer_see_it() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let (ann, ben) = (h.as_member(&t.ann), h.as_member(&t.ben));
        let room = ann.post("/channels", json!({"name": "Closed", "kind": "private"})).await.ok(201);
        let room = format!("/rooms/{}", room["id"].as_str().expect("an id"));
        ann.post(&format!("{room}/members"), json!({"member_id": t.ben.id.to_string()})).await.ok(200);
        let body = json!({"body": "then"});
        ben.post(&format!("{room}/messages"), &body).key("k").await.ok(201);
        ann.delete(&format!("{room}/members/{}", t.ben.id)).await.ok(204);
        ben.post(&format!("{room}/messages"), &body).key("k").await.refused(404, "not_found");
    });
}

#[test]
fn secrets_are_shown_once_also_to_a_retry() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let owner = h.as_member(&t.org.owner);
        for (path, body) in [
            ("/tokens", json!({"name": "mine", "scopes": ["read"]})),
            ("/invites", json!({"role": "member"})),
        ] {
            owner.post(path, &body).key(path).await.ok(201);
            owner.post(path, &body).key(path).await.refused(409, "conflict");
        }
    });
}

#[test]
fn two_tabs_that_edit_one_message_do_not_lose_each_others_words() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let path = format!("/messages/{}", t.say(&h, "first").await);
        let (one, other) = (h.as_member(&t.ann), h.as_browser(&t.ann));
        assert_eq!(
            one.patch(&path, json!({"body": "from one tab", "version": 1})).await.ok(200)["version"],
            2
        );
        let second = other.patch(&path, json!({"body": "from the other", "version": 1})).await;
        second.refused(409, "edit_conflict");
        assert_eq!(
            second.json()["message"],
            one.get(&path).await.ok(200),
            "the newest stands beside the error"
        );
        assert_eq!(one.get(&path).await.ok(200)["body"]["text"], "from one tab");
        other.patch(&path, json!({"body": "from the other", "version": 2})).await.ok(200);
        for version in [0, -1, 99, i64::MAX] {
            one.patch(&path, json!({"body": "x", "version": version})).await.refused(409, "edit_conflict");
        }
        let history = one.get(&format!("{path}/history")).await.ok(200);
        let texts: Vec<_> =
            history["items"].as_array().expect("versions").iter().map(|v| v["text"].clone()).collect();
        assert_eq!(texts, ["first", "from one tab"]);
    });
}

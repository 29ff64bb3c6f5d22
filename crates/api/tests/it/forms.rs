//! Bodies: too large, broken, of the wrong form, and full of what must not be in a name.

use crate::team::Team;
use portico_testkit::each_http;
use serde_json::json;

#[test]
fn a_body_over_the_limit_is_refused_before_it_is_read_whole() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let body = json!({"body": "a".repeat(1024 * 1024)});
        assert_eq!(h.as_member(&t.ann).post(&t.timeline(), &body).await.refused(413, "too_large"), "body");
        // With an Idempotency-Key the body is read by another hand.
        assert_eq!(
            h.as_member(&t.ann).post(&t.timeline(), &body).key("big").await.refused(413, "too_large"),
            "body"
        );
        assert_eq!(t.count(&h).await, 0);
    });
}

#[test]
fn a_message_over_its_limit_is_refused() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let longest = "ä".repeat(16_000);
        h.as_member(&t.ann).post(&t.timeline(), json!({"body": longest})).await.ok(201);
        let over = json!({"body": format!("{longest}ä")});
        assert_eq!(h.as_member(&t.ann).post(&t.timeline(), &over).await.refused(413, "too_large"), "body");
        for empty in ["", "   ", "\n\n", "\u{200b}", "\u{2060}\u{feff}"] {
            let answer = h.as_member(&t.ann).post(&t.timeline(), json!({"body": empty})).await;
            assert_eq!(answer.refused(400, "invalid"), "body", "{empty:?}");
        }
        assert_eq!(t.count(&h).await, 1);
    });
}

#[test]
fn invalid_utf8_is_refused_in_body_query_and_path() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let ann = h.as_member(&t.ann);
        let body = b"{\"body\":\"\xff\xfe\"}".to_vec();
        assert_eq!(
            ann.ask("POST", &t.timeline()).raw("application/json", body).await.refused(400, "invalid"),
            "body"
        );
        let lone = br#"{"body":"\ud800"}"#.to_vec();
        assert_eq!(
            ann.ask("POST", &t.timeline()).raw("application/json", lone).await.refused(400, "invalid"),
            "body"
        );
        for path in ["/rooms/%FF%FE", "/programs/%FF", "/messages/%C3%28/reactions/%FF", "/members/%00"] {
            let answer = ann.get(path).await;
            assert!([400, 404, 405].contains(&answer.status), "{path}: {}", answer.status);
            answer.code();
        }
        for path in ["/search?q=%FF%FE", "/members?q=%FF", "/channels?q=%ED%A0%80"] {
            let answer = ann.get(path).await;
            // Either refused or read as the replacement character; never a failure of ours.
            assert!([200, 400].contains(&answer.status), "{path}: {}", answer.status);
        }
        assert_eq!(t.count(&h).await, 0);
    });
}

#[test]
fn wrong_types_and_unknown_values_name_the_field() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let (ann, owner) = (h.as_member(&t.ann), h.as_member(&t.org.owner));
        let timeline = t.timeline();
        for (body, field) in [
            (json!({"body": 7}), "body"),
            (json!({"body": null}), "body"),
            (json!({"body": ["a"]}), "body"),
            (json!({"body": {"$gt": ""}}), "body"),
            (json!({"body": "a", "ring": "everybody"}), "ring"),
            (json!({"body": "a", "ring": 1}), "ring"),
            (json!({"body": "a", "thread_id": "x"}), "thread_id"),
            (json!({"body": "a", "file_ids": "x"}), "file_ids"),
            (json!({"body": "a", "file_ids": [{}]}), "file_ids"),
            (json!({"body": "a", "confirm": "yes"}), "confirm"),
            (json!([]), "body"),
            (json!("a"), "body"),
            (json!(null), "body"),
        ] {
            assert_eq!(ann.post(&timeline, &body).await.refused(400, "invalid"), field, "{body}");
        }
        assert_eq!(
            ann.post("/channels", json!({"name": "x", "kind": "secret"})).await.refused(400, "invalid"),
            "kind"
        );
        assert_eq!(ann.post("/channels", json!({"kind": "public"})).await.refused(400, "invalid"), "name");
        assert_eq!(owner.post("/invites", json!({"role": "root"})).await.refused(400, "invalid"), "role");
        assert_eq!(owner.post("/invites", json!({"role": ["owner"]})).await.refused(400, "invalid"), "role");
        let invite = json!({"role": "member", "max_uses": 1e300});
        assert_eq!(owner.post("/invites", invite).await.refused(400, "invalid"), "max_uses");
        for uses in [json!(0), json!(-1), json!(i64::MAX), json!(1.5), json!("5")] {
            let answer = owner.post("/invites", json!({"role": "member", "max_uses": uses})).await;
            assert_eq!(answer.refused(400, "invalid"), "max_uses", "{uses}");
        }
        assert_eq!(
            ann.post("/tokens", json!({"name": "t", "scopes": ["root"]})).await.refused(400, "invalid"),
            "scopes"
        );
        assert_eq!(
            ann.put("/me/presence", json!({"choice": "gone"})).await.refused(400, "invalid"),
            "choice"
        );
        assert_eq!(ann.get(&format!("{timeline}?limit=many")).await.refused(400, "invalid"), "limit");
        assert_eq!(ann.get(&format!("{timeline}?limit=0")).await.refused(400, "invalid"), "limit");
        assert_eq!(ann.get(&format!("{timeline}?limit=201")).await.refused(400, "invalid"), "limit");
        assert_eq!(ann.get(&format!("{timeline}?before=1&after=1")).await.refused(400, "invalid"), "before");
        for edge in [i64::MAX, i64::MIN, 0, -1] {
            for place in ["before", "after", "around"] {
                ann.get(&format!("{timeline}?{place}={edge}")).await.ok(200);
            }
            let mark = ann.post(&format!("/rooms/{}/read", t.room), json!({"number": edge})).await;
            assert_eq!(mark.status, if edge < 0 { 400 } else { 200 }, "{edge}");
        }
        assert_eq!(t.count(&h).await, 0);
    });
}

#[test]
fn fields_that_are_not_ours_to_give_change_nothing() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let ann = h.as_member(&t.ann);
        let given = json!({"name": "Ann Other", "role": "owner", "suspended": false, "is_admin": true, "email": "x@example.org",
            "tenant_id": 2, "id": t.ben.id.to_string()});
        let me = ann.patch("/me", given).await.ok(200);
        assert_eq!((&me["member"]["name"], &me["member"]["role"]), (&json!("Ann Other"), &json!("member")));
        assert_eq!(
            (&me["member"]["email"], &me["member"]["id"]),
            (&json!("ann@example.org"), &json!(t.ann.id.to_string()))
        );
        let posted = json!({"body": "hi", "author": {"kind": "system", "id": t.ben.id.to_string(), "name": "Ben"}, "number": 900,
            "mentions": {"member_ids": [t.ben.id.to_string()], "channel": true}, "room_id": "x", "created_at": 1});
        let message = ann.post(&t.timeline(), posted).await.ok(201);
        assert_eq!(message["author"]["id"], t.ann.id.to_string().as_str());
        assert_eq!(
            (&message["mentions"]["member_ids"], &message["mentions"]["channel"]),
            (&json!([]), &json!(false))
        );
        assert!(message["number"].as_i64().expect("a number") < 900);
    });
}

/// What must never stand in a name: bytes that act in headers and terminals, and signs that turn or hide what is read.
const BAD_NAMES: &[&str] = &[
    "",
    "   ",
    "a\u{0}b",
    "a\u{7}b",
    "a\u{1b}[31mred",
    "a\r\nSet-Cookie: x=1",
    "a\nb",
    "a\tb",
    "\u{202e}evil",
    "a\u{2066}b",
    "a\u{200b}b",
    "\u{2060}",
    "a\u{feff}b",
    "\u{3164}",
    "a\u{85}b",
    "a\u{e0041}b",
];

#[test]
fn control_and_direction_characters_get_into_no_name() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let (ann, owner) = (h.as_member(&t.ann), h.as_member(&t.org.owner));
        for name in BAD_NAMES {
            for (answer, field) in [
                (ann.patch("/me", json!({"name": name})).await, "name"),
                (ann.post("/channels", json!({"name": name, "kind": "public"})).await, "name"),
                (ann.patch(&format!("/rooms/{}", t.room), json!({"name": name})).await, "name"),
                (ann.post("/tokens", json!({"name": name, "scopes": ["read"]})).await, "name"),
                (owner.post("/teams", json!({"name": name})).await, "name"),
                (owner.patch("/organization", json!({"name": name})).await, "name"),
                (owner.patch(&format!("/members/{}", t.ann.id), json!({"name": name})).await, "name"),
                (owner.post("/inboxes", json!({"kind": "website", "name": name})).await, "name"),
                (owner.post("/programs", json!({"name": name})).await, "name"),
            ] {
                // White space of any kind is one space; everything else is refused.
                let spaces = name.split_whitespace().collect::<Vec<_>>().join(" ");
                let harmless = !spaces.is_empty() && spaces.chars().all(|c| c == ' ' || c.is_ascii_graphic());
                if harmless {
                    if answer.status == 409 {
                        // The names before it were cleaned to the same handle.
                        continue;
                    }
                    assert!(answer.status < 300, "{name:?} at {}: {}", answer.asked, answer.text());
                    let kept = answer.json();
                    let kept =
                        kept["name"].as_str().or(kept["member"]["name"].as_str()).expect("a name").to_owned();
                    assert_eq!(kept, spaces, "{name:?} at {}", answer.asked);
                } else {
                    assert_eq!(answer.refused(400, "invalid"), field, "{name:?} at {}", answer.asked);
                }
            }
        }
    });
}

#[test]
fn names_of_ten_thousand_characters_are_refused_everywhere() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let (ann, owner) = (h.as_member(&t.ann), h.as_member(&t.org.owner));
        // As many letters, and as many marks on one letter.
        for long in ["n".repeat(10_000), format!("n{}", "\u{301}".repeat(10_000))] {
            for (answer, field) in [
                (ann.patch("/me", json!({"name": long})).await, "name"),
                (ann.patch("/me", json!({"handle": long})).await, "handle"),
                (ann.patch("/me", json!({"status": {"text": long, "emoji": ""}})).await, "status"),
                (ann.patch("/me", json!({"status": {"text": "", "emoji": long}})).await, "status"),
                (ann.patch("/me", json!({"time_zone": long})).await, "time_zone"),
                (ann.patch("/me", json!({"language": long})).await, "language"),
                (ann.post("/channels", json!({"name": long, "kind": "public"})).await, "name"),
                (
                    ann.post("/channels", json!({"name": "fine", "handle": long, "kind": "public"})).await,
                    "handle",
                ),
                (
                    ann.post("/channels", json!({"name": "fine", "topic": long, "kind": "public"})).await,
                    "topic",
                ),
                (owner.post("/teams", json!({"name": long})).await, "name"),
                (owner.patch("/organization", json!({"name": long})).await, "name"),
                (owner.post("/inboxes", json!({"kind": "website", "name": long})).await, "name"),
                (owner.post("/programs", json!({"name": long})).await, "name"),
                (owner.post("/programs", json!({"name": "fine", "slug": long})).await, "slug"),
            ] {
                assert!(
                    [400, 413].contains(&answer.status),
                    "{}: {} {}",
                    answer.asked,
                    answer.status,
                    answer.text()
                );
                answer.code();
                assert_eq!(answer.field(), field, "{}", answer.asked);
            }
            let emoji = ann.ask(
                "PUT",
                &format!("/messages/{}/reactions/{}", t.say(&h, "x").await, portico_testkit::escaped(&long)),
            );
            assert!([400, 404].contains(&emoji.await.status));
        }
    });
}

#[test]
fn preferences_and_collections_have_a_limit() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let ann = h.as_member(&t.ann);
        let large = json!({"preferences": {"k": "v".repeat(20_000)}});
        assert_eq!(ann.patch("/me", large).await.refused(413, "too_large"), "preferences");
        let files: Vec<String> = (0..11).map(|_| t.room.clone()).collect();
        let answer = ann.post(&t.timeline(), json!({"body": "a", "file_ids": files})).await;
        assert!([400, 413].contains(&answer.status), "{}", answer.text());
        let people: Vec<String> = (0..500).map(|_| t.ben.id.to_string()).collect();
        let answer = ann.post("/directs", json!({"member_ids": people})).await;
        assert!([201, 400].contains(&answer.status), "{}", answer.text());
        assert_eq!(
            ann.post("/directs", json!({"member_ids": [t.room]})).await.refused(400, "invalid"),
            "member_ids"
        );
    });
}

#[test]
fn deep_nesting_costs_nothing() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let ann = h.as_member(&t.ann);
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let body = format!(r#"{{"body":"a","x":{deep}}}"#);
        // A field nobody asked for is passed over, however deep.
        ann.ask("POST", &t.timeline()).raw("application/json", body).await.ok(201);
        let body = format!(r#"{{"preferences":{{"x":{deep}}}}}"#);
        ann.ask("PATCH", "/me").raw("application/json", body).await.refused(400, "invalid");
        for markdown in [
            ">".repeat(15_000),
            "[".repeat(15_000),
            "*a".repeat(7_000),
            "![".repeat(7_000),
            "- ".repeat(7_000),
        ] {
            ann.post("/preview", json!({"text": markdown})).await.ok(200);
        }
    });
}

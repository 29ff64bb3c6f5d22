//! Pages: made-up cursors, cursors of somebody else, and rows that come at the same moment.

use crate::team::Team;
use portico_testkit::{Caller, each_http};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Walks a list page by page. Every row comes once.
async fn all(who: &Caller<'_>, path: &str, limit: usize, name: impl Fn(&Value) -> String) -> Vec<String> {
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = who.get(&format!("{path}limit={limit}{cursor}")).await.ok(200);
        let items = page["items"].as_array().expect("a page");
        assert!(items.len() <= limit);
        names.extend(items.iter().map(&name));
        assert!(names.len() <= 1_000, "{path} does not end");
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return names,
        }
    }
}

/// How a row of a list is told from others.
type Name = fn(&Value) -> String;

fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

#[test]
fn made_up_cursors_are_refused() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let owner = h.as_member(&t.org.owner);
        let lists = [
            "/members?",
            "/channels?",
            "/saved?",
            "/threads?",
            "/audit?",
            "/search?q=a&",
            "/conversations?",
            "/contacts?",
            "/reports?",
        ];
        let cursors = [
            "x",
            "0",
            "-",
            "1-",
            "-1",
            "zz-00000000000000000000000000",
            "1-00",
            "%00",
            "1%2700000",
            "..%2F..",
            "null",
            "7fffffffffffffffffff-00000000000000000000000000",
        ];
        for list in lists {
            for cursor in cursors {
                let answer = owner.get(&format!("{list}cursor={cursor}")).await;
                assert_eq!(answer.refused(400, "invalid"), "cursor", "{list} {cursor}");
            }
            for limit in ["0", "-1", "201", "1000000000", "9223372036854775808", "ten"] {
                assert_eq!(
                    owner.get(&format!("{list}limit={limit}")).await.refused(400, "invalid"),
                    "limit",
                    "{list} {limit}"
                );
            }
            // A position beyond either end is a place with nothing behind it, or everything.
            for cursor in [
                "0-00000000000000000000000000",
                "7fffffffffffffff-7zzzzzzzzzzzzzzzzzzzzzzzzz",
                "ffffffffffffffff-00000000000000000000000000",
            ] {
                owner.get(&format!("{list}cursor={cursor}")).await.ok(200);
            }
        }
    });
}

#[test]
fn a_cursor_of_somebody_else_shows_nothing_of_theirs() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let (ann, ben) = (h.as_member(&t.ann), h.as_member(&t.ben));
        for n in 0..3 {
            let room = ann
                .post("/channels", json!({"name": format!("Secret {n}"), "kind": "private"}))
                .await
                .ok(201);
            let path = format!("/rooms/{}/messages", id(&room));
            let message = ann.post(&path, json!({"body": format!("secret words {n}")})).await.ok(201);
            ann.ask("PUT", &format!("/messages/{}/save", id(&message))).await.ok(204);
        }
        for list in ["/channels?", "/saved?", "/search?q=secret&"] {
            let next =
                ann.get(&format!("{list}limit=1")).await.ok(200)["next"].as_str().expect("more").to_owned();
            let answer = ben.get(&format!("{list}cursor={next}")).await;
            answer.ok(200);
            assert!(!answer.text().to_lowercase().contains("secret"), "{list}: {}", answer.text());
        }
    });
}

#[test]
fn pages_hold_every_row_once_also_when_all_came_at_the_same_moment() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let ann = h.as_member(&t.ann);
        // The clock stands still, so every time is the same.
        let mut messages = BTreeSet::new();
        for n in 0..5 {
            let message = t.say(&h, &format!("needle {n}")).await;
            ann.ask("PUT", &format!("/messages/{message}/save")).await.ok(204);
            h.as_member(&t.ben)
                .post(&t.timeline(), json!({"body": "reply", "thread_id": message}))
                .await
                .ok(201);
            messages.insert(message);
        }
        let lists: [(&str, Name); 3] = [
            ("/saved?", |row| id(&row["message"])),
            ("/threads?", |row| id(&row["root"])),
            ("/search?q=needle&", |row| id(&row["message"])),
        ];
        for (list, name) in lists {
            for limit in [1, 2, 200] {
                let rows = all(&ann, list, limit, name).await;
                assert_eq!(rows.len(), 5, "{list} by {limit}");
                assert_eq!(rows.into_iter().collect::<BTreeSet<_>>(), messages, "{list} by {limit}");
            }
        }
        let owner = h.as_member(&t.org.owner);
        for n in 0..3 {
            owner.post("/channels", json!({"name": format!("Room {n}"), "kind": "public"})).await.ok(201);
            owner.post("/teams", json!({"name": format!("Crew {n}")})).await.ok(201);
        }
        for list in ["/members?", "/channels?", "/audit?"] {
            let whole = all(&owner, list, 200, id).await;
            assert!(whole.len() > 1, "{list}");
            assert_eq!(all(&owner, list, 1, id).await, whole, "{list}");
        }
    });
}

//! Sessions and tokens: how long they last, what they open, and that what ends them ends them at once.

use crate::team::{PASSWORD, Team, set_password};
use portico_domain::{member::Role, session::Scope};
use portico_testkit::{HttpApp, each_http};
use portico_types::Millis;
use serde_json::json;

async fn lives(h: &HttpApp, secret: &str) -> bool {
    let answer = h.as_token(secret).get("/me").await;
    if answer.status != 200 {
        answer.refused(401, "unauthenticated");
    }
    answer.status == 200
}

#[test]
fn a_session_ends_after_its_longest_time_however_much_it_is_used() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let (secret, _) = h.session(&t.ann).await;
        for _ in 0..12 {
            h.t.clock.advance(15 * Millis::DAY - Millis::MINUTE);
            assert!(lives(&h, &secret).await);
        }
        h.t.clock.advance(15 * Millis::DAY);
        assert!(!lives(&h, &secret).await);
    });
}

#[test]
fn a_session_nobody_uses_ends() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let (secret, _) = h.session(&t.ann).await;
        h.t.clock.advance(30 * Millis::DAY - 1);
        assert!(lives(&h, &secret).await);
        h.t.clock.advance(30 * Millis::DAY);
        assert!(!lives(&h, &secret).await);
        // It does not come back to life by having been asked.
        assert!(!lives(&h, &secret).await);
    });
}

#[test]
fn a_session_signed_out_ends_at_once_though_it_was_just_seen() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let (secret, id) = h.session(&t.ann).await;
        assert!(lives(&h, &secret).await, "and is remembered from here on");
        h.as_member(&t.ann).delete(&format!("/sessions/{id}")).await.ok(204);
        assert!(!lives(&h, &secret).await);
        let (second, _) = h.session(&t.ann).await;
        let (third, _) = h.session(&t.ann).await;
        assert!(lives(&h, &second).await && lives(&h, &third).await);
        h.as_token(&second).delete("/sessions").await.ok(204);
        assert!(lives(&h, &second).await && !lives(&h, &third).await);
        let gone = h.as_token(&second).delete("/sessions/current").await;
        gone.ok(204);
        assert!(gone.header("set-cookie").contains("Max-Age=0"), "{}", gone.header("set-cookie"));
        assert!(!lives(&h, &second).await);
    });
}

#[test]
fn nobody_ends_or_sees_the_sessions_of_others() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let (secret, id) = h.session(&t.ann).await;
        for who in [&t.ben, &t.org.owner] {
            h.as_member(who).delete(&format!("/sessions/{id}")).await.refused(404, "not_found");
            assert!(!h.as_member(who).get("/sessions").await.text().contains(&id.to_string()));
        }
        h.as_member(&t.ben).delete("/sessions/nonsense").await.refused(404, "not_found");
        assert!(lives(&h, &secret).await);
    });
}

#[test]
fn suspension_ends_sessions_and_tokens_at_once_and_for_good() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let (secret, _) = h.session(&t.ann).await;
        let token = h.token(&t.ann, &Scope::ALL).await;
        assert!(lives(&h, &secret).await && lives(&h, &token).await);
        let member = format!("/members/{}", t.ann.id);
        h.as_member(&t.org.owner).patch(&member, json!({"suspended": true})).await.ok(200);
        assert!(!lives(&h, &secret).await && !lives(&h, &token).await);
        h.as_member(&t.org.owner).patch(&member, json!({"suspended": false})).await.ok(200);
        assert!(!lives(&h, &secret).await && !lives(&h, &token).await);
    });
}

#[test]
fn a_rank_taken_away_is_gone_at_once() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let admin = h.t.member(&t.org, "Ada", Role::Admin).await;
        h.as_member(&admin).get("/audit").await.ok(200);
        h.as_member(&t.org.owner)
            .patch(&format!("/members/{}", admin.id), json!({"role": "guest"}))
            .await
            .ok(200);
        h.as_member(&admin).get("/audit").await.refused(403, "forbidden");
        h.as_member(&admin).get("/channels").await.refused(403, "forbidden");
        h.as_member(&admin).get(&format!("/rooms/{}", t.room)).await.refused(404, "not_found");
        let people = h.as_member(&admin).get("/members").await.ok(200);
        assert_eq!(
            people["items"].as_array().map(Vec::len),
            Some(1),
            "a guest of no channel sees themselves: {people}"
        );
    });
}

#[test]
fn a_guest_made_of_a_member_keeps_nothing_that_only_the_team_reads() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let people = json!([t.ann.id.to_string(), t.ben.id.to_string()]);
        let program = json!({"name": "Lamps", "slug": "lamps", "member_ids": people});
        h.as_member(&t.org.owner).post("/programs", program).await.ok(201);
        let report = json!({"title": "A flaw", "description": "d", "steps": "s", "impact": "i"});
        h.anonymous().post("/programs/lamps/reports", report).await.ok(201);
        let (ann, ben) = (h.as_member(&t.ann), h.as_member(&t.ben));
        let reports = ann.get("/reports").await.ok(200);
        let timeline = format!("/rooms/{}/messages", reports["items"][0]["id"].as_str().expect("an id"));
        let note = json!({"body": "a marked note for @ben", "ring": "team"});
        let note = ann.post(&timeline, note).await.ok(201)["id"].as_str().expect("an id").to_owned();
        ben.put(&format!("/messages/{note}/save"), json!({})).await.ok(204);
        ben.put(&format!("/messages/{note}/thread"), json!({"following": true})).await.ok(204);
        let lists = ["/saved", "/inbox", "/threads", "/search?q=marked", timeline.as_str()];
        ann.post(&timeline, json!({"body": "more", "ring": "team", "thread_id": note})).await.ok(201);
        for list in lists {
            assert!(ben.get(list).await.text().contains("marked"), "{list}");
        }
        h.as_member(&t.org.owner)
            .patch(&format!("/members/{}", t.ben.id), json!({"role": "guest"}))
            .await
            .ok(200);
        for list in lists {
            let answer = ben.get(list).await;
            answer.ok(200);
            assert!(!answer.text().contains("marked note"), "{list}: {}", answer.text());
        }
        assert_eq!(ben.get("/boot").await.ok(200)["counts"]["threads"], json!({"unread": 0, "mentions": 0}));
        ben.get(&format!("/messages/{note}")).await.refused(404, "not_found");
    });
}

#[test]
fn a_new_password_ends_every_other_session() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        set_password(&h, &t.ann).await;
        let (here, _) = h.session(&t.ann).await;
        let (elsewhere, _) = h.session(&t.ann).await;
        assert!(lives(&h, &here).await && lives(&h, &elsewhere).await);
        let change = |current: &str, next: &str| json!({"current": current, "next": next});
        let ann = h.as_token(&here);
        assert_eq!(
            ann.post("/me/password", change("guess", "another fine one")).await.refused(400, "invalid"),
            "current"
        );
        for weak in ["short", "ann@example.org", &"p".repeat(300)] {
            assert_eq!(
                ann.post("/me/password", change(PASSWORD, weak)).await.refused(400, "invalid"),
                "next",
                "{weak}"
            );
        }
        assert!(lives(&h, &elsewhere).await);
        ann.post("/me/password", change(PASSWORD, "another fine one")).await.ok(204);
        assert!(lives(&h, &here).await && !lives(&h, &elsewhere).await);
    });
}

#[test]
fn guessing_the_current_password_is_slowed_down() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        set_password(&h, &t.ann).await;
        let guess = json!({"current": "guess", "next": "another fine one"});
        for _ in 0..10 {
            h.as_member(&t.ann).post("/me/password", &guess).await.refused(400, "invalid");
        }
        h.as_member(&t.ann).post("/me/password", &guess).await.refused(429, "rate_limited");
    });
}

#[test]
fn a_token_does_no_more_than_its_scopes() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let read = h.token(&t.ann, &[Scope::Read]).await;
        let write = h.token(&t.ann, &[Scope::Read, Scope::Write]).await;
        h.as_token(&read).get(&t.timeline()).await.ok(200);
        h.as_token(&read).post(&t.timeline(), json!({"body": "hi"})).await.refused(403, "forbidden");
        h.as_token(&read).patch("/me", json!({"name": "Other"})).await.refused(403, "forbidden");
        h.as_token(&write).post(&t.timeline(), json!({"body": "hi"})).await.ok(201);
        let owners = h.token(&t.org.owner, &[Scope::Read, Scope::Write]).await;
        h.as_token(&owners).patch("/organization", json!({"name": "Mine"})).await.refused(403, "forbidden");
        h.as_token(&owners).get("/audit").await.refused(403, "forbidden");
        // Not even one with all scopes makes another, changes the password or signs devices out.
        let all = h.token(&t.org.owner, &Scope::ALL).await;
        h.as_token(&all).get("/audit").await.ok(200);
        h.as_token(&all)
            .post("/tokens", json!({"name": "more", "scopes": ["admin"]}))
            .await
            .refused(403, "forbidden");
        assert_eq!(h.as_token(&all).get("/me").await.ok(200)["csrf"], json!(null));
        h.as_token(&all).delete("/sessions/current").await.refused(404, "not_found");
    });
}

#[test]
fn a_token_withdrawn_or_expired_is_gone_at_once() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let ann = h.as_member(&t.ann);
        let made = ann.post("/tokens", json!({"name": "t", "scopes": ["read"]})).await.ok(201);
        let (secret, id) = (made["token"].as_str().expect("a secret"), made["id"].as_str().expect("an id"));
        assert!(lives(&h, secret).await);
        h.as_member(&t.ben).delete(&format!("/tokens/{id}")).await.refused(404, "not_found");
        assert!(lives(&h, secret).await);
        ann.delete(&format!("/tokens/{id}")).await.ok(204);
        assert!(!lives(&h, secret).await);
        let brief = ann
            .post("/tokens", json!({"name": "b", "scopes": ["read"], "expires_in": Millis::HOUR}))
            .await
            .ok(201);
        let secret = brief["token"].as_str().expect("a secret");
        assert!(lives(&h, secret).await);
        h.t.clock.advance(Millis::HOUR);
        assert!(!lives(&h, secret).await);
        assert!(!ann.get("/tokens").await.text().contains(secret));
    });
}

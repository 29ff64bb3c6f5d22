//! Invitations: once, in time, and nothing to be learned from a code that is none.

use crate::team::{PASSWORD, Team};
use futures_util::future::join_all;
use portico_testkit::{HttpApp, each_http};
use portico_types::Millis;
use serde_json::{Value, json};

async fn invite(h: &HttpApp, t: &Team, more: Value) -> (String, String) {
    let mut body = json!({"role": "member"});
    for (key, value) in more.as_object().expect("an object") {
        body[key] = value.clone();
    }
    let made = h.as_member(&t.org.owner).post("/invites", body).await.ok(201);
    (made["id"].as_str().expect("an id").to_owned(), made["code"].as_str().expect("a code").to_owned())
}

fn form(name: &str) -> Value {
    json!({"name": name, "email": format!("{name}@example.net"), "password": PASSWORD})
}

#[test]
fn of_many_who_accept_the_last_place_at_once_one_gets_it() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let (_, code) = invite(&h, &t, json!({})).await;
        let path = format!("/invites/{code}/accept");
        let answers = join_all((0..5).map(|n| {
            let (nobody, path) = (h.anonymous(), path.clone());
            async move { nobody.post(&path, form(&format!("guest{n}"))).await }
        }))
        .await;
        let (good, bad): (Vec<_>, Vec<_>) = answers.into_iter().partition(|a| a.status == 201);
        assert_eq!((good.len(), bad.len()), (1, 4));
        for answer in bad {
            answer.refused(410, "gone");
        }
        let people = h.as_member(&t.org.owner).get("/members?limit=200").await.ok(200);
        let new = people["items"]
            .as_array()
            .expect("people")
            .iter()
            .filter(|m| m["name"].as_str().is_some_and(|n| n.starts_with("guest")));
        assert_eq!(new.count(), 1);
    });
}

#[test]
fn an_expired_a_withdrawn_and_an_invented_invitation_look_the_same() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let (_, expired) = invite(&h, &t, json!({"expires_in": Millis::HOUR})).await;
        h.t.clock.advance(Millis::HOUR - 1);
        h.anonymous().get(&format!("/invites/{expired}/offer")).await.ok(200);
        h.t.clock.advance(1);
        let (id, withdrawn) = invite(&h, &t, json!({})).await;
        h.as_member(&t.org.owner).delete(&format!("/invites/{id}")).await.ok(204);
        let (_, used) = invite(&h, &t, json!({})).await;
        h.anonymous().post(&format!("/invites/{used}/accept"), form("nell")).await.ok(201);
        let mut said = Vec::new();
        for code in [
            expired.as_str(),
            &withdrawn,
            &used,
            "00000000000000000000000000",
            "x",
            "%00",
            "' OR 1=1 --".replace(' ', "%20").as_str(),
        ] {
            let offer = h.anonymous().get(&format!("/invites/{code}/offer")).await;
            offer.refused(410, "gone");
            let accept = h.anonymous().post(&format!("/invites/{code}/accept"), form("late")).await;
            accept.refused(410, "gone");
            said.push((offer.said(), accept.said()));
        }
        assert!(said.windows(2).all(|pair| pair[0] == pair[1]), "{said:#?}");
    });
}

#[test]
fn an_offer_says_no_more_than_is_needed() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        h.as_member(&t.org.owner).post(&format!("/rooms/{}/members", t.room), json!({})).await.ok(200);
        let (_, code) = invite(&h, &t, json!({"role": "guest", "channel_ids": [t.room]})).await;
        let offer = h.anonymous().get(&format!("/invites/{code}/offer")).await;
        assert_eq!(
            offer.ok(200),
            json!({"organization": "Acme", "role": "guest", "invited_by": "Olive Owner"})
        );
        assert!(!offer.text().contains('@'));
    });
}

#[test]
fn an_address_that_is_taken_a_weak_password_and_a_bad_name_are_refused_without_using_it_up() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let (_, code) = invite(&h, &t, json!({})).await;
        let path = format!("/invites/{code}/accept");
        for (body, field) in [
            (json!({"name": "Nell", "email": "not an address", "password": PASSWORD}), "email"),
            (json!({"name": "Nell", "email": "a@b\r\nBcc: c@d", "password": PASSWORD}), "email"),
            (json!({"name": "a\u{202e}b", "email": "nell@example.net", "password": PASSWORD}), "name"),
            (json!({"name": "Nell", "email": "nell@example.net", "password": "short"}), "password"),
            (json!({"name": "Nell", "email": "nell@example.net", "password": "p".repeat(300)}), "password"),
            (json!({"name": "Nell", "email": "nell@example.net", "password": ["x"]}), "password"),
        ] {
            assert_eq!(h.anonymous().post(&path, &body).await.refused(400, "invalid"), field, "{body}");
        }
        let taken = json!({"name": "Nell", "email": "ANN@example.org", "password": PASSWORD});
        h.anonymous().post(&path, taken).await.refused(409, "conflict");
        // Sign-in attempts and these share a limit.
        h.t.clock.advance(Millis::HOUR);
        h.anonymous().post(&path, form("nell")).await.ok(201);
    });
}

#[test]
fn nobody_invites_into_what_is_not_theirs_or_above_themselves() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let owner = h.as_member(&t.org.owner);
        h.as_member(&t.ann).post("/invites", json!({"role": "member"})).await.refused(403, "forbidden");
        assert_eq!(owner.post("/invites", json!({"role": "owner"})).await.refused(400, "invalid"), "role");
        assert_eq!(
            owner.post("/invites", json!({"role": "guest"})).await.refused(400, "invalid"),
            "channel_ids"
        );
        let private =
            h.as_member(&t.ann).post("/channels", json!({"name": "Closed", "kind": "private"})).await.ok(201);
        let answer = owner.post("/invites", json!({"role": "guest", "channel_ids": [private["id"]]})).await;
        assert_eq!(answer.refused(400, "invalid"), "channel_ids");
    });
}

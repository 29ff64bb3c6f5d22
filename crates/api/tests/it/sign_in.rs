//! Signing in: nothing to be learned from a refusal, and not often.

use crate::team::{PASSWORD, Team, set_password};
use portico_testkit::{Answer, HttpApp, each_http};
use serde_json::{Value, json};

async fn attempt(h: &HttpApp, from: &str, email: impl Into<Value>, password: impl Into<Value>) -> Answer {
    let body = json!({"email": email.into(), "password": password.into()});
    h.anonymous().post("/sessions", body).from(from).await
}

#[test]
fn an_unknown_account_a_wrong_password_and_a_suspended_member_get_the_same_answer() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        set_password(&h, &t.ann).await;
        set_password(&h, &t.ben).await;
        attempt(&h, "10.0.0.1", "ann@example.org", PASSWORD).await.ok(201);
        h.as_member(&t.org.owner)
            .patch(&format!("/members/{}", t.ben.id), json!({"suspended": true}))
            .await
            .ok(200);
        let mut said = Vec::new();
        for (n, (email, password)) in [
            ("ann@example.org", "not her password"),
            ("nobody@example.org", PASSWORD),
            ("ben@example.org", PASSWORD),
            // Has no password at all.
            ("olive-owner@example.org", ""),
            ("not an address", PASSWORD),
            ("", ""),
            ("ann@example.org", ""),
            ("ann@example.org\0", PASSWORD),
        ]
        .into_iter()
        .enumerate()
        {
            let answer = attempt(&h, &format!("10.0.1.{n}"), email, password).await;
            answer.refused(401, "unauthenticated");
            assert!(answer.headers.get("set-cookie").is_none());
            said.push(answer.said());
        }
        assert!(said.windows(2).all(|pair| pair[0] == pair[1]), "{said:#?}");
        // The address is folded, as it is kept.
        attempt(&h, "10.0.0.2", "  Ann@Example.ORG ", PASSWORD).await.ok(201);
    });
}

#[test]
fn passwords_of_any_length_and_form_are_only_ever_wrong() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        set_password(&h, &t.ann).await;
        let passwords = [
            "p".repeat(71),
            "p".repeat(72),
            "p".repeat(73),
            "p".repeat(4_096),
            "p".repeat(500_000),
            "\0".into(),
            "é".into(),
        ];
        for (n, password) in passwords.into_iter().enumerate() {
            attempt(&h, &format!("10.0.2.{n}"), "ann@example.org", password)
                .await
                .refused(401, "unauthenticated");
            h.t.clock.advance(60_000);
        }
        for (n, password) in
            [json!(["a"]), json!({"$ne": ""}), json!(null), json!(7), json!(true)].into_iter().enumerate()
        {
            let answer = attempt(&h, &format!("10.0.3.{n}"), "ann@example.org", password).await;
            assert_eq!(answer.refused(400, "invalid"), "password");
            assert!(!answer.text().contains("$ne"), "what was sent comes back: {}", answer.text());
        }
    });
}

#[test]
fn an_address_that_tries_many_accounts_is_slowed_down() {
    each_http(async |h| {
        Team::of(&h).await;
        for n in 0..10 {
            attempt(&h, "192.0.2.1", format!("a{n}@example.org"), "wrong")
                .await
                .refused(401, "unauthenticated");
        }
        let answer = attempt(&h, "192.0.2.1", "other@example.org", "wrong").await;
        answer.refused(429, "rate_limited");
        assert_eq!(answer.header("retry-after"), "6");
        // Others are not kept from signing in.
        attempt(&h, "192.0.2.2", "other@example.org", "wrong").await.refused(401, "unauthenticated");
        h.t.clock.advance(6_000);
        attempt(&h, "192.0.2.1", "other@example.org", "wrong").await.refused(401, "unauthenticated");
        attempt(&h, "192.0.2.1", "other@example.org", "wrong").await.refused(429, "rate_limited");
    });
}

#[test]
fn an_account_tried_from_many_addresses_is_slowed_down_whatever_its_spelling() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        set_password(&h, &t.ann).await;
        let spellings = ["ann@example.org", "ANN@example.org", " ann@example.org", "Ann@Example.Org "];
        for n in 0..10 {
            attempt(&h, &format!("192.0.3.{n}"), spellings[n % 4], "wrong")
                .await
                .refused(401, "unauthenticated");
        }
        let answer = attempt(&h, "192.0.3.99", "ann@example.org", PASSWORD).await;
        answer.refused(429, "rate_limited");
        assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|s| s > 0));
        // It does not lock her out for good, and proving to be herself clears it.
        h.t.clock.advance(6_000);
        attempt(&h, "192.0.3.98", "ann@example.org", PASSWORD).await.ok(201);
        attempt(&h, "192.0.3.97", "ann@example.org", "wrong").await.refused(401, "unauthenticated");
    });
}

#[test]
fn addresses_said_in_a_header_do_not_count_without_a_proxy_of_ours() {
    each_http(async |h| {
        Team::of(&h).await;
        for n in 0..10 {
            let body = json!({"email": format!("a{n}@example.org"), "password": "wrong"});
            let ask = h
                .anonymous()
                .post("/sessions", body)
                .from("192.0.2.1")
                .header("x-forwarded-for", &format!("203.0.113.{n}"));
            ask.await.refused(401, "unauthenticated");
        }
        let body = json!({"email": "b@example.org", "password": "wrong"});
        let ask = h
            .anonymous()
            .post("/sessions", body)
            .from("192.0.2.1")
            .header("x-forwarded-for", "203.0.113.200");
        ask.await.refused(429, "rate_limited");
    });
}

#[test]
fn the_cookie_of_a_session_is_out_of_reach_of_scripts_and_of_other_sites() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        set_password(&h, &t.ann).await;
        let body = json!({"email": "ann@example.org", "password": PASSWORD, "cookie": true});
        let answer = h.anonymous().post("/sessions", body).await;
        assert_eq!(answer.ok(201)["token"], Value::Null, "with the cookie there is no token to steal");
        let cookie = answer.header("set-cookie").to_owned();
        for part in ["__Host-portico=ps_", "Path=/", "HttpOnly", "SameSite=Lax", "Secure", "Max-Age="] {
            assert!(cookie.contains(part), "{part} is not in {cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
        // One that came along is not kept: each sign-in makes its own.
        let again = h
            .anonymous()
            .post("/sessions", json!({"email": "ann@example.org", "password": PASSWORD, "cookie": true}));
        let again = again.header("cookie", &cookie).await;
        again.ok(201);
        assert_ne!(again.header("set-cookie").split(';').next(), cookie.split(';').next());
    });
}

#[test]
fn a_wrong_setup_code_and_a_second_setup_are_refused() {
    each_http(async |h| {
        let form = |code: &str| json!({"code": code, "organization": "Acme", "owner": {"name": "Olive", "email": "olive@example.org", "password": PASSWORD}});
        assert_eq!(h.anonymous().get("/setup").await.ok(200)["needed"], true);
        assert_eq!(h.anonymous().post("/setup", form("guess")).await.refused(400, "invalid"), "code");
        let code = portico_core::people::new_setup_code(&h.t.app).await.expect("a code");
        assert_eq!(h.anonymous().post("/setup", form("")).await.refused(400, "invalid"), "code");
        let weak = json!({"code": code.expose(), "organization": "Acme", "owner": {"name": "O", "email": "o@example.org", "password": "x"}});
        assert_eq!(h.anonymous().post("/setup", weak).await.refused(400, "invalid"), "owner.password");
        let missing = json!({"code": code.expose(), "organization": "Acme", "owner": {"name": "O", "email": "o@example.org"}});
        assert_eq!(h.anonymous().post("/setup", missing).await.refused(400, "invalid"), "owner.password");
        let (one, two) = (h.anonymous(), h.anonymous());
        let both = futures_util::future::join(
            one.post("/setup", form(code.expose())).into_future(),
            two.post("/setup", form(code.expose())).into_future(),
        );
        let (one, two) = both.await;
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 410], "{} {}", one.text(), two.text());
        assert_eq!(h.anonymous().get("/setup").await.ok(200)["needed"], false);
        h.anonymous().post("/setup", form(code.expose())).await.refused(410, "gone");
    });
}

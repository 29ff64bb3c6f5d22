//! What surrounds every request: the cookie's guard, other sites, content types, methods, and the form of errors.

use crate::team::Team;
use portico_testkit::each_http;
use serde_json::json;

#[test]
fn with_the_cookie_every_write_needs_its_guard() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let ann = h.as_browser(&t.ann);
        let body = json!({"body": "hello"});
        ann.get("/me").await.ok(200);
        ann.post(&t.timeline(), &body).await.ok(201);
        ann.post(&t.timeline(), &body).unguarded().await.refused(403, "csrf");
        for wrong in ["", " ", "0", "undefined", "null"] {
            ann.post(&t.timeline(), &body)
                .unguarded()
                .header("x-portico-csrf", wrong)
                .await
                .refused(403, "csrf");
        }
        let ben = h.as_browser(&t.ben).get("/me").await.ok(200)["csrf"].as_str().expect("a guard").to_owned();
        ann.post(&t.timeline(), &body).unguarded().header("x-portico-csrf", &ben).await.refused(403, "csrf");
        for (method, path) in
            [("PATCH", "/me"), ("DELETE", "/sessions"), ("PUT", "/me/presence"), ("POST", "/tokens")]
        {
            ann.ask(method, path).json(json!({})).unguarded().await.refused(403, "csrf");
        }
        assert_eq!(t.count(&h).await, 1);
        assert!(
            h.as_member(&t.ann).get("/me").await.ok(200)["session_id"].is_string(),
            "the session is still there"
        );
    });
}

#[test]
fn a_page_of_another_site_cannot_write_even_with_the_guard() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let ann = h.as_browser(&t.ann);
        let body = json!({"body": "hello"});
        ann.post(&t.timeline(), &body).header("sec-fetch-site", "cross-site").await.refused(403, "csrf");
        ann.post(&t.timeline(), &body).header("sec-fetch-site", "same-origin").await.ok(201);
        assert_eq!(t.count(&h).await, 1);
    });
}

#[test]
fn a_bearer_token_needs_no_guard_and_is_all_that_counts_beside_a_cookie() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        h.as_member(&t.ann).post(&t.timeline(), json!({"body": "hello"})).await.ok(201);
        let (bens, _) = h.session(&t.ben).await;
        // Whoever says who they are in the header is not the one in the cookie.
        let me =
            h.as_browser(&t.ann).get("/me").header("authorization", &format!("Bearer {bens}")).await.ok(200);
        assert_eq!(me["member"]["name"], "Ben");
        h.as_browser(&t.ann)
            .get("/me")
            .header("authorization", "Bearer nobody")
            .await
            .refused(401, "unauthenticated");
        h.as_browser(&t.ann)
            .get("/me")
            .header("authorization", "Basic YTpi")
            .await
            .refused(401, "unauthenticated");
    });
}

#[test]
fn where_browsers_reach_us_securely_only_the_cookie_with_the_prefix_counts() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let (bens, _) = h.session(&t.ben).await;
        // A page of a neighbouring host name can set this one.
        h.anonymous()
            .get("/me")
            .header("cookie", &format!("portico={bens}"))
            .await
            .refused(401, "unauthenticated");
        let (anns, _) = h.session(&t.ann).await;
        let both = format!("portico={bens}; __Host-portico={anns}");
        assert_eq!(h.anonymous().get("/me").header("cookie", &both).await.ok(200)["member"]["name"], "Ann");
    });
}

#[test]
fn only_json_is_read_as_json() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let ann = h.as_member(&t.ann);
        let body = br#"{"body":"hello"}"#.to_vec();
        let kinds = [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/jsonx",
            "text/json",
            "application/xml",
            "",
        ];
        for kind in kinds {
            ann.ask("POST", &t.timeline()).raw(kind, body.clone()).await.refused(415, "unsupported");
        }
        ann.ask("POST", &t.timeline()).raw("Application/JSON; charset=utf-8", body).await.ok(201);
        assert_eq!(t.count(&h).await, 1);
    });
}

#[test]
fn wrong_methods_and_unknown_addresses_answer_in_the_form_of_errors() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let ann = h.as_member(&t.ann);
        for (method, path) in [
            ("DELETE", "/me"),
            ("PUT", "/boot"),
            ("POST", "/search"),
            ("PATCH", "/sessions"),
            ("TRACE", "/me"),
        ] {
            let answer = ann.ask(method, path).json(json!({})).await;
            assert_eq!(answer.refused(405, "invalid"), "method", "{method} {path}");
            assert!(!answer.header("allow").is_empty(), "{method} {path}");
        }
        for path in
            ["/", "", "/nothing", "/me/", "/me/nothing", "//me", "/../me", "/%2e%2e/me", "/rooms//messages"]
        {
            let answer = ann.get(path).await;
            assert!([400, 404].contains(&answer.status), "{path}: {}", answer.status);
            answer.code();
        }
        // HEAD is GET without its body; what it says of a refusal is the status.
        for (path, status) in [("/me", 200), ("/rooms/nothing", 404), ("/reports/track", 401)] {
            assert_eq!(ann.ask("HEAD", path).await.status, status, "{path}");
        }
        assert_eq!(h.anonymous().ask("HEAD", "/me").await.status, 401);
        ann.get("/openapi.json").await.ok(200);
    });
}

#[test]
fn every_answer_is_hardened_and_has_an_id_of_its_own() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let mut ids = std::collections::HashSet::new();
        for path in ["/me", "/rooms/nothing", "/healthz", "/nothing"] {
            let answer = h.as_member(&t.ann).get(path).header("x-request-id", "mine").await;
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
            assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{path}");
            assert!(ids.insert(answer.header("x-request-id").to_owned()), "{path}");
        }
        assert!(!ids.contains("mine"));
        let answer = h.anonymous().get("/me").await;
        answer.refused(401, "unauthenticated");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    });
}

#[test]
fn secrets_of_any_form_are_just_nobodys() {
    each_http(async |h| {
        Team::of(&h).await;
        for secret in ["x", "ps_", "pat_0", "' OR 1=1 --", "../../x", &"a".repeat(10_000), "ps_\u{e4}\u{f6}"]
        {
            let answer = h.anonymous().get("/me").header("authorization", &format!("Bearer {secret}")).await;
            answer.refused(401, "unauthenticated");
            h.anonymous()
                .get("/me")
                .header("cookie", &format!("__Host-portico={secret}"))
                .await
                .refused(401, "unauthenticated");
        }
    });
}

//! The Security desk over HTTP: the team's API, the reporter's, and the public pages without a script.

use portico_domain::member::Role;
use portico_testkit::{Answer, HttpApp, Person, each_http};
use serde_json::{Value, json};

const CSP: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

struct Desk {
    owner: Person,
    sam: Person,
}

async fn desk(h: &HttpApp) -> Desk {
    let org = h.t.org("Acme").await;
    let sam = h.t.member(&org, "Sam", Role::Member).await;
    let program = json!({
        "name": "Northwind Lamps", "intro": "Tell us <first>.", "policy": "# Rules\n\nNo **harm**.",
        "scope": [{"asset": "shop.example", "kind": "web", "in_scope": true, "note": "<b>all</b>"}],
        "contact": "mailto:security@lamps.example", "languages": ["en", "sv"], "member_ids": [sam.id],
    });
    let made = h.as_member(&org.owner).post("/programs", program).await.ok(201);
    assert_eq!((made["slug"].as_str(), made["prefix"].as_str()), (Some("northwind-lamps"), Some("NL")));
    assert_eq!(made["public_url"], "/security/northwind-lamps");
    Desk { owner: org.owner, sam }
}

fn report() -> Value {
    json!({"title": "Invoices of others", "description": "No check.", "steps": "1. Change the number", "impact": "All data."})
}

fn form(pairs: &[(&str, &str)]) -> String {
    let escape = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<Vec<_>>().concat();
    pairs.iter().map(|(k, v)| format!("{k}={}", escape(v))).collect::<Vec<_>>().join("&")
}

async fn send(h: &HttpApp, path: &str, pairs: &[(&str, &str)]) -> Answer {
    let body = form(pairs);
    h.anonymous()
        .ask("POST", path)
        .raw("application/x-www-form-urlencoded", body)
        .header("sec-fetch-site", "same-origin")
        .header("origin", "null")
        .await
}

/// A form that may carry files.
async fn send_parts(h: &HttpApp, path: &str, pairs: &[(&str, &str)]) -> Answer {
    let parts = pairs
        .iter()
        .map(|(k, v)| format!("--edge\r\nContent-Disposition: form-data; name=\"{k}\"\r\n\r\n{v}\r\n"));
    // What a browser sends where no file was chosen.
    let none = "--edge\r\nContent-Disposition: form-data; name=\"files\"; filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--edge--\r\n";
    h.anonymous()
        .ask("POST", path)
        .raw("multipart/form-data; boundary=edge", parts.collect::<String>() + none)
        .header("sec-fetch-site", "same-origin")
        .await
}

const FULL: [(&str, &str); 9] = [
    ("once", "0123456789abcdef0123456789"),
    ("title", "Invoices of others"),
    ("description", "The number is <b>not</b> checked.\r\nAt all."),
    ("steps", "1. Change the number"),
    ("impact", "All data."),
    ("name", "Mats <i>"),
    ("link", "https://mats.example"),
    ("email", ""),
    ("wants_credit", "yes"),
];

/// Nobody in particular has no name under which keys could be kept apart, so a key counts with what it was sent with.
#[test]
fn strangers_who_choose_the_same_key_do_not_meet() {
    each_http(async |h| {
        let d = desk(&h).await;
        let path = "/programs/northwind-lamps/reports";
        let other =
            json!({"title": "Another", "description": "No check.", "steps": "1. Look", "impact": "Much."});
        let first = h.anonymous().post(path, report()).key("k").await.ok(201);
        let again = h.anonymous().post(path, report()).key("k").await.ok(201);
        assert_eq!((&first["key"], &again["key"]), (&json!("NL-1"), &json!("NL-1")), "a retry makes nothing");
        let stranger = h.anonymous().post(path, other).key("k").await.ok(201);
        assert_eq!(stranger["key"], "NL-2");
        let counts = h.as_member(&d.sam).get("/reports/counts").await.ok(200);
        assert_eq!(counts["new"], 2);
        // Whoever is somebody is told that their key is used.
        let sam = h.as_member(&d.sam);
        sam.post(path, report()).key("k").await.ok(201);
        let reused = json!({"title": "B", "description": "C", "steps": "D", "impact": "E"});
        sam.post(path, reused).key("k").await.refused(409, "idempotency_key_reused");
        // The form without scripts: the program is part of what is asked.
        let firmware = json!({"name": "Firmware", "member_ids": [d.sam.id]});
        h.as_member(&d.owner).post("/programs", firmware).await.ok(201);
        for slug in ["northwind-lamps", "firmware", "firmware"] {
            assert_eq!(send(&h, &format!("/security/{slug}/report"), &FULL).await.status, 303);
        }
        let all = h.as_member(&d.sam).get("/reports?program=firmware").await.ok(200);
        assert_eq!(all["items"].as_array().expect("reports").len(), 1);
        for key in ["", "two words"] {
            h.anonymous().post(path, report()).key(key).await.refused(400, "invalid");
        }
    });
}

fn page(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{}: {}", answer.asked, answer.text());
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(answer.header("content-security-policy"), CSP);
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("set-cookie"), "");
    let text = answer.text();
    for bad in ["<script", "style=\"", "http://", "{{", "onerror"] {
        assert!(!text.contains(bad), "{}: {bad} in {text}", answer.asked);
    }
    text
}

#[test]
fn the_team_and_a_program_use_the_api() {
    each_http(async |h| {
        let d = desk(&h).await;
        let sent = h.anonymous().post("/programs/northwind-lamps/reports", report()).await.ok(201);
        assert_eq!(sent["key"], "NL-1");
        let url = sent["tracking_url"].as_str().unwrap();
        let token = url.strip_prefix("https://chat.example.org/security/track/").unwrap();
        assert!(token.starts_with("pt_"));
        let sam = h.as_member(&d.sam);
        assert_eq!(sam.get("/reports/counts").await.ok(200), json!({"new": 1, "open": 1}));
        let list = sam.get("/reports?state=new&program=northwind-lamps").await.ok(200);
        let id = list["items"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(list["items"][0]["reporter"]["wants_credit"], false);
        assert_eq!(sam.get("/reports?state=odd").await.refused(400, "invalid"), "state");
        // A question with words; then back to nobody's severity by null.
        let ask = json!({"state": "needs_info", "message": "Which browser?", "severity": "high", "assignee_id": d.sam.id});
        let asked = sam.patch(&format!("/reports/{id}"), ask).await.ok(200);
        assert_eq!(
            (asked["waiting_on"].as_str(), asked["severity"].as_str()),
            (Some("reporter"), Some("high"))
        );
        let cleared = sam.patch(&format!("/reports/{id}"), json!({"severity": null})).await.ok(200);
        assert_eq!((&cleared["severity"], &cleared["assignee_id"]), (&Value::Null, &json!(d.sam.id)));
        let unsaid = sam.patch(&format!("/reports/{id}"), json!({"state": "closed"})).await;
        assert_eq!(unsaid.refused(400, "invalid"), "close_reason");
        // The reporter, by the token.
        let mats = h.as_reporter(token);
        let seen = mats.get("/reports/track").await.ok(200);
        assert_eq!((seen["key"].as_str(), seen["state"].as_str()), (Some("NL-1"), Some("needs_info")));
        mats.post("/reports/track/messages", json!({"body": "Any"})).await.ok(201);
        mats.get(&format!("/reports/{id}")).await.refused(401, "unauthenticated");
        // A new link; the old one is dead at once, though it was just used.
        let renewed = sam.post(&format!("/reports/{id}/tracking-link"), json!({})).await.ok(200);
        mats.get("/reports/track").await.refused(401, "unauthenticated");
        let token = renewed["tracking_url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        h.as_reporter(&token).post("/reports/track/close", json!({})).await.ok(204);
        h.as_reporter(&token).post("/reports/track/close", json!({})).await.refused(409, "conflict");
        // The owner learns nothing of it.
        let owner = h.as_member(&d.owner);
        owner.get(&format!("/reports/{id}")).await.refused(404, "not_found");
        assert_eq!(owner.get("/reports?state=all").await.ok(200)["items"], json!([]));
        assert_eq!(owner.get("/programs/northwind-lamps").await.ok(200)["member_ids"], json!([]));
        owner.patch("/programs/northwind-lamps", json!({"intake": "paused"})).await.refused(403, "forbidden");
        owner
            .put(&format!("/programs/northwind-lamps/members/{}", d.owner.id), json!({}))
            .await
            .refused(403, "forbidden");
        let record = sam.get("/programs/northwind-lamps/audit").await.ok(200);
        assert!(record["items"].as_array().unwrap().len() >= 5);
        // Paused by the team: refused with the notice.
        sam.patch("/programs/northwind-lamps", json!({"intake": "paused", "notice": "Back on Monday."}))
            .await
            .ok(200);
        let refused = h.anonymous().post("/programs/northwind-lamps/reports", report()).await;
        refused.refused(403, "forbidden");
        assert!(refused.text().contains("Back on Monday."));
    });
}

#[test]
fn a_report_is_made_and_followed_without_a_script() {
    each_http(async |h| {
        let d = desk(&h).await;
        let nobody = h.anonymous();
        let list = page(&nobody.get("/security").await, 200);
        assert!(
            list.contains("href=\"/security/northwind-lamps\"") && list.contains("Tell us &lt;first&gt;.")
        );
        let policy = page(&nobody.get("/security/northwind-lamps").await, 200);
        assert!(policy.contains("<strong>harm</strong>") && policy.contains("&lt;b&gt;all&lt;"), "{policy}");
        assert!(policy.contains("href=\"mailto:security@lamps.example\""));
        let css = policy.split("href=\"").find(|s| s.starts_with("/security/portal.css")).unwrap();
        let css = nobody.get(css.split('"').next().unwrap()).await;
        assert_eq!((css.status, css.header("content-type")), (200, "text/css; charset=utf-8"));
        assert!(css.text().contains("--bg-surface") && css.text().contains(".portal-head"));

        let empty = nobody.get("/security/northwind-lamps/report").await;
        assert_eq!(empty.header("cache-control"), "no-store");
        assert!(page(&empty, 200).contains("name=\"once\" value=\""));

        // What is at fault is said beside each field, and nothing typed is lost.
        let mut half = FULL;
        half[1].1 = "a\u{202E}b";
        half[4].1 = " ";
        half[6].1 = "javascript:alert(1)";
        let wrong = page(&send(&h, "/security/northwind-lamps/report", &half).await, 400);
        for field in ["title", "impact", "link"] {
            assert!(wrong.contains(&format!("id=\"e-{field}\"")), "{field}: {wrong}");
        }
        assert_eq!(wrong.matches("aria-invalid=\"true\"").count(), 3);
        assert!(
            wrong.contains("The number is &lt;b&gt;not&lt;") && wrong.contains("value=\"Mats &lt;i&gt;\"")
        );
        assert!(wrong.contains(" checked>") && wrong.contains("value=\"0123456789abcdef0123456789\""));

        // Sent; sent again by a reload, it is still one.
        let sent = send(&h, "/security/northwind-lamps/report", &FULL).await;
        assert_eq!(sent.status, 303, "{}", sent.text());
        assert_eq!(
            (sent.header("cache-control"), sent.header("referrer-policy")),
            ("no-store", "no-referrer")
        );
        let first = sent.header("location").to_owned();
        assert!(first.starts_with("/security/track/pt_") && first.ends_with("?sent=1"));
        assert_eq!(send(&h, "/security/northwind-lamps/report", &FULL).await.status, 303);
        assert_eq!(h.as_member(&d.sam).get("/reports/counts").await.ok(200)["new"], 1);

        let answer = nobody.get(&first).await;
        assert_eq!((answer.header("cache-control"), answer.header("x-robots-tag")), ("no-store", "noindex"));
        let text = page(&answer, 200);
        for part in [
            "NL-1",
            "Received.",
            "Keep the address of this page",
            "policy version 1 applies",
            "As <b><bdi>Mats &lt;i&gt;",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(text.contains("<h3>Description</h3>") && text.contains("&lt;b&gt;not&lt;/b&gt;"), "{text}");
        assert!(!text.contains("<b>not</b>"));

        // An answer, an empty one, and taking it back.
        let path = first.split('?').next().unwrap();
        let reply = [("once", "abcdef0123456789abcdef0123"), ("body", "More **news**")];
        let replied = send_parts(&h, path, &reply).await;
        assert_eq!((replied.status, replied.header("location")), (303, format!("{path}#m3").as_str()));
        assert_eq!(send_parts(&h, path, &reply).await.status, 303);
        let text = page(&nobody.get(path).await, 200);
        assert_eq!(text.matches("<strong>news</strong>").count(), 1);
        assert!(!text.contains("Keep the address"));
        let empty = page(&send_parts(&h, path, &[("body", " ")]).await, 400);
        assert!(empty.contains("Write something"), "{empty}");
        let long = "x".repeat(16_001);
        let long = page(&send_parts(&h, path, &[("body", &long)]).await, 413);
        assert!(long.contains("xxxx"), "what was typed is kept");
        assert_eq!(send(&h, &format!("{path}/withdraw"), &[]).await.status, 303);
        let text = page(&nobody.get(path).await, 200);
        assert!(text.contains("Closed: withdrawn by you") && !text.contains("/withdraw\""));
        let again = page(&send(&h, &format!("{path}/withdraw"), &[]).await, 409);
        assert!(again.contains("The report is closed already."));
    });
}

#[test]
fn other_sites_and_wrong_links_get_nowhere() {
    each_http(async |h| {
        let d = desk(&h).await;
        let foreign = |site: &'static str| {
            h.anonymous()
                .ask("POST", "/security/northwind-lamps/report")
                .raw("application/x-www-form-urlencoded", form(&FULL))
                .header("sec-fetch-site", site)
        };
        for site in ["cross-site", "same-site"] {
            page(&foreign(site).await, 403);
        }
        let old = h
            .anonymous()
            .ask("POST", "/security/northwind-lamps/report")
            .raw("application/x-www-form-urlencoded", form(&FULL))
            .header("origin", "https://evil.example");
        page(&old.await, 403);
        assert_eq!(h.as_member(&d.sam).get("/reports/counts").await.ok(200)["open"], 0);
        // A signed-in member's cookie changes nothing: the form is nobody's.
        let cookie = h
            .as_browser(&d.sam)
            .ask("POST", "/security/northwind-lamps/report")
            .raw("application/x-www-form-urlencoded", form(&FULL))
            .header("sec-fetch-site", "same-origin");
        assert_eq!(cookie.await.status, 303);

        let missing = page(&h.anonymous().get("/security/nowhere").await, 404);
        assert!(missing.contains("Nothing is here"));
        page(&h.anonymous().get("/security/nowhere/report").await, 404);
        page(&send(&h, "/security/nowhere/report", &FULL).await, 404);
        let session = h.session(&d.sam).await.0;
        for token in ["pt_00000000000000000000000000", "x", session.as_str(), "pt_%3Cscript%3E"] {
            let answer = h.anonymous().get(&format!("/security/track/{token}")).from("10.0.0.7").await;
            assert!(page(&answer, 404).contains("This link leads to no report"), "{token}");
        }
        // Guessing is slow.
        let mut last = 0;
        for _ in 0..40 {
            last = h.anonymous().get("/security/track/pt_guess").from("10.0.0.8").await.status;
        }
        assert_eq!(last, 429);
        // So is flooding; somebody else is not kept out by it.
        let mut last =
            h.anonymous().post("/programs/northwind-lamps/reports", report()).from("10.0.0.9").await;
        for _ in 0..8 {
            last = h.anonymous().post("/programs/northwind-lamps/reports", report()).from("10.0.0.9").await;
        }
        last.refused(429, "rate_limited");
        assert!(!last.header("retry-after").is_empty());
        h.anonymous().post("/programs/northwind-lamps/reports", report()).from("10.0.0.10").await.ok(201);
        let huge = format!("title={}", "x".repeat(600 * 1024));
        let huge = h
            .anonymous()
            .ask("POST", "/security/northwind-lamps/report")
            .raw("application/x-www-form-urlencoded", huge)
            .from("10.0.0.11");
        page(&huge.await, 413);
    });
}

#[test]
fn security_txt_is_there_for_programs() {
    each_http(async |h| {
        let missing = h.anonymous().get("/.well-known/security.txt").await;
        missing.refused(404, "not_found");
        desk(&h).await;
        let file = h.anonymous().get("/.well-known/security.txt").await;
        assert_eq!((file.status, file.header("content-type")), (200, "text/plain; charset=utf-8"));
        assert_eq!(
            file.text(),
            "Contact: https://chat.example.org/security/northwind-lamps/report\n\
             Contact: mailto:security@lamps.example\n\
             Expires: 2027-05-25T12:00:00Z\n\
             Preferred-Languages: en, sv\n\
             Canonical: https://chat.example.org/.well-known/security.txt\n\
             Policy: https://chat.example.org/security/northwind-lamps\n"
        );
    });
}

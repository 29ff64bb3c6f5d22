//! Proof for a report: a reporter's files by the API and by the page without a script, and the team's to the reporter.

use portico_domain::member::Role;
use portico_testkit::{Answer, HttpApp, Person, each_http};
use serde_json::json;

/// Somebody of the program's team, a report's room, and its tracking token.
async fn reported(h: &HttpApp) -> (Person, String, String) {
    let org = h.t.org("Acme").await;
    let sam = h.t.member(&org, "Sam", Role::Member).await;
    let program = json!({"name": "Lamps", "policy": "No harm.", "member_ids": [sam.id]});
    h.as_member(&org.owner).post("/programs", program).await.ok(201);
    let token = another(h, "Invoices of others").await;
    let room = h.as_member(&sam).get("/reports").await.ok(200)["items"][0]["id"]
        .as_str()
        .expect("the report")
        .to_owned();
    (sam, room, token)
}

async fn another(h: &HttpApp, title: &str) -> String {
    let report = json!({"title": title, "description": "No check.", "steps": "1.", "impact": "All."});
    let sent = h.anonymous().post("/programs/lamps/reports", report).await.ok(201);
    sent["tracking_url"].as_str().and_then(|url| url.rsplit('/').next()).expect("a link").to_owned()
}

struct Part<'a>(&'a str, Option<&'a str>, &'a [u8]);

async fn form(h: &HttpApp, token: &str, parts: &[Part<'_>]) -> Answer {
    let mut body = Vec::new();
    for Part(name, file, bytes) in parts {
        let file = file.map_or(String::new(), |f| format!("; filename=\"{f}\""));
        body.extend(
            format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--edge--\r\n");
    h.anonymous()
        .ask("POST", &format!("/security/track/{token}"))
        .raw("multipart/form-data; boundary=edge", body)
        .header("sec-fetch-site", "same-origin")
        .await
}

#[test]
fn proof_goes_with_an_answer_and_only_there() {
    each_http(async |h| {
        let (sam, room, token) = reported(&h).await;
        let mats = h.as_reporter(&token);
        let file =
            mats.ask("POST", "/reports/track/files?name=trace.txt").raw("text/plain", "GET /invoice/2").await;
        let file = file.ok(201);
        let id = file["id"].as_str().unwrap();
        assert_eq!(file["url"], format!("/api/portico/v1/reports/track/files/{id}"));
        let said = mats.post("/reports/track/messages", json!({"file_ids": [id]})).await.ok(201);
        assert_eq!(said["files"][0]["name"], "trace.txt");
        assert_eq!(mats.get(&format!("/reports/track/files/{id}")).await.text(), "GET /invoice/2");
        let seen = mats.get("/reports/track").await.ok(200);
        assert_eq!(seen["messages"].as_array().unwrap().last().unwrap()["files"][0]["url"], file["url"]);
        // The team has it, the reporter of another report has not.
        let team = h.as_member(&sam).get(&format!("/rooms/{room}/messages")).await.ok(200);
        assert_eq!(team["items"].as_array().unwrap().last().unwrap()["files"][0]["id"], id);
        assert_eq!(h.as_member(&sam).get(&format!("/files/{id}")).await.status, 200);
        let other = another(&h, "Another flaw").await;
        let eve = h.as_reporter(&other);
        eve.get(&format!("/reports/track/files/{id}")).await.refused(404, "not_found");
        eve.post("/reports/track/messages", json!({"body": "x", "file_ids": [id]}))
            .await
            .refused(400, "invalid");
        // Nobody without a link sends a byte.
        h.anonymous()
            .ask("POST", "/reports/track/files?name=a")
            .raw("text/plain", "a")
            .await
            .refused(401, "unauthenticated");
    });
}

#[test]
fn a_browser_without_a_script_sends_files() {
    each_http(async |h| {
        let (sam, room, token) = reported(&h).await;
        let sent = || {
            [
                Part("once", None, b"0123456789abcdef0123456789"),
                Part("body", None, b"Look:\r\nthere"),
                Part("files", Some("one.txt"), b"one"),
                Part("files", Some("../two.txt"), b"two"),
            ]
        };
        let first = form(&h, &token, &sent()).await;
        assert_eq!(first.status, 303, "{}", first.text());
        // Sent again by a reload, it is still one.
        let again = form(&h, &token, &sent()).await;
        assert_eq!((again.status, again.header("location")), (303, first.header("location")));
        let team = h.as_member(&sam).get(&format!("/rooms/{room}/messages")).await.ok(200);
        let last = team["items"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((last["number"].as_i64(), last["body"]["text"].as_str()), (Some(3), Some("Look:\nthere")));
        let names: Vec<_> =
            last["files"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["one.txt", "two.txt"]);
        let page = h.anonymous().get(&format!("/security/track/{token}")).await.text();
        assert!(page.contains("one.txt") && page.contains("two.txt"), "{page}");
    });
}

#[test]
fn a_form_that_is_refused_keeps_what_was_typed_and_sends_nothing() {
    each_http(async |h| {
        let (sam, room, token) = reported(&h).await;
        let words = Part("body", None, b"typed with care");
        let eleven: Vec<_> = (0..11).map(|_| Part("files", Some("a.txt"), b"a")).collect();
        let mut many = vec![Part("body", None, b"typed with care")];
        many.extend(eleven);
        let empty = [Part("body", None, b"typed with care"), Part("files", Some("a.txt"), b"")];
        let stray = [words, Part("more", None, b"what")];
        for (parts, say) in
            [(&many[..], "10 files at most"), (&empty, "The file is empty"), (&stray, "not asked for")]
        {
            let answer = form(&h, &token, parts).await;
            assert_eq!(answer.status, 400, "{say}");
            let page = answer.text();
            assert!(page.contains(say) && page.contains("typed with care"), "{say}: {page}");
        }
        let long = vec![b'x'; 200 * 1024];
        assert_eq!(form(&h, &token, &[Part("body", None, &long)]).await.status, 413);
        let broken = h
            .anonymous()
            .ask("POST", &format!("/security/track/{token}"))
            .raw(
                "multipart/form-data; boundary=edge",
                "--edge\r\nContent-Disposition: form-data; name=\"body\"\r\n\r\nhalf",
            )
            .header("sec-fetch-site", "same-origin");
        assert_eq!(broken.await.status, 400);
        let team = h.as_member(&sam).get(&format!("/rooms/{room}/messages")).await.ok(200);
        assert_eq!(team["items"].as_array().unwrap().len(), 2, "the report and nothing more: {team}");
    });
}

#[test]
fn files_do_not_come_without_end() {
    each_http(async |h| {
        let (_, _, token) = reported(&h).await;
        let mats = h.as_reporter(&token);
        let send = || mats.ask("POST", "/reports/track/files?name=a").raw("text/plain", "a");
        for _ in 0..20 {
            send().await.ok(201);
        }
        send().await.refused(429, "rate_limited");
    });
}

#[test]
fn a_file_of_the_team_reaches_the_reporter_and_nobody_else() {
    each_http(async |h| {
        let (sam, room, token) = reported(&h).await;
        let path = format!("/security/track/{token}");
        let sam = h.as_member(&sam);
        let mut ids = Vec::new();
        for ring in ["everyone", "team"] {
            let file = sam.upload("patch.diff", "--- a\n").await.ok(201)["id"].as_str().unwrap().to_owned();
            let body = json!({"body": "", "ring": ring, "file_ids": [file]});
            sam.post(&format!("/rooms/{room}/messages"), body).await.ok(201);
            ids.push(file);
        }
        let text = h.anonymous().get(&path).await.text();
        assert!(text.contains(&format!("{path}/files/{}", ids[0])) && !text.contains(&ids[1]), "{text}");
        let got = h.anonymous().get(&format!("{path}/files/{}", ids[0])).await;
        assert_eq!((got.status, got.text().as_str()), (200, "--- a\n"));
        assert!(got.header("content-security-policy").contains("sandbox"));
        assert_eq!(h.anonymous().get(&format!("{path}/files/{}", ids[1])).await.status, 404);
        assert_eq!(h.anonymous().get(&format!("/security/track/pt_x/files/{}", ids[0])).await.status, 404);
    });
}

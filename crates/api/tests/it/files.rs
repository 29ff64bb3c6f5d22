//! Files: names that mean harm, content that lies, sizes, ranges.

use crate::team::Team;
use portico_testkit::{HttpApp, Person, each_http, pictures};
use serde_json::{Value, json};

async fn up(h: &HttpApp, who: &Person, name: &str, bytes: impl Into<Vec<u8>>) -> Value {
    h.as_member(who).upload(name, bytes.into()).await.ok(201)
}

fn path(file: &Value) -> String {
    format!("/files/{}", file["id"].as_str().expect("an id"))
}

#[test]
fn what_lies_about_its_type_is_only_ever_downloaded() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let script = "<script>alert(1)</script>";
        let svg = format!("<svg xmlns='http://www.w3.org/2000/svg'>{script}</svg>");
        let gif = format!("GIF89a/*{script}*/=1;");
        let png = [b"\x89PNG\r\n\x1a\n".as_slice(), script.as_bytes()].concat();
        let jpeg = [b"\xff\xd8\xff\xe0".as_slice(), script.as_bytes()].concat();
        let pdf = format!("%PDF-1.7\n{script}");
        let lies: [(&str, Vec<u8>); 9] = [
            ("cat.png", script.into()),
            ("cat.png", svg.clone().into()),
            ("cat.svg", svg.into()),
            ("cat.gif", gif.into()),
            ("cat.png", png),
            ("cat.jpg", jpeg),
            ("paper.pdf", pdf.into()),
            ("page.html", format!("<!doctype html>{script}").into()),
            (
                "page.xhtml",
                format!("<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>{script}</html>")
                    .into(),
            ),
        ];
        for (name, bytes) in lies {
            let file = up(&h, &t.ann, name, bytes.clone()).await;
            assert_eq!((&file["thumb"], &file["width"]), (&json!(false), &json!(null)), "{name}");
            let answer = h.as_member(&t.ann).get(&path(&file)).await;
            assert_eq!((answer.status, answer.body.as_ref()), (200, bytes.as_slice()), "{name}");
            let kind = answer.header("content-type");
            let active =
                ["html", "svg", "xml", "javascript", "image/"].iter().any(|part| kind.contains(part));
            assert!(!active, "{name} comes back as {kind}");
            assert!(answer.header("content-disposition").starts_with("attachment"), "{name}");
            assert_eq!(answer.header("content-security-policy"), "sandbox; default-src 'none'", "{name}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{name}");
            assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{name}");
            h.as_member(&t.ann).get(&format!("{}/thumb", path(&file))).await.refused(404, "not_found");
            let mine = h.as_member(&t.ann).patch("/me", json!({"picture": file["id"]})).await;
            assert_eq!(mine.refused(400, "invalid"), "picture", "{name}");
        }
    });
}

#[test]
fn what_the_caller_says_the_type_is_does_not_count() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let ask =
            h.as_member(&t.ann).ask("POST", "/files?name=a.html").raw("text/html", b"<b>hi</b>".to_vec());
        let file = ask.await.ok(201);
        assert_ne!(file["kind"], "text/html");
        // A real picture under a wrong name is one all the same.
        let picture = up(&h, &t.ann, "notes.txt", pictures::dot()).await;
        assert_eq!(
            (&picture["kind"], &picture["width"], &picture["thumb"]),
            (&json!("image/png"), &json!(1), &json!(true))
        );
        let answer = h.as_member(&t.ann).get(&path(&picture)).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "image/png"));
        let thumb = h.as_member(&t.ann).get(&format!("{}/thumb", path(&picture))).await;
        assert_eq!((thumb.status, thumb.header("content-type")), (200, "image/jpeg"));
    });
}

#[test]
fn a_picture_that_unpacks_to_gigabytes_is_not_unpacked() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let empty = [0x78, 0x01, 0x01, 0, 0, 0xff, 0xff, 0, 0, 0, 1];
        for size in [(65_535, 65_535), (u32::MAX, u32::MAX), (1_000_000, 1), (0, 0), (30_000, 30_000)] {
            let file = up(&h, &t.ann, "bomb.png", pictures::png(size, &empty)).await;
            assert_eq!(
                (&file["kind"], &file["thumb"]),
                (&json!("application/octet-stream"), &json!(false)),
                "{size:?}"
            );
        }
        // The next one is made as if nothing had been.
        assert_eq!(up(&h, &t.ann, "dot.png", pictures::dot()).await["thumb"], true);
    });
}

#[test]
fn an_upload_over_the_limit_or_of_nothing_is_refused_and_leaves_nothing() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let ann = h.as_member(&t.ann);
        let limit = 1 << 20;
        up(&h, &t.ann, "most.bin", vec![7; limit]).await;
        let over = ann.upload("over.bin", vec![7; limit + 1]).await;
        assert_eq!(over.refused(413, "too_large"), "file");
        assert!(over.text().contains("files.max_size"), "{}", over.text());
        // Announced as small, and then it goes on; announced as huge, and refused at once.
        for said in ["5", "99999999999", "-1", "x"] {
            let answer = ann.upload("liar.bin", vec![7; limit + 1]).header("content-length", said).await;
            assert_eq!(answer.refused(413, "too_large"), "file", "{said}");
        }
        assert_eq!(ann.upload("empty.bin", Vec::new()).await.refused(400, "invalid"), "file");
        h.anonymous().upload("a.bin", vec![7]).await.refused(401, "unauthenticated");
    });
}

#[test]
fn names_that_reach_for_paths_or_headers_are_made_harmless() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let long = format!("{}.txt", "n".repeat(10_000));
        for name in [
            "../../../etc/passwd",
            "..\\..\\windows\\system32\\cmd.exe",
            "/etc/shadow",
            "C:\\autoexec.bat",
            "a\0.png",
            "a\r\nSet-Cookie: x=1\r\n\r\n<b>",
            "a\"; filename=\"evil.html",
            "invoice\u{202e}fdp.exe",
            "con",
            "..",
            ".",
            "",
            ".htaccess",
            "a%2f..%2fb",
            &long,
            "naïve 数据 🎉.txt",
        ] {
            let file = up(&h, &t.ann, name, b"words".to_vec()).await;
            let kept = file["name"].as_str().expect("a name");
            let fine = !kept.is_empty()
                && kept.chars().count() <= 120
                && !kept.contains(['/', '\\', '"', '\0', '\r', '\n', '\u{202e}'])
                && !kept.starts_with('.');
            assert!(fine, "{name:?} was kept as {kept:?}");
            let answer = h.as_member(&t.ann).get(&path(&file)).await;
            assert_eq!((answer.status, answer.body.as_ref()), (200, b"words".as_slice()), "{name:?}");
            let header = answer.headers["content-disposition"].to_str().expect("visible ASCII").to_owned();
            assert!(
                header.starts_with("attachment; filename=\"") && !header.contains(['\r', '\n']),
                "{header}"
            );
            assert_eq!(header.matches('"').count(), 2, "{header}");
            assert!(answer.headers.get("set-cookie").is_none(), "{name:?}");
        }
    });
}

#[test]
fn a_range_that_is_none_is_passed_over_and_one_beyond_the_end_refused() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let file = path(&up(&h, &t.ann, "ten.txt", b"0123456789".to_vec()).await);
        let ask = async |range: &str| h.as_member(&t.ann).get(&file).header("range", range).await;
        for (range, body, content) in [
            ("bytes=0-3", "0123", "bytes 0-3/10"),
            ("bytes=7-", "789", "bytes 7-9/10"),
            ("bytes=-2", "89", "bytes 8-9/10"),
            ("bytes=-99", "0123456789", "bytes 0-9/10"),
            ("bytes=5-99999999999", "56789", "bytes 5-9/10"),
        ] {
            let answer = ask(range).await;
            let got = (answer.status, answer.text(), answer.header("content-range").to_owned());
            assert_eq!(got, (206, body.to_owned(), content.to_owned()), "{range}");
        }
        let broken = [
            "bytes",
            "bytes=",
            "bytes=a-b",
            "bytes=5-1",
            "bytes=0-1,3-4",
            "items=0-1",
            "bytes=--1",
            "bytes=1e3-",
            "bytes=+1-2",
            "bytes=99999999999999999999999-",
        ];
        for range in broken {
            let answer = ask(range).await;
            assert_eq!((answer.status, answer.text()), (200, "0123456789".to_owned()), "{range}");
        }
        for range in ["bytes=10-", "bytes=99-100", "bytes=-0", "bytes=18446744073709551615-"] {
            let answer = ask(range).await;
            assert_eq!(answer.refused(416, "range"), "Range", "{range}");
            assert_eq!(answer.header("content-range"), "bytes */10", "{range}");
        }
    });
}

#[test]
fn a_file_is_its_uploaders_until_it_is_sent_and_then_the_rooms() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let file = up(&h, &t.ann, "plan.txt", b"the plan".to_vec()).await;
        h.as_member(&t.ben).get(&path(&file)).await.refused(404, "not_found");
        let stolen =
            h.as_member(&t.ben).post(&t.timeline(), json!({"body": "mine", "file_ids": [file["id"]]})).await;
        assert!([400, 404].contains(&stolen.status), "{}", stolen.text());
        assert_eq!(t.count(&h).await, 0);
        let sent = json!({"body": "ours", "file_ids": [file["id"]]});
        let message = h.as_member(&t.ann).post(&t.timeline(), &sent).await.ok(201);
        assert_eq!(h.as_member(&t.ben).get(&path(&file)).await.text(), "the plan");
        // It belongs to one message.
        let again = h.as_member(&t.ann).post(&t.timeline(), &sent).await;
        assert!([400, 404, 409].contains(&again.status), "{}", again.text());
        h.as_member(&t.ann)
            .delete(&format!("/messages/{}", message["id"].as_str().expect("an id")))
            .await
            .ok(204);
        for who in [&t.ann, &t.ben] {
            h.as_member(who).get(&path(&file)).await.refused(404, "not_found");
        }
    });
}

//! What comes in from outside: hostile parts, public pages, security.txt.

use super::*;
use portico_core::{
    people::authenticate,
    security::{PublicPolicy, PublicPrograms, SecurityTxt, UpdateProgram, security_txt},
};
use portico_domain::program::{Intake, ScopeItem};
use portico_testkit::each;
use portico_types::ErrorCode;

async fn create(t: &TestApp, who: &Person, command: CreateProgram) -> Result<Program> {
    t.run(who, command).await
}

#[test]
fn a_report_needs_no_account_name_or_address() {
    each(async |t| {
        let d = desk(&t).await;
        let bare = ReportDraft { name: String::new(), versions: String::new(), ..draft() };
        let sent = report(&t, &d, &bare).await;
        let seen = get(&t, &d.sam, sent.id).await;
        assert_eq!(seen.reporter, portico_domain::report::ReporterCard::default());
        // A member reports like anybody: outside, and with nothing of theirs in it.
        let command = SubmitReport { slug: d.program.slug.clone(), intake: bare.check().unwrap() };
        let own = t.run(&d.mia, command).await.unwrap();
        assert_eq!(get(&t, &d.sam, own.id).await.reporter.name, "");
        assert_eq!(t.ask(&d.mia, GetReport { id: own.id }).await.unwrap_err().code(), ErrorCode::NotFound);
        let actor = authenticate(&t.app, own.token.expose()).await.unwrap().actor;
        assert_eq!(track(&t, &d, actor).await.unwrap().key, "NL-2");
        // Where there is no such program, there is nothing.
        let nowhere = SubmitReport { slug: "nowhere".into(), intake: bare.check().unwrap() };
        let refused = t.app.run(t.ctx_as(d.org.tenant, Actor::Anonymous), nowhere).await;
        assert_eq!(refused.unwrap_err().code(), ErrorCode::NotFound);
    });
}

#[test]
fn what_a_reporter_gives_is_kept_as_given() {
    each(async |t| {
        let d = desk(&t).await;
        let full = ReportDraft {
            link: "https://mats.example/me".into(),
            email: "Mats@Example.org".into(),
            wants_credit: true,
            ..draft()
        };
        let sent = report(&t, &d, &full).await;
        let card = get(&t, &d.sam, sent.id).await.reporter;
        assert_eq!(card.link.as_deref(), Some("https://mats.example/me"));
        assert_eq!(card.email.as_deref(), Some("Mats@example.org"));
        assert!(card.wants_credit && card.name == "Mats");
        let bad = ReportDraft { link: "javascript:alert(1)".into(), ..draft() };
        assert_eq!(bad.check().unwrap_err()[0].field(), Some("link"));
    });
}

#[test]
fn markup_of_a_report_is_inert() {
    each(async |t| {
        let d = desk(&t).await;
        let hostile = ReportDraft {
            description: "<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1)) ![p](https://t.example/p.png)"
                .into(),
            ..draft()
        };
        let sent = report(&t, &d, &hostile).await;
        let mats = by_link(&t, sent.token.expose()).await.unwrap();
        let seen = track(&t, &d, mats).await.unwrap();
        let TrackedBody::Markdown { html, .. } = &seen.messages[0].body else { panic!("the report itself") };
        for bad in ["<script", "<img", "onerror=alert(1)>", "href=\"javascript"] {
            assert!(!html.contains(bad), "{bad}: {html}");
        }
    });
}

#[test]
fn a_program_is_checked_before_it_is_published() {
    each(async |t| {
        let org = t.org("Acme").await;
        let ann = t.member(&org, "Ann", Role::Member).await;
        let owner = &org.owner;
        let refused = create(&t, &ann, program("Lamps")).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Forbidden);
        let item = |asset: &str| ScopeItem {
            asset: asset.into(),
            kind: "web".into(),
            in_scope: true,
            note: String::new(),
        };
        for (field, bad) in [
            ("name", CreateProgram { name: "x".repeat(10_000), ..program("x") }),
            ("name", CreateProgram { name: "a\u{202E}b".into(), ..program("x") }),
            ("slug", CreateProgram { slug: Some("../x".into()), ..program("x") }),
            ("prefix", CreateProgram { prefix: Some("N1".into()), ..program("x") }),
            ("intro", CreateProgram { intro: "x\u{2067}".into(), ..program("x") }),
            ("contact", CreateProgram { contact: "http://a.example".into(), ..program("x") }),
            ("contact", CreateProgram { contact: "javascript:alert(1)".into(), ..program("x") }),
            ("contact", CreateProgram { contact: "mailto:a@b.example\nPolicy: x".into(), ..program("x") }),
            ("languages", CreateProgram { languages: vec!["en\nContact: x".into()], ..program("x") }),
            ("scope", CreateProgram { scope: vec![item("")], ..program("x") }),
            ("scope", CreateProgram { scope: vec![item("a"); 101], ..program("x") }),
            ("member_ids", CreateProgram { member_ids: vec![MemberId(Id([9; 16]))], ..program("x") }),
        ] {
            assert_eq!(create(&t, owner, bad).await.unwrap_err().field(), Some(field));
        }
        assert_eq!(PolicyText::of(&"x".repeat(16_001)).unwrap_err().field(), Some("policy"));
        let gus = t.member(&org, "Gus", Role::Guest).await;
        let guests = CreateProgram { member_ids: vec![gus.id], ..program("x") };
        assert_eq!(create(&t, owner, guests).await.unwrap_err().field(), Some("member_ids"));
        // Names of one do not clash with another's.
        let first = create(&t, owner, program("Northwind Lamps")).await.unwrap();
        let second = create(&t, owner, program("Northwind Lamps")).await.unwrap();
        assert_eq!((first.slug.as_str(), second.slug.as_str()), ("northwind-lamps", "northwind-lamps-2"));
        assert_eq!((first.prefix.as_str(), second.prefix.as_str()), ("NL", "NOR"));
        let taken = CreateProgram { slug: Some("northwind-lamps".into()), ..program("x") };
        assert_eq!(create(&t, owner, taken).await.unwrap_err().code(), ErrorCode::Conflict);
        let taken = CreateProgram { prefix: Some("nl".into()), ..program("x") };
        assert_eq!(create(&t, owner, taken).await.unwrap_err().field(), Some("prefix"));
    });
}

#[test]
fn everybody_reads_what_is_published_and_no_more() {
    each(async |t| {
        let d = desk(&t).await;
        let paused =
            CreateProgram { notice: "Later.".into(), languages: vec!["fr".into()], ..program("Archive") };
        let paused = t.run(&d.org.owner, paused).await.unwrap();
        let pause = UpdateProgram {
            slug: paused.slug.clone(),
            intake: Some(Intake::Paused),
            ..UpdateProgram::default()
        };
        t.run(&d.org.owner, pause).await.unwrap();
        let nobody = || t.ctx_as(d.org.tenant, Actor::Anonymous);
        let all = t.app.ask(nobody(), PublicPrograms).await.unwrap();
        let slugs: Vec<&str> = all.programs.iter().map(|p| p.slug.as_str()).collect();
        assert_eq!((all.organization.as_str(), slugs), ("Acme", vec!["northwind-lamps", "archive"]));
        let page = t.app.ask(nobody(), PublicPolicy { slug: "northwind-lamps".into() }).await.unwrap();
        assert!(page.program.policy_html.contains("<strong>harm</strong>"));
        let text = serde_json::to_string(&page).unwrap();
        for secret in [d.sam.id.to_string(), d.program.id.to_string(), "Sam".into(), "report_count".into()] {
            assert!(!text.contains(&secret), "{secret}: {text}");
        }
        let missing = t.app.ask(nobody(), PublicPolicy { slug: "nowhere".into() }).await;
        assert_eq!(missing.unwrap_err().code(), ErrorCode::NotFound);

        let file = |base: &str| SecurityTxt { base_url: base.into() };
        let facts = t.app.ask(nobody(), file("https://acme.example/")).await.unwrap();
        assert_eq!(
            security_txt(&facts),
            "Contact: https://acme.example/security/northwind-lamps/report\n\
             Contact: mailto:security@lamps.example\n\
             Expires: 2027-05-25T12:00:00Z\n\
             Preferred-Languages: en, sv, fr\n\
             Canonical: https://acme.example/.well-known/security.txt\n\
             Policy: https://acme.example/security/northwind-lamps\n\
             Policy: https://acme.example/security/archive\n"
        );
        // Without https no web address may stand in it.
        let plain = security_txt(&t.app.ask(nobody(), file("http://localhost:8080")).await.unwrap());
        assert!(plain.starts_with("Contact: mailto:security@lamps.example\n") && !plain.contains("http"));
        let empty = t.org("Empty").await;
        let none = t.app.ask(t.ctx_as(empty.tenant, Actor::Anonymous), file("https://a.example")).await;
        assert_eq!(none.unwrap_err().code(), ErrorCode::NotFound);
    });
}

//! Need-to-know: an owner outside the team, other members, other organizations and other reporters learn nothing of a
//! report, by whatever way they ask.

use super::*;
use portico_core::{
    files::{FetchFile, RecordUpload},
    messages::{
        DeleteMessage, Drafts, EditMessage, GetMessage, History, Messages, Position, Preview, React,
        SaveDraft, SaveMessage, Saved, Search, SetThread, Thread, Threads,
    },
    people::Audit,
    rooms::{EditRoom, GetRoom, InviteToRoom, JoinRoom, MarkRead, RoomMembers},
    security::{
        GetProgram, PostAsReporter, ReportCounts, ReportNumbers, Reports, RotateTrackingLink, States,
        WithdrawReport,
    },
};
use portico_domain::report::{ReportState, Severity};
use portico_policy::Via;
use portico_testkit::each;
use portico_types::{ErrorCode, MessageId, TokenId};

const CANARY: &str = "xylophonecanary";

/// A report with the canary in its title, body, note, answer, draft and file, and something of it in every table.
async fn planted(t: &TestApp, d: &Desk) -> (Submitted, MessageId, portico_types::FileId) {
    let full = |part: &str| format!("{CANARY} {part}");
    let draft = ReportDraft {
        title: full("title"),
        description: full("description"),
        steps: full("steps"),
        impact: full("impact"),
        versions: full("versions"),
        name: full("name"),
        email: format!("{CANARY}@example.org"),
        link: format!("https://{CANARY}.example/"),
        wants_credit: true,
    };
    let sent = report(t, d, &draft).await;
    let upload = RecordUpload {
        name: format!("{CANARY}.txt"),
        kind: "text/plain".into(),
        size: 4,
        sha256: [4; 32],
        dimensions: None,
        thumb: None,
    };
    let file = t.run(&d.sam, upload).await.unwrap();
    let composed = messages::compose(&t.app, &t.ctx(&d.sam), &full("note for @tess")).await.unwrap();
    let note = PostMessage {
        room: sent.id,
        composed,
        ring: Some(Ring::Team),
        thread: None,
        files: vec![file.id],
        confirm: false,
    };
    let note = t.run(&d.sam, note).await.unwrap();
    let composed = messages::compose(&t.app, &t.ctx(&d.tess), &full("reply")).await.unwrap();
    let reply = PostMessage {
        room: sent.id,
        composed,
        ring: Some(Ring::Team),
        thread: Some(note.id),
        files: vec![],
        confirm: false,
    };
    t.run(&d.tess, reply).await.unwrap();
    t.run(&d.sam, React { message: note.id, emoji: "👀".into(), on: true }).await.unwrap();
    t.run(&d.sam, SaveDraft { room: sent.id, thread: None, body: full("draft") }).await.unwrap();
    let composed = messages::compose(&t.app, &t.ctx(&d.sam), &full("question")).await.unwrap();
    let ask = UpdateReport {
        title: Some(full("second title")),
        state: Some(ReportState::NeedsInfo),
        message: Some(composed),
        severity: Some(Some(Severity::Critical)),
        assignee: Some(Some(d.tess.id)),
        ..change(sent.id)
    };
    t.run(&d.sam, ask).await.unwrap();
    let mats = by_link(t, sent.token.expose()).await.unwrap();
    let ctx = t.ctx_as(d.org.tenant, mats);
    let composed = messages::compose(&t.app, &ctx, &full("answer")).await.unwrap();
    t.app.run(ctx, PostAsReporter { id: sent.id, composed, files: vec![] }).await.unwrap();
    (sent, note.id, file.id)
}

fn refused<T>(outcome: Result<T>, what: &str, who: &str) {
    match outcome {
        Err(e) if e.code() == ErrorCode::NotFound => {}
        Err(e) => panic!("{who}, {what}: {e}"),
        Ok(_) => panic!("{who} may {what}"),
    }
}

/// Every way to a room, a message or a report.
async fn knock(t: &TestApp, who: &Person, room: RoomId, message: MessageId, file: portico_types::FileId) {
    let name = who.name.as_str();
    refused(t.ask(who, GetReport { id: room }).await, "get the report", name);
    refused(t.run(who, UpdateReport { severity: Some(None), ..change(room) }).await, "handle it", name);
    refused(t.run(who, RotateTrackingLink { report: room }).await, "renew its link", name);
    refused(t.run(who, WithdrawReport { id: room }).await, "withdraw it", name);
    refused(t.ask(who, GetRoom { room }).await, "get the room", name);
    refused(t.ask(who, RoomMembers { room }).await, "see its people", name);
    refused(t.run(who, JoinRoom { room }).await, "join", name);
    refused(t.run(who, InviteToRoom { room, member: who.id }).await, "invite", name);
    let rename = EditRoom { room, name: Some("x".into()), topic: None, purpose: None };
    refused(t.run(who, rename).await, "rename", name);
    refused(t.run(who, MarkRead { room, number: 1 }).await, "mark read", name);
    for position in [Position::Newest, Position::Before(5), Position::After(0), Position::Around(2)] {
        refused(t.ask(who, Messages { room, position, limit: 50, replies: true }).await, "read", name);
    }
    refused(post(t, who, room, Ring::Everyone, "hello").await, "write", name);
    refused(t.run(who, SaveDraft { room, thread: None, body: "x".into() }).await, "draft", name);
    refused(t.ask(who, GetMessage { id: message }).await, "get a message", name);
    refused(t.ask(who, Preview { id: message }).await, "preview", name);
    refused(t.ask(who, Thread { root: message }).await, "read a thread", name);
    refused(t.ask(who, History { id: message }).await, "read history", name);
    refused(t.run(who, SaveMessage { id: message, on: true }).await, "save", name);
    refused(t.run(who, React { message, emoji: "👍".into(), on: true }).await, "react", name);
    refused(t.run(who, SetThread { root: message, following: Some(true), read: None }).await, "follow", name);
    refused(t.run(who, DeleteMessage { id: message }).await, "delete", name);
    let composed = messages::compose(&t.app, &t.ctx(who), "x").await.unwrap();
    refused(t.run(who, EditMessage { id: message, version: 1, composed }).await, "edit", name);
    refused(t.ask(who, FetchFile { id: file }).await, "fetch a file", name);
}

/// Every list someone has: the canary and the key are in none.
async fn lists(t: &TestApp, who: &Person) {
    let mut found = String::new();
    let search = t.ask(who, Search { text: CANARY.into(), cursor: None, limit: 50 }).await.unwrap();
    assert!(search.page.items.is_empty(), "{} finds it", who.name);
    for extra in ["from:sam", "has:file", "in:northwind-lamps"] {
        let text = format!("{CANARY} {extra}");
        assert!(t.ask(who, Search { text, cursor: None, limit: 50 }).await.unwrap().page.items.is_empty());
    }
    let all = |program: Option<String>| Reports { states: States::All, program, cursor: None, limit: 50 };
    assert!(t.ask(who, all(None)).await.unwrap().items.is_empty());
    if let Ok(page) = t.ask(who, all(Some("northwind-lamps".into()))).await {
        assert!(page.items.is_empty());
    }
    assert_eq!(t.ask(who, ReportCounts).await.unwrap(), ReportNumbers::default());
    found += &serde_json::to_string(&t.ask(who, Drafts).await.unwrap()).unwrap();
    assert!(t.ask(who, Saved { cursor: None, limit: 50 }).await.unwrap().items.is_empty());
    assert!(t.ask(who, Threads { cursor: None, limit: 50 }).await.unwrap().items.is_empty());
    if let Ok(record) = t.ask(who, Audit { cursor: None, limit: 200 }).await {
        found += &serde_json::to_string(&record.items).unwrap();
    }
    if let Ok(program) = t.ask(who, GetProgram { slug: "northwind-lamps".into() }).await {
        found += &serde_json::to_string(&program).unwrap();
    }
    for secret in [CANARY, "NL-1", "report."] {
        assert!(!found.contains(secret), "{}: {secret} in {found}", who.name);
    }
}

#[test]
fn an_owner_outside_the_team_learns_nothing_of_a_report() {
    each(async |t| {
        let d = desk(&t).await;
        let ada = t.member(&d.org, "Ada", Role::Admin).await;
        let (sent, note, file) = planted(&t, &d).await;
        // The team finds everything the canary is in, so that finding nothing elsewhere means something.
        let found = t.ask(&d.sam, Search { text: CANARY.into(), cursor: None, limit: 50 }).await.unwrap();
        assert_eq!(found.page.items.len(), 5);
        let guest = t.ask(&d.gus, Search { text: CANARY.into(), cursor: None, limit: 50 }).await.unwrap();
        assert_eq!(guest.page.items.len(), 3, "a guest does not find notes");
        let events = t.take_events();
        for who in [&d.org.owner, &ada, &d.mia] {
            knock(&t, who, sent.id, note, file).await;
            lists(&t, who).await;
        }
        assert!(t.take_events().is_empty(), "whoever was refused moved nothing");
        // No event the log would hand to them has anything of it, and the team got it all.
        let mut with_canary = 0;
        for event in &events {
            let secret = event.body.contains(CANARY)
                || event.body.contains("NL-1")
                || event.body.contains(&sent.id.to_string());
            with_canary += usize::from(secret);
            for (who, role) in [(&d.org.owner, Role::Owner), (&ada, Role::Admin), (&d.mia, Role::Member)] {
                assert!(!(secret && told(event, who.id, role, &[])), "{} is told {}", who.name, event.body);
            }
            if secret && matches!(event.audience, Audience::Group { .. }) {
                assert!(told(event, d.tess.id, Role::Member, &[d.program.id.0]));
            }
        }
        assert!(with_canary >= 15, "{with_canary}");
    });
}

#[test]
fn a_reporter_is_told_only_what_is_for_everyone() {
    each(async |t| {
        let d = desk(&t).await;
        let (sent, ..) = planted(&t, &d).await;
        let mats = by_link(&t, sent.token.expose()).await.unwrap();
        let Actor::Reporter { id, .. } = mats else { panic!("a tracking link is a reporter's") };
        for event in t.take_events() {
            let Audience::Group { outside: Some(outside), ring, .. } = &event.audience else { continue };
            assert_eq!(*outside, id.0);
            if *ring == Ring::Everyone {
                assert!(!event.body.contains("note for") && !event.body.contains("reply"), "{}", event.body);
            }
        }
        let seen = serde_json::to_string(&track(&t, &d, mats).await.unwrap()).unwrap();
        for secret in [
            &d.sam.id.to_string(),
            &d.tess.id.to_string(),
            "note for",
            "reply",
            "draft",
            "sam@example.org",
            "\"by\"",
        ] {
            assert!(!seen.contains(secret), "{secret}: {seen}");
        }
        // Not another report, not anything inside.
        let other = report(&t, &d, &draft()).await;
        let ctx = || t.ctx_as(d.org.tenant, mats);
        for room in [other.id, sent.id] {
            let inside = t.app.ask(ctx(), GetReport { id: room }).await;
            assert!(inside.is_err());
            let handle = t.app.run(ctx(), UpdateReport { severity: Some(None), ..change(room) }).await;
            assert!(handle.is_err());
        }
        let composed = messages::compose(&t.app, &ctx(), "x").await.unwrap();
        refused(
            t.app
                .run(ctx(), PostAsReporter { id: other.id, composed: composed.clone(), files: vec![] })
                .await,
            "write elsewhere",
            "Mats",
        );
        let whisper = PostMessage {
            room: sent.id,
            composed,
            ring: Some(Ring::Team),
            thread: None,
            files: vec![],
            confirm: false,
        };
        assert_eq!(t.app.run(ctx(), whisper).await.unwrap_err().code(), ErrorCode::Forbidden);
        // The link means nothing in another organization.
        let elsewhere = t.org("Elsewhere").await;
        refused(
            t.app.ask(t.ctx_as(elsewhere.tenant, mats), TrackReport::default()).await,
            "track",
            "Mats elsewhere",
        );
    });
}

#[test]
fn another_organization_is_another_world() {
    each(async |t| {
        let d = desk(&t).await;
        let (sent, note, file) = planted(&t, &d).await;
        let other = t.org("Other").await;
        let eve = CreateProgram { member_ids: vec![other.owner.id], ..program("Northwind Lamps") };
        t.run(&other.owner, eve).await.unwrap();
        knock(&t, &other.owner, sent.id, note, file).await;
        lists(&t, &other.owner).await;
        // Even with the very ids of a member of the team.
        let forged = Person { tenant: other.tenant, ..d.sam.clone() };
        assert!(t.ask(&forged, GetReport { id: sent.id }).await.is_err());
        let all = Reports { states: States::All, program: None, cursor: None, limit: 50 };
        let outcome = t.ask(&forged, all).await;
        assert!(outcome.is_err() || outcome.is_ok_and(|p| p.items.is_empty()));
    });
}

#[test]
fn a_token_opens_the_desk_only_with_its_scope() {
    use portico_domain::session::{Scope, Scopes};
    each(async |t| {
        let d = desk(&t).await;
        let (sent, ..) = planted(&t, &d).await;
        let token = |scopes: &[Scope]| {
            let via = Via::Token(TokenId(Id([5; 16])), Scopes::of(scopes));
            t.ctx_as(d.org.tenant, Actor::Member { id: d.sam.id, via })
        };
        let plain = [Scope::Read, Scope::Write, Scope::Customers, Scope::Admin];
        assert!(t.app.ask(token(&plain), GetReport { id: sent.id }).await.is_err());
        let all = || Reports { states: States::All, program: None, cursor: None, limit: 50 };
        assert_eq!(t.app.ask(token(&plain), all()).await.unwrap_err().code(), ErrorCode::Forbidden);
        assert_eq!(t.app.ask(token(&plain), ReportCounts).await.unwrap(), ReportNumbers::default());
        let search = Search { text: CANARY.into(), cursor: None, limit: 50 };
        assert!(t.app.ask(token(&plain), search).await.unwrap().page.items.is_empty());
        let room = Messages { room: sent.id, position: Position::Newest, limit: 50, replies: true };
        assert!(t.app.ask(token(&plain), room).await.is_err());
        let full = [Scope::Read, Scope::Security];
        assert_eq!(t.app.ask(token(&full), all()).await.unwrap().items.len(), 1);
        assert_eq!(t.app.ask(token(&full), GetReport { id: sent.id }).await.unwrap().key, "NL-1");
    });
}

//! One report from its first word to its close, seen from both sides.

use super::*;
use portico_core::{
    rooms,
    security::{
        GetProgram, PostAsReporter, ProgramAudit, ReportCounts, ReportNumbers, Reports, RotateTrackingLink,
        States, UpdateProgram, WithdrawReport,
    },
};
use portico_domain::{
    event::Event,
    message::{AuthorKind, Body},
    program::Intake,
    report::{CloseReason, ReportState, Severity, WaitingOn},
};
use portico_testkit::each;
use portico_types::{ErrorCode, Millis};

async fn answer(t: &TestApp, d: &Desk, actor: Actor, id: RoomId, body: &str) -> Result<()> {
    let ctx = t.ctx_as(d.org.tenant, actor);
    let composed = messages::compose(&t.app, &ctx, body).await.unwrap();
    t.app.run(ctx, PostAsReporter { id, composed, files: vec![] }).await.map(|_| ())
}

async fn states(t: &TestApp, who: &Person, states: &str) -> Vec<String> {
    let query = Reports { states: states.parse().unwrap(), program: None, cursor: None, limit: 50 };
    t.ask(who, query).await.unwrap().items.into_iter().map(|r| r.key).collect()
}

#[test]
fn a_report_goes_its_way_from_receipt_to_close() {
    each(async |t| {
        let d = desk(&t).await;
        assert_eq!((d.program.slug.as_str(), d.program.prefix.as_str()), ("northwind-lamps", "NL"));
        let sent = report(&t, &d, &draft()).await;
        assert_eq!(sent.key, "NL-1");
        let kinds = t.take_kinds();
        assert_eq!(
            kinds,
            ["report.created", "message.posted", "report.updated", "message.posted", "report.updated"]
        );
        let mats = by_link(&t, sent.token.expose()).await.unwrap();

        // The reporter sees the whole text under its headings, and the receipt.
        let seen = track(&t, &d, mats).await.unwrap();
        assert_eq!((seen.key.as_str(), seen.title.as_str()), ("NL-1", "Any customer reads other invoices"));
        assert_eq!((seen.organization.as_str(), seen.slug.as_str()), ("Acme", "northwind-lamps"));
        let TrackedBody::Markdown { text, html } = &seen.messages[0].body else {
            panic!("the report itself")
        };
        assert!(text.contains("### Steps to reproduce\n\n1. Sign in\n2. Change the number"), "{text}");
        assert!(html.contains("<li>Sign in</li>"), "{html}");
        assert!(seen.messages[0].mine && seen.messages[0].author.as_ref().unwrap().name == "Mats");
        let TrackedBody::System { event, params } = &seen.messages[1].body else { panic!("the receipt") };
        assert_eq!(
            (event.as_str(), params["key"].as_str(), params["policy_version"].as_str()),
            ("received", "NL-1", "1")
        );
        assert!(seen.can_withdraw && seen.messages[1].author.is_none());

        // The team finds it in its list.
        let mine = get(&t, &d.sam, sent.id).await;
        assert_eq!(
            (mine.state, mine.waiting_on, mine.last_number),
            (ReportState::New, Some(WaitingOn::Team), 2)
        );
        assert_eq!(mine.state_of_room.as_ref().unwrap().unread, 2);
        assert_eq!(t.ask(&d.sam, ReportCounts).await.unwrap(), ReportNumbers { new: 1, open: 1 });

        // A question, with words to the reporter; a note before it changes nothing about whose move it is.
        post(&t, &d.tess, sent.id, Ring::Team, "I can see it too").await.unwrap();
        assert_eq!(get(&t, &d.sam, sent.id).await.waiting_on, Some(WaitingOn::Team));
        let composed = messages::compose(&t.app, &t.ctx(&d.sam), "Which browser?").await.unwrap();
        let asked =
            UpdateReport { state: Some(ReportState::NeedsInfo), message: Some(composed), ..change(sent.id) };
        let after = t.run(&d.sam, asked).await.unwrap();
        assert_eq!((after.state, after.waiting_on), (ReportState::NeedsInfo, Some(WaitingOn::Reporter)));
        post(&t, &d.tess, sent.id, Ring::Team, "Still a note").await.unwrap();
        assert_eq!(get(&t, &d.sam, sent.id).await.waiting_on, Some(WaitingOn::Reporter));

        // The answer puts it back.
        answer(&t, &d, mats, sent.id, "Any browser").await.unwrap();
        let back = get(&t, &d.sam, sent.id).await;
        assert_eq!((back.state, back.waiting_on), (ReportState::New, Some(WaitingOn::Team)));

        // Confirmed, given to someone, weighed.
        let weighed = UpdateReport {
            state: Some(ReportState::Triaged),
            assignee: Some(Some(d.tess.id)),
            severity: Some(Some(Severity::High)),
            ..change(sent.id)
        };
        let after = t.run(&d.sam, weighed).await.unwrap();
        assert_eq!((after.assignee_id, after.severity), (Some(d.tess.id), Some(Severity::High)));
        let ctx = t.ctx_as(d.org.tenant, mats);
        assert_eq!(
            t.app.run(ctx, WithdrawReport { id: sent.id }).await.unwrap_err().code(),
            ErrorCode::Conflict
        );

        // Closed, with the reason told.
        t.clock.advance(Millis::DAY);
        let unsaid = UpdateReport { state: Some(ReportState::Closed), ..change(sent.id) };
        assert_eq!(t.run(&d.sam, unsaid).await.unwrap_err().field(), Some("close_reason"));
        let close = UpdateReport {
            state: Some(ReportState::Closed),
            close_reason: Some(CloseReason::Resolved),
            ..change(sent.id)
        };
        let closed = t.run(&d.sam, close).await.unwrap();
        assert_eq!((closed.close_reason, closed.waiting_on), (Some(CloseReason::Resolved), None));
        let seen = track(&t, &d, mats).await.unwrap();
        assert_eq!(
            lines(&seen)[1..],
            [
                "[received]",
                "[state_changed needs_info]",
                "Which browser?",
                "Any browser",
                "[state_changed triaged]",
                "[severity_changed high]",
                "[state_changed closed resolved]"
            ]
        );
        assert_eq!(seen.close_reason, Some(CloseReason::Resolved));
        let numbers: Vec<i64> = seen.messages.iter().map(|m| m.number).collect();
        assert_eq!(numbers, (1..=8).collect::<Vec<_>>(), "no gap tells of notes");
        assert_eq!(seen.messages[3].author.as_ref().unwrap().name, "Sam");
        assert_eq!(states(&t, &d.sam, "open").await, Vec::<String>::new());
        assert_eq!(states(&t, &d.sam, "closed").await, ["NL-1"]);

        // An appeal is heard; reopening goes to new, and the reason is gone.
        answer(&t, &d, mats, sent.id, "It is still there").await.unwrap();
        assert_eq!(get(&t, &d.sam, sent.id).await.state, ReportState::Closed);
        let reopen = UpdateReport { state: Some(ReportState::New), ..change(sent.id) };
        let open = t.run(&d.sam, reopen).await.unwrap();
        assert_eq!((open.state, open.close_reason), (ReportState::New, None));

        // Every step is in the program's own record, without a word of the report.
        let record = t
            .ask(&d.sam, ProgramAudit { slug: d.program.slug.clone(), cursor: None, limit: 100 })
            .await
            .unwrap();
        let actions: Vec<&str> = record.items.iter().map(|e| e.action.as_str()).collect();
        assert_eq!(actions.iter().filter(|a| **a == "report.handle").count(), 4);
        assert_eq!(actions.iter().filter(|a| **a == "report.submit").count(), 1);
        let text = serde_json::to_string(&record.items).unwrap();
        for word in ["invoices", "Which browser", "note", "Sign in"] {
            assert!(!text.contains(word), "{word}");
        }
    });
}

#[test]
fn events_and_lists_say_the_same() {
    each(async |t| {
        let d = desk(&t).await;
        let sent = report(&t, &d, &draft()).await;
        post(&t, &d.sam, sent.id, Ring::Guests, "For our guest").await.unwrap();
        let edit = UpdateReport {
            title: Some("Invoices".into()),
            severity: Some(Some(Severity::Low)),
            ..change(sent.id)
        };
        t.run(&d.sam, edit).await.unwrap();
        t.run(&d.sam, UpdateReport { severity: Some(None), ..change(sent.id) }).await.unwrap();
        let mut last = None;
        for event in t.take_events() {
            if let Event::ReportCreated { report } | Event::ReportUpdated { report } = &event.event {
                assert!(report.state_of_room.is_none());
                assert!(matches!(event.audience, Audience::Group { outside: None, admins: false, .. }));
                last = Some(report.clone());
            }
        }
        for who in [&d.tess, &d.gus] {
            let fresh = get(&t, who, sent.id).await;
            assert_eq!(Report { state_of_room: None, ..fresh }, **last.as_ref().unwrap(), "{}", who.name);
        }
    });
}

#[test]
fn rings_hold_on_both_sides() {
    each(async |t| {
        let d = desk(&t).await;
        let sent = report(&t, &d, &draft()).await;
        let mats = by_link(&t, sent.token.expose()).await.unwrap();
        post(&t, &d.sam, sent.id, Ring::Team, "team only").await.unwrap();
        post(&t, &d.sam, sent.id, Ring::Guests, "guests too").await.unwrap();
        post(&t, &d.sam, sent.id, Ring::Everyone, "for all").await.unwrap();
        let read = async |who: &Person| {
            let all = messages::Messages {
                room: sent.id,
                position: messages::Position::Newest,
                limit: 50,
                replies: true,
            };
            let window = t.ask(who, all).await.unwrap();
            window
                .items
                .into_iter()
                .filter(|m| m.author.kind == AuthorKind::Member)
                .filter_map(|m| match m.body {
                    Body::Markdown { text, .. } => Some(text),
                    _ => None,
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(read(&d.tess).await, ["team only", "guests too", "for all"]);
        assert_eq!(read(&d.gus).await, ["guests too", "for all"]);
        let seen = lines(&track(&t, &d, mats).await.unwrap());
        assert_eq!(seen[2..], ["for all"]);
        // What they cannot see is no news to them, before and after a mark.
        let unread = async |who: &Person| {
            let listed = get(&t, who, sent.id).await.state_of_room.unwrap().unread;
            let room = t.ask(who, rooms::GetRoom { room: sent.id }).await.unwrap();
            assert_eq!(room.state.unwrap().unread, listed, "a report and its room say the same");
            listed
        };
        assert_eq!((unread(&d.tess).await, unread(&d.gus).await), (5, 4));
        t.run(&d.gus, rooms::MarkRead { room: sent.id, number: 3 }).await.unwrap();
        assert_eq!(unread(&d.gus).await, 2);
        post(&t, &d.sam, sent.id, Ring::Team, "team only again").await.unwrap();
        assert_eq!(unread(&d.gus).await, 2);
        // A guest writes, but does not handle and does not whisper to the team.
        post(&t, &d.gus, sent.id, Ring::Guests, "noted").await.unwrap();
        assert_eq!(
            post(&t, &d.gus, sent.id, Ring::Team, "x").await.unwrap_err().code(),
            ErrorCode::Forbidden
        );
        let close = UpdateReport { severity: Some(Some(Severity::Low)), ..change(sent.id) };
        assert_eq!(t.run(&d.gus, close).await.unwrap_err().code(), ErrorCode::Forbidden);
        let link = t.run(&d.gus, RotateTrackingLink { report: sent.id }).await;
        assert_eq!(link.unwrap_err().code(), ErrorCode::Forbidden);
        // The note about who works on it is the team's.
        t.run(&d.sam, UpdateReport { assignee: Some(Some(d.tess.id)), ..change(sent.id) }).await.unwrap();
        assert_eq!(lines(&track(&t, &d, mats).await.unwrap()).len(), 3);
        // A guest or a stranger is no assignee.
        for who in [&d.gus, &d.mia, &d.org.owner] {
            let give = UpdateReport { assignee: Some(Some(who.id)), ..change(sent.id) };
            assert_eq!(t.run(&d.sam, give).await.unwrap_err().field(), Some("assignee_id"), "{}", who.name);
        }
    });
}

#[test]
fn a_reporter_withdraws_while_nobody_has_confirmed() {
    each(async |t| {
        let d = desk(&t).await;
        let (first, second) = (report(&t, &d, &draft()).await, report(&t, &d, &draft()).await);
        assert_eq!(second.key, "NL-2");
        let mats = by_link(&t, first.token.expose()).await.unwrap();
        let go = async |id| t.app.run(t.ctx_as(d.org.tenant, mats), WithdrawReport { id }).await;
        // Not another's, not the team's to do.
        assert_eq!(go(second.id).await.unwrap_err().code(), ErrorCode::NotFound);
        let by_team = t.run(&d.sam, WithdrawReport { id: first.id }).await;
        assert_eq!(by_team.unwrap_err().code(), ErrorCode::Forbidden);
        t.run(&d.sam, UpdateReport { state: Some(ReportState::NeedsInfo), ..change(first.id) })
            .await
            .unwrap();
        go(first.id).await.unwrap();
        let now = get(&t, &d.sam, first.id).await;
        assert_eq!((now.state, now.close_reason), (ReportState::Closed, Some(CloseReason::Withdrawn)));
        let seen = track(&t, &d, mats).await.unwrap();
        assert_eq!(lines(&seen).last().unwrap(), "[state_changed closed withdrawn]");
        assert!(!seen.can_withdraw);
        assert_eq!(go(first.id).await.unwrap_err().code(), ErrorCode::Conflict);
    });
}

#[test]
fn a_new_tracking_link_ends_the_old_one() {
    each(async |t| {
        let d = desk(&t).await;
        let sent = report(&t, &d, &draft()).await;
        let old = sent.token.expose().clone();
        assert!(old.starts_with("pt_") && old.len() == 29);
        let new = t.run(&d.sam, RotateTrackingLink { report: sent.id }).await.unwrap();
        assert_eq!(new.key, "NL-1");
        assert_eq!(by_link(&t, &old).await.unwrap_err().code(), ErrorCode::Unauthenticated);
        let mats = by_link(&t, new.token.expose()).await.unwrap();
        assert_eq!(track(&t, &d, mats).await.unwrap().key, "NL-1");
        for made_up in ["", "pt_", "pt_00000000000000000000000000", "nonsense"] {
            assert!(by_link(&t, made_up).await.is_err());
        }
    });
}

#[test]
fn a_retry_makes_one_report_and_still_gets_a_link() {
    each(async |t| {
        let d = desk(&t).await;
        let key = portico_core::IdempotencyKey { key: "form-1".into(), fingerprint: [1; 32] };
        let send = async || {
            let command = SubmitReport { slug: d.program.slug.clone(), intake: draft().check().unwrap() };
            let mut ctx = t.ctx_as(d.org.tenant, Actor::Anonymous);
            ctx.key = Some(key.clone());
            t.app.run(ctx, command).await.unwrap()
        };
        let (first, again) = (send().await, send().await);
        assert_eq!((&first.key, first.id), (&again.key, again.id));
        assert_ne!(first.token.expose(), again.token.expose());
        for token in [&first.token, &again.token] {
            let actor = by_link(&t, token.expose()).await.unwrap();
            assert_eq!(track(&t, &d, actor).await.unwrap().key, "NL-1");
        }
        assert_eq!(states(&t, &d.sam, "all").await, ["NL-1"]);
    });
}

#[test]
fn lists_page_by_newest_change_and_filter_by_state_and_program() {
    each(async |t| {
        let d = desk(&t).await;
        let other = CreateProgram { member_ids: vec![d.sam.id], ..program("Firmware") };
        let other = t.run(&d.org.owner, other).await.unwrap();
        let mut keys = Vec::new();
        for _ in 0..5 {
            t.clock.advance(1);
            keys.insert(0, report(&t, &d, &draft()).await.key);
        }
        let command = SubmitReport { slug: other.slug.clone(), intake: draft().check().unwrap() };
        t.app.run(t.ctx_as(d.org.tenant, Actor::Anonymous), command).await.unwrap();
        let page = async |who: &Person, program: Option<&str>, cursor| {
            let query = Reports { states: States::All, program: program.map(Into::into), cursor, limit: 2 };
            t.ask(who, query).await.unwrap()
        };
        let (mut found, mut cursor) = (Vec::new(), None);
        loop {
            let next = page(&d.sam, Some("northwind-lamps"), cursor).await;
            found.extend(next.items.into_iter().map(|r| r.key));
            cursor = next.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, keys);
        assert_eq!(page(&d.sam, Some("firmware"), None).await.items[0].key, "FIR-1");
        assert!(page(&d.tess, Some("firmware"), None).await.items.is_empty());
        assert_eq!(t.ask(&d.tess, ReportCounts).await.unwrap(), ReportNumbers { new: 5, open: 5 });
        assert!("closed?".parse::<States>().is_err());
    });
}

#[test]
fn a_report_keeps_the_policy_it_was_received_under() {
    each(async |t| {
        let d = desk(&t).await;
        let slug = d.program.slug.clone();
        let first = report(&t, &d, &draft()).await;
        let policy = Some(PolicyText::of("# Other rules").unwrap());
        let changed = t
            .run(&d.sam, UpdateProgram { slug: slug.clone(), policy, ..UpdateProgram::default() })
            .await
            .unwrap();
        assert_eq!(changed.policy.version, 2);
        assert!(changed.policy.html.contains("Other rules"));
        let same = Some(PolicyText::of("# Other rules\n").unwrap());
        t.take_events();
        let unchanged = t
            .run(&d.sam, UpdateProgram { slug: slug.clone(), policy: same, ..UpdateProgram::default() })
            .await;
        assert_eq!(unchanged.unwrap().policy.version, 2);
        assert!(t.take_events().is_empty());
        let second = report(&t, &d, &draft()).await;
        assert_eq!(get(&t, &d.sam, first.id).await.policy_version, 1);
        assert_eq!(get(&t, &d.sam, second.id).await.policy_version, 2);
        // Paused: refused with the notice.
        let pause = UpdateProgram {
            slug: slug.clone(),
            intake: Some(Intake::Paused),
            notice: Some("Back on Monday.".into()),
            ..UpdateProgram::default()
        };
        t.run(&d.sam, pause).await.unwrap();
        let refused = submit(&t, &d, &draft()).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Forbidden);
        assert!(refused.message().contains("Back on Monday."));
        assert_eq!(t.ask(&d.sam, GetProgram { slug }).await.unwrap().intake, Intake::Paused);
    });
}

//! How people come in, what they are, and how they go, on both engines.

use portico_core::people::{
    self, AcceptInvite, Attempt, CreateInvite, CreateToken, EndSessions, ManageMember, People, Sessions,
    Setup, WithdrawToken,
};
use portico_domain::{
    event::{Audience, Event},
    member::Role,
    session::Scope,
};
use portico_policy::{Actor, Via};
use portico_testkit::{TestApp, each};
use portico_types::{ErrorCode, Millis, Result, Secret};

const PASSWORD: &str = "correct horse battery";

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

async fn set_up(t: &TestApp, code: Secret<String>) -> Result<people::SignedInFor> {
    let setup = Setup {
        code: Some(code),
        organization: "Acme".into(),
        name: "Ann".into(),
        email: "Ann@Example.org".into(),
        password: secret(PASSWORD),
        user_agent: "test".into(),
        ip: None,
    };
    people::set_up(&t.app, setup).await
}

async fn sign_in(t: &TestApp, email: &str, password: &str) -> Result<people::SignedInFor> {
    let attempt = Attempt {
        email: email.into(),
        password: secret(password),
        organization: None,
        user_agent: "test".into(),
        ip: None,
    };
    people::sign_in(&t.app, attempt).await
}

async fn accept(t: &TestApp, code: &str, email: &str) -> Result<people::SignedInFor> {
    let accept = AcceptInvite {
        code: code.into(),
        name: "Ben".into(),
        email: email.into(),
        password: secret(PASSWORD),
        time_zone: Some("Europe/Berlin".into()),
        language: Some("de".into()),
        user_agent: "test".into(),
        ip: None,
    };
    people::accept_invite(&t.app, accept).await
}

fn actor(made: &people::SignedInFor) -> Actor {
    Actor::Member { id: made.signed_in.member.id, via: Via::Session(made.signed_in.session) }
}

#[test]
fn the_first_start_works_once_and_only_with_its_code() {
    each(async |t| {
        assert!(people::setup_needed(&t.app).await.unwrap());
        let old = people::new_setup_code(&t.app).await.unwrap();
        t.clock.advance(1);
        let code = people::new_setup_code(&t.app).await.unwrap();
        assert_eq!(
            set_up(&t, old).await.unwrap_err().field(),
            Some("code"),
            "a newer start has a newer code"
        );
        let made = set_up(&t, code.clone()).await.unwrap();
        assert_eq!(made.signed_in.member.role, Role::Owner);
        assert_eq!(set_up(&t, code).await.unwrap_err().code(), ErrorCode::Gone);
        let known = people::authenticate(&t.app, &made.signed_in.token).await.unwrap();
        assert_eq!(known.actor, actor(&made));
        assert!(!people::setup_needed(&t.app).await.unwrap());
    });
}

#[test]
fn sessions_are_listed_and_ended_and_end_by_themselves() {
    each(async |t| {
        let code = people::new_setup_code(&t.app).await.unwrap();
        let first = set_up(&t, code).await.unwrap();
        let second = sign_in(&t, "ann@example.org", PASSWORD).await.unwrap();
        let third = sign_in(&t, " ANN@example.org ", PASSWORD).await.unwrap();
        let ctx = || t.ctx_as(first.tenant, actor(&first));
        let sessions = t.app.ask(ctx(), Sessions).await.unwrap();
        assert_eq!(sessions.len(), 3);
        assert_eq!(
            sessions.iter().filter(|s| s.current).map(|s| s.id).collect::<Vec<_>>(),
            [first.signed_in.session]
        );
        t.take_events();
        t.app.run(ctx(), EndSessions { only: Some(second.signed_in.session) }).await.unwrap();
        assert_eq!(t.take_kinds(), ["session.ended"]);
        assert!(people::authenticate(&t.app, &second.signed_in.token).await.is_err());
        t.app.run(ctx(), EndSessions { only: None }).await.unwrap();
        assert!(people::authenticate(&t.app, &third.signed_in.token).await.is_err());
        assert!(people::authenticate(&t.app, &first.signed_in.token).await.is_ok());
        t.clock.advance(31 * Millis::DAY);
        assert!(people::authenticate(&t.app, &first.signed_in.token).await.is_err(), "a month unused");
    });
}

#[test]
fn the_record_names_who_came_in() {
    each(async |t| {
        let code = people::new_setup_code(&t.app).await.unwrap();
        let ann = set_up(&t, code).await.unwrap();
        t.clock.advance(1);
        sign_in(&t, "ann@example.org", "wrong password").await.unwrap_err();
        t.clock.advance(1);
        let again = sign_in(&t, "ann@example.org", PASSWORD).await.unwrap();
        t.clock.advance(1);
        let ctx = t.ctx_as(ann.tenant, actor(&again));
        let invite =
            CreateInvite { role: Role::Member, max_uses: 1, expires_in: Millis::DAY, channels: vec![] };
        let made = t.app.run(ctx.again(), invite).await.unwrap();
        t.clock.advance(1);
        accept(&t, &made.code, "ben@example.org").await.unwrap();
        let record = t.app.ask(ctx.again(), people::Audit { cursor: None, limit: 50 }).await.unwrap().items;
        let by = |what: &str| {
            let entry = record.iter().find(|e| e.detail.get("what").is_some_and(|w| w == what)).unwrap();
            (entry.actor.kind.as_str(), entry.actor.name.as_str(), entry.actor.id)
        };
        assert_eq!(by("signed in"), ("member", "Ann", Some(ann.signed_in.member.id.0)));
        let (kind, name, id) = by("accepted an invitation");
        assert_eq!((kind, name, id.is_some()), ("member", "Ben", true));
        // Who typed a wrong password has not shown that they are she.
        assert_eq!(by("wrong password or suspended"), ("anonymous", "", None));
    });
}

#[test]
fn who_is_unknown_and_who_mistypes_hear_the_same() {
    each(async |t| {
        let code = people::new_setup_code(&t.app).await.unwrap();
        set_up(&t, code).await.unwrap();
        let mut answers = Vec::new();
        for (email, password) in [
            ("ann@example.org", "wrong password"),
            ("nobody@example.org", PASSWORD),
            ("not an address", PASSWORD),
        ] {
            let e = sign_in(&t, email, password).await.unwrap_err();
            answers.push((e.code(), e.message().to_owned(), e.field().map(ToOwned::to_owned)));
        }
        assert!(answers.windows(2).all(|w| w[0] == w[1]), "{answers:?}");
    });
}

#[test]
fn an_invitation_is_used_as_often_as_it_says() {
    each(async |t| {
        let org = t.org("Acme").await;
        let invite =
            || CreateInvite { role: Role::Member, max_uses: 1, expires_in: Millis::DAY, channels: vec![] };
        let made = t.run(&org.owner, invite()).await.unwrap();
        let ben = accept(&t, &made.code, "ben@example.org").await.unwrap();
        assert_eq!((ben.tenant, ben.signed_in.member.role), (org.tenant, Role::Member));
        assert_eq!(ben.signed_in.member.time_zone, "Europe/Berlin");
        assert_eq!(accept(&t, &made.code, "cat@example.org").await.unwrap_err().code(), ErrorCode::Gone);
        // Two who race for the last use: one gets it.
        let made = t.run(&org.owner, invite()).await.unwrap();
        let (a, b) = tokio::join!(
            accept(&t, &made.code, "dan@example.org"),
            accept(&t, &made.code, "eve@example.org")
        );
        assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1);
        let made = t.run(&org.owner, invite()).await.unwrap();
        t.clock.advance(Millis::DAY);
        assert_eq!(accept(&t, &made.code, "fay@example.org").await.unwrap_err().code(), ErrorCode::Gone);
        let guest = CreateInvite { role: Role::Guest, ..invite() };
        assert_eq!(t.run(&org.owner, guest).await.unwrap_err().field(), Some("channel_ids"));
        let member = t.member(&org, "Gil", Role::Member).await;
        assert_eq!(t.run(&member, invite()).await.unwrap_err().code(), ErrorCode::Forbidden);
    });
}

#[test]
fn rank_is_changed_from_above_and_the_last_owner_stays() {
    each(async |t| {
        let org = t.org("Acme").await;
        let admin = t.member(&org, "Ada", Role::Admin).await;
        let ben = t.member(&org, "Ben", Role::Member).await;
        let change = |id, role, suspended| ManageMember { id, role, suspended, name: None };
        assert_eq!(
            t.run(&ben, change(ben.id, Some(Role::Admin), None)).await.unwrap_err().code(),
            ErrorCode::Forbidden
        );
        let e = t.run(&admin, change(ben.id, Some(Role::Owner), None)).await.unwrap_err();
        assert_eq!(e.code(), ErrorCode::Forbidden);
        let e = t.run(&admin, change(org.owner.id, None, Some(true))).await.unwrap_err();
        assert_eq!(e.code(), ErrorCode::Forbidden);
        let e = t.run(&org.owner, change(org.owner.id, Some(Role::Member), None)).await.unwrap_err();
        assert_eq!(e.code(), ErrorCode::Conflict);
        t.run(&admin, change(ben.id, None, Some(true))).await.unwrap();
        // A suspended member is nobody, whatever they hold.
        let all = || People { search: String::new(), cursor: None, limit: 50 };
        assert_eq!(t.ask(&ben, all()).await.unwrap_err().code(), ErrorCode::Unauthenticated);
        t.run(&admin, change(ben.id, None, Some(false))).await.unwrap();
        assert_eq!(t.ask(&ben, all()).await.unwrap().items.len(), 3);
        // A guest sees only those of their channels, and no address.
        let guest = t.member(&org, "Gus", Role::Guest).await;
        let seen = t.ask(&guest, all()).await.unwrap().items;
        assert_eq!(seen.iter().map(|m| m.id).collect::<Vec<_>>(), [guest.id]);
    });
}

#[test]
fn a_token_does_what_its_scopes_say_until_it_is_withdrawn() {
    each(async |t| {
        let org = t.org("Acme").await;
        let make =
            CreateToken { name: "ci".into(), scopes: vec![Scope::Read], expires_in: Some(Millis::HOUR) };
        let made = t.run(&org.owner, make).await.unwrap();
        let known = people::authenticate(&t.app, &made.secret).await.unwrap();
        let ctx = || t.ctx_as(org.tenant, known.actor);
        let all = || People { search: String::new(), cursor: None, limit: 50 };
        assert_eq!(t.app.ask(ctx(), all()).await.unwrap().items.len(), 1);
        let rename = people::RenameOrganization { name: "Umbrella".into() };
        assert_eq!(t.app.run(ctx(), rename).await.unwrap_err().code(), ErrorCode::Forbidden);
        let another = CreateToken { name: "x".into(), scopes: vec![Scope::Admin], expires_in: None };
        assert_eq!(t.app.run(ctx(), another).await.unwrap_err().code(), ErrorCode::Forbidden);
        t.take_events();
        t.run(&org.owner, WithdrawToken { id: made.token.id }).await.unwrap();
        // Logged, so that every node shuts the token's sockets and forgets whose it was.
        let events = t.take_events();
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].audience, Audience::Member(org.owner.id));
        assert_eq!(events[0].event, Event::TokenEnded { token_id: made.token.id });
        assert!(people::authenticate(&t.app, &made.secret).await.is_err());
    });
}

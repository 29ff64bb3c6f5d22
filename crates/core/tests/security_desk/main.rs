//! The Security desk on both engines: the whole story of a report, its rings, its team, and the wall around it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that fails panics")]

mod intake;
mod programs;
mod story;
mod wall;

use portico_core::{
    messages::{self, PostMessage},
    people::authenticate,
    security::{
        CreateProgram, GetReport, PolicyText, ReportDraft, SubmitReport, Submitted, TrackReport, Tracked,
        TrackedBody, UpdateReport,
    },
};
use portico_domain::{
    event::Audience,
    member::Role,
    message::Message,
    program::Program,
    report::Report,
    room::{Ring, reads},
};
use portico_policy::Actor;
use portico_store::Logged;
use portico_testkit::{Org, Person, TestApp};
use portico_types::{Id, MemberId, Result, RoomId};

/// An organization whose owner is not in the program's team: Sam runs it with Tess, Gus is their guest, Mia is anybody.
struct Desk {
    org: Org,
    sam: Person,
    tess: Person,
    gus: Person,
    mia: Person,
    program: Program,
}

async fn desk(t: &TestApp) -> Desk {
    let org = t.org("Acme").await;
    let sam = t.member(&org, "Sam", Role::Member).await;
    let tess = t.member(&org, "Tess", Role::Member).await;
    let gus = t.member(&org, "Gus", Role::Guest).await;
    let mia = t.member(&org, "Mia", Role::Member).await;
    let command = CreateProgram { member_ids: vec![sam.id, tess.id, gus.id], ..program("Northwind Lamps") };
    let program = t.run(&org.owner, command).await.unwrap();
    t.take_events();
    Desk { org, sam, tess, gus, mia, program }
}

fn program(name: &str) -> CreateProgram {
    CreateProgram {
        name: name.into(),
        slug: None,
        prefix: None,
        intro: "We like to know.".into(),
        policy: PolicyText::of("# Rules\n\nNo **harm**.").unwrap(),
        scope: Vec::new(),
        contact: "mailto:security@lamps.example".into(),
        languages: vec!["en".into(), "sv".into()],
        notice: String::new(),
        member_ids: Vec::new(),
    }
}

fn draft() -> ReportDraft {
    ReportDraft {
        title: "Any customer reads other invoices".into(),
        description: "The number in the address is not checked.".into(),
        steps: "1. Sign in\n2. Change the number".into(),
        impact: "Names and addresses of all customers.".into(),
        versions: "shop, 19 November".into(),
        name: "Mats".into(),
        ..ReportDraft::default()
    }
}

/// A report of nobody in particular.
async fn report(t: &TestApp, d: &Desk, draft: &ReportDraft) -> Submitted {
    submit(t, d, draft).await.unwrap()
}

async fn submit(t: &TestApp, d: &Desk, draft: &ReportDraft) -> Result<Submitted> {
    let command = SubmitReport { slug: d.program.slug.clone(), intake: draft.check().unwrap() };
    t.app.run(t.ctx_as(d.org.tenant, Actor::Anonymous), command).await
}

/// The reporter, by the link.
async fn by_link(t: &TestApp, token: &str) -> Result<Actor> {
    Ok(authenticate(&t.app, token).await?.actor)
}

async fn track(t: &TestApp, d: &Desk, actor: Actor) -> Result<Tracked> {
    t.app.ask(t.ctx_as(d.org.tenant, actor), TrackReport::default()).await
}

async fn get(t: &TestApp, who: &Person, id: RoomId) -> Report {
    t.ask(who, GetReport { id }).await.unwrap()
}

async fn post(t: &TestApp, who: &Person, room: RoomId, ring: Ring, body: &str) -> Result<Message> {
    let composed = messages::compose(&t.app, &t.ctx(who), body).await.unwrap();
    t.run(who, PostMessage { room, composed, ring: Some(ring), thread: None, files: vec![], confirm: false })
        .await
}

/// A change of one report, for `..` syntax.
fn change(id: RoomId) -> UpdateReport {
    UpdateReport::of(id)
}

/// What a reporter reads, short: words of people, names of events.
fn lines(tracked: &Tracked) -> Vec<String> {
    tracked
        .messages
        .iter()
        .map(|m| match &m.body {
            TrackedBody::Markdown { text, .. } => text.clone(),
            TrackedBody::System { event, params } => {
                let part = |name: &str| params.get(name).cloned().unwrap_or_default();
                format!("[{event} {} {}]", part("to"), part("reason")).replace(" ]", "]").replace(" ]", "]")
            }
            TrackedBody::Deleted => "[deleted]".to_owned(),
        })
        .collect()
}

/// Whether the hub would tell `who` of an event, from its audience alone. `groups` are the groups they are in.
fn told(event: &Logged, who: MemberId, role: Role, groups: &[Id]) -> bool {
    match &event.audience {
        Audience::Group { group, ring, admins, .. } => {
            let inside = groups.contains(group) && reads(role, portico_domain::room::RoomKind::Report, *ring);
            inside || (*admins && role.is_admin())
        }
        Audience::Member(id) => *id == who,
        Audience::Members => role > Role::Guest,
        Audience::Everyone => true,
        Audience::Admins => role.is_admin(),
    }
}

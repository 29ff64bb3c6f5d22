//! Two organizations of the same shape, everything in them marked, and everybody who may knock.

use super::{
    canaries::{self, Canary, mark},
    cast::{Side, Who},
};
use portico_domain::{
    member::Role,
    session::Scope::{self, Admin, Customers, Read, Security, Write},
};
use portico_testkit::{Answer, HttpApp, Org, Person, pictures};
use serde_json::{Value, json};

/// A word in every message, so that a search finds all one may see.
pub(super) const COMMON: &str = "zebrafish";
/// The password of whoever has one.
pub(super) const PASSWORD: &str = "correct horse battery";

/// See the module.
pub(super) struct World {
    pub(super) own: Side,
    pub(super) other: Side,
    pub(super) secrets: Vec<(Who, Option<String>)>,
    pub(super) canaries: Vec<Canary>,
}

impl World {
    pub(super) fn secret(&self, who: Who) -> Option<&str> {
        self.secrets.iter().find(|(w, _)| *w == who).and_then(|(_, s)| s.as_deref())
    }
}

struct People {
    admin: Person,
    member: Person,
    guest: Person,
    apart: Person,
    agent: Person,
    secur: Person,
    /// An admin who is in everything but the direct message: what their tokens cannot do is for want of a scope.
    chief: Person,
    suspended: Person,
}

fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

fn room(id: &str, rest: &str) -> String {
    format!("/rooms/{id}{rest}")
}

async fn say(h: &HttpApp, who: &Person, room_id: &str, word: &str, more: Value) -> String {
    let mut body = json!({"body": format!("{COMMON} {word}")});
    for (key, value) in more.as_object().expect("an object") {
        body[key] = value.clone();
    }
    if let Some(text) = more["body"].as_str() {
        body["body"] = json!(format!("{COMMON} {word} {text}"));
    }
    id(&h.as_member(who).post(&room(room_id, "/messages"), body).await.ok(201))
}

async fn people(h: &HttpApp, org: &Org, side: &str) -> People {
    let make = async |name: &str, role| h.t.member(org, &format!("{name} {side}"), role).await;
    People {
        admin: make("Ada", Role::Admin).await,
        member: make("Mia", Role::Member).await,
        guest: make("Gus", Role::Guest).await,
        apart: make("Abe", Role::Member).await,
        agent: make("Ann", Role::Member).await,
        secur: make("Sam", Role::Member).await,
        chief: make("Cleo", Role::Admin).await,
        suspended: make("Sue", Role::Member).await,
    }
}

/// What a visitor's widget has: the contact's id and the token.
async fn visitor(h: &HttpApp, key: &str, name: &str, address: &str) -> (String, String) {
    let begun = h
        .anonymous()
        .post(&format!("/widget/v1/{key}/visitor"), json!({"name": name, "email": address}))
        .await
        .ok(200);
    (
        begun["visitor"]["id"].as_str().expect("an id").to_owned(),
        begun["token"].as_str().expect("a token").to_owned(),
    )
}

fn tracking(receipt: &Answer) -> String {
    let url = receipt.ok(201)["tracking_url"].as_str().expect("a link").to_owned();
    url.rsplit('/').next().expect("a token").to_owned()
}

fn a_report(title: &str, body: &str, address: &str) -> Value {
    json!({"title": title, "description": body, "steps": format!("1. {COMMON}"), "impact": "All of it.", "email": address})
}

/// Everything in one organization. `first` says whether it is the server's first, whose public pages these are.
async fn fill(h: &HttpApp, org: &Org, side: &str, first: bool) -> (Side, People, Vec<(Who, Option<String>)>) {
    let p = people(h, org, side).await;
    let m = |what: &str| mark(what, side);
    let (owner, member) = (h.as_member(&org.owner), h.as_member(&p.member));
    let mut s = Side {
        member: p.member.id.to_string(),
        apart: p.apart.id.to_string(),
        agent: p.agent.id.to_string(),
        secur: p.secur.id.to_string(),
        chief: p.chief.id.to_string(),
        ..Side::default()
    };
    // The Team desk.
    s.public = id(&member
        .post("/channels", json!({"name": format!("Lobby {side}"), "kind": "public"}))
        .await
        .ok(201));
    let private =
        json!({"name": m("privatename"), "kind": "private", "topic": m("privatetopic"), "purpose": "p"});
    s.private = id(&member.post("/channels", private).await.ok(201));
    for (room_id, who) in [(&s.public, &p.guest), (&s.public, &p.chief), (&s.private, &p.chief)] {
        member.post(&room(room_id, "/members"), json!({"member_id": who.id.to_string()})).await.ok(200);
    }
    s.direct = id(&member.post("/directs", json!({"member_ids": [p.agent.id.to_string()]})).await.ok(201));
    s.public_message = say(h, &p.member, &s.public, "hello", json!({})).await;
    let file = member.upload(&format!("{}.png", m("filename")), pictures::dot()).await.ok(201);
    s.file = id(&file);
    s.loose_file = id(&member.upload("loose.txt", m("loosefile")).await.ok(201));
    s.private_message = say(h, &p.member, &s.private, &m("private"), json!({"file_ids": [s.file]})).await;
    s.reply = say(h, &p.chief, &s.private, &m("reply"), json!({"thread_id": s.private_message})).await;
    s.direct_message = say(h, &p.member, &s.direct, &m("direct"), json!({})).await;
    member.put("/drafts", json!({"room_id": s.private, "body": m("draft")})).await.ok(204);
    // The Customers desk.
    let inbox = owner.post("/inboxes", json!({"kind": "website", "name": m("inboxname")})).await.ok(201);
    (s.inbox, s.key) = (id(&inbox), inbox["key"].as_str().expect("a key").to_owned());
    for who in [&p.agent, &p.chief] {
        owner.put(&format!("/inboxes/{}/members/{}", s.inbox, who.id), json!({})).await.ok(200);
    }
    let (contact, visitor_token) =
        visitor(h, &s.key, "Cora", &format!("{}@example.net", m("contactmail"))).await;
    s.contact = contact;
    let visitor_calls = h.as_contact(&visitor_token);
    let widget = |rest: &str| format!("/widget/v1/{}{rest}", s.key);
    s.visitor_file = id(&visitor_calls
        .ask("POST", &widget("/files?name=shot.png"))
        .raw("image/png", pictures::dot())
        .await
        .ok(201));
    let first_word = json!({"body": format!("{COMMON} {}", m("contact")), "file_ids": [s.visitor_file]});
    s.contact_message = id(&visitor_calls.post(&widget("/messages"), first_word).await.ok(201));
    let (_, visitor_token2) =
        visitor(h, &s.key, "Carl", &format!("{}@example.net", m("contactmailtwo"))).await;
    let second_word = json!({"body": format!("{COMMON} {}", m("contacttwo"))});
    h.as_contact(&visitor_token2).post(&widget("/messages"), second_word).await.ok(201);
    let list = h.as_member(&p.agent).get(&format!("/contacts/{}/conversations", s.contact)).await.ok(200);
    s.conversation = id(&list["items"][0]);
    let calls = json!({"ring": "team", "body": format!("@cleo-{side}")});
    s.note = say(h, &p.agent, &s.conversation, &m("note"), calls.clone()).await;
    // The agent has a face, and answers.
    let picture = h.as_member(&p.agent).upload("me.png", pictures::dot()).await.ok(201);
    h.as_member(&p.agent).patch("/me", json!({"picture": id(&picture)})).await.ok(200);
    say(h, &p.agent, &s.conversation, "answer", json!({})).await;
    let seen = visitor_calls.get(&widget("/messages")).await.ok(200);
    let face =
        seen["items"].as_array().expect("messages").iter().find_map(|i| i["author"]["picture"].as_str());
    s.face = face.expect("the agent's face").rsplit('/').next().expect("its id").to_owned();
    // The Security desk.
    let team = json!({"name": format!("Lamps {side}"), "slug": format!("lamps-{side}"), "policy": "Be kind.",
        "member_ids": [p.secur.id.to_string(), p.chief.id.to_string()]});
    let program = owner.post("/programs", team).await.ok(201);
    program["slug"].as_str().expect("a slug").clone_into(&mut s.slug);
    let submit = format!("/programs/{}/reports", s.slug);
    let sender = if first { h.anonymous() } else { h.as_member(&p.apart) };
    let mail = format!("{}@example.net", m("reportermail"));
    s.tracking = tracking(&sender.post(&submit, a_report(&m("title"), &m("report"), &mail)).await);
    let tracking2 = tracking(&sender.post(&submit, a_report(&m("titletwo"), &m("reporttwo"), "")).await);
    let reporter = h.as_reporter(&s.tracking);
    let proof = reporter.ask("POST", "/reports/track/files?name=proof.txt").raw("text/plain", "proof").await;
    s.reporter_file = id(&proof.ok(201));
    reporter.post("/reports/track/messages", json!({"file_ids": [s.reporter_file]})).await.ok(201);
    let reports = h.as_member(&p.secur).get("/reports?state=all").await.ok(200);
    let mut reports = reports["items"].as_array().expect("reports").iter();
    s.report = id(reports.find(|r| r["title"] == m("title").as_str()).expect("the report"));
    s.report_note = say(h, &p.secur, &s.report, &m("reportnote"), calls).await;
    let timeline = h.as_member(&p.secur).get(&room(&s.report, "/messages")).await.ok(200);
    s.report_message = id(&timeline["items"][0]);
    // What the chief keeps of the desks must not show through a token without their scope.
    let chief = h.as_member(&p.chief);
    for message in [&s.note, &s.report_note, &s.private_message] {
        chief.put(&format!("/messages/{message}/save"), json!({})).await.ok(204);
    }
    chief.put("/drafts", json!({"room_id": s.conversation, "body": m("draftnote")})).await.ok(204);
    chief.put("/drafts", json!({"room_id": s.report, "body": m("draftreport")})).await.ok(204);
    say(
        h,
        &p.secur,
        &s.report,
        &m("reportreply"),
        json!({"ring": "team", "thread_id": s.report_note, "body": format!("@cleo-{side}")}),
    )
    .await;
    // Access.
    s.team = id(&owner.post("/teams", json!({"name": format!("Crew {side}")})).await.ok(201));
    let invite = owner.post("/invites", json!({"role": "member", "max_uses": 100})).await.ok(201);
    (s.invite, s.code) = (id(&invite), invite["code"].as_str().expect("a code").to_owned());
    s.token = id(&member.post("/tokens", json!({"name": m("tokenname"), "scopes": ["read"]})).await.ok(201));
    let (_, second) = h.session(&p.member).await;
    s.session = second.to_string();
    give_password(h, org, &p.member).await;
    // Everybody's way in.
    let mut secrets = vec![(Who::Nobody, None)];
    for (who, person) in [
        (Who::Owner, &org.owner),
        (Who::Admin, &p.admin),
        (Who::Member, &p.member),
        (Who::Guest, &p.guest),
        (Who::Apart, &p.apart),
        (Who::Agent, &p.agent),
        (Who::Secur, &p.secur),
    ] {
        secrets.push((who, Some(h.session(person).await.0)));
    }
    secrets.push((Who::Contact, Some(visitor_token)));
    secrets.push((Who::Contact2, Some(visitor_token2)));
    secrets.push((Who::Reporter, Some(s.tracking.clone())));
    secrets.push((Who::Reporter2, Some(tracking2)));
    let scopes: [(Who, Scope); 5] = [
        (Who::TokenRead, Read),
        (Who::TokenWrite, Write),
        (Who::TokenCustomers, Customers),
        (Who::TokenSecurity, Security),
        (Who::TokenAdmin, Admin),
    ];
    for (who, scope) in scopes {
        secrets.push((who, Some(h.token(&p.chief, &[scope]).await)));
    }
    let suspended = h.session(&p.suspended).await.0;
    owner.patch(&format!("/members/{}", p.suspended.id), json!({"suspended": true})).await.ok(200);
    secrets.push((Who::Suspended, Some(suspended)));
    let (ended, ended_id) = h.session(&p.apart).await;
    h.as_member(&p.apart).delete(&format!("/sessions/{ended_id}")).await.ok(204);
    secrets.push((Who::Ended, Some(ended)));
    (s, p, secrets)
}

/// Members of the testkit have no password; this one gets one.
async fn give_password(h: &HttpApp, org: &Org, who: &Person) {
    let hash = portico_core::people::hash_password(&h.t.app, portico_types::Secret::new(PASSWORD.to_owned()))
        .await
        .expect("a hash");
    let member = who.id;
    h.t.app.db().write(org.tenant, 0, move |tx| tx.set_password(member, &hash)).await.expect("a password");
}

/// Makes the world.
pub(super) async fn make(h: &HttpApp) -> World {
    let own_org = h.t.org("Alpha").await;
    let other_org = h.t.org("Beta").await;
    let (own, _, secrets) = fill(h, &own_org, "a", true).await;
    let (other, ..) = fill(h, &other_org, "b", false).await;
    World { own, other, secrets, canaries: canaries::all() }
}

//! Every operation with everything it can be asked of: one or more calls each, made of the ids of a side.

use super::{
    cast::Side,
    world::{COMMON, PASSWORD},
};
use portico_testkit::pictures;
use serde_json::{Value, json};

/// What is sent along.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Body {
    None,
    Json(Value),
    Raw(&'static str, Vec<u8>),
}

/// A request, ready but for who asks.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Shot {
    pub(super) path: String,
    pub(super) body: Body,
}

type Aim = fn(&Side, &Side) -> Shot;

/// One row of the table.
pub(super) struct Call {
    /// `METHOD /path` as the API's description has it.
    pub(super) op: &'static str,
    /// Which thing, where there are several.
    pub(super) of: &'static str,
    /// The request for the things of the first side, by someone of the second. They differ where somebody reaches for
    /// another organization's things.
    pub(super) aim: Aim,
}

fn get(path: impl Into<String>) -> Shot {
    Shot { path: path.into(), body: Body::None }
}

fn send(path: impl Into<String>, body: Value) -> Shot {
    Shot { path: path.into(), body: Body::Json(body) }
}

fn report() -> Value {
    json!({"title": "A flaw", "description": "It is there.", "steps": "1. Look", "impact": "Much."})
}

fn form(fields: &str) -> Body {
    Body::Raw("application/x-www-form-urlencoded", fields.as_bytes().to_vec())
}

fn parts(words: &str) -> Body {
    let part =
        format!("--edge\r\nContent-Disposition: form-data; name=\"body\"\r\n\r\n{words}\r\n--edge--\r\n");
    Body::Raw("multipart/form-data; boundary=edge", part.into_bytes())
}

macro_rules! calls {
    ($($op:literal $(($of:literal))?: |$at:ident $(, $own:ident)?| $shot:expr;)+) => {
        /// Every row.
        pub(super) const CALLS: &[Call] = &[$(Call {
            op: $op,
            of: concat!($($of)?),
            aim: {
                fn aim($at: &Side, calls!(@own $($own)?): &Side) -> Shot { $shot }
                aim
            },
        }),+];
    };
    (@own $own:ident) => { $own };
    (@own) => { _ };
}

calls! {
    "GET /setup": |_at| get("/setup");
    "POST /setup": |_at| send("/setup", json!({"code": "no", "organization": "Late", "owner": {"name": "L", "email": "late@example.org", "password": PASSWORD}}));
    "POST /sessions": |_at| send("/sessions", json!({"email": "mia-a@example.org", "password": PASSWORD, "organization": "alpha"}));
    "POST /sessions" ("wrong password"): |_at| send("/sessions", json!({"email": "mia-a@example.org", "password": "not the password"}));
    "GET /sessions": |_at| get("/sessions");
    "DELETE /sessions": |_at| get("/sessions");
    "DELETE /sessions/{id}": |at| get(format!("/sessions/{}", at.session));
    "DELETE /sessions/{id}" ("current"): |_at| get("/sessions/current");
    "GET /me": |_at| get("/me");
    "PATCH /me": |_at| send("/me", json!({"name": "New Name", "preferences": {"theme": "dark"}}));
    "PATCH /me" ("picture"): |at| send("/me", json!({"picture": at.file}));
    "POST /me/password": |_at| send("/me/password", json!({"current": PASSWORD, "next": "another fine password"}));
    "PUT /me/presence": |_at| send("/me/presence", json!({"choice": "away"}));
    "GET /boot": |_at| get("/boot");
    "GET /presence": |_at| get("/presence");
    "GET /members": |_at| get("/members?limit=200");
    "GET /members/{id}" ("colleague"): |at| get(format!("/members/{}", at.member));
    "GET /members/{id}" ("stranger"): |at| get(format!("/members/{}", at.secur));
    "PATCH /members/{id}": |at| send(format!("/members/{}", at.apart), json!({"role": "guest"}));
    "POST /invites": |_at| send("/invites", json!({"role": "member"}));
    "POST /invites" ("channel"): |at| send("/invites", json!({"role": "guest", "channel_ids": [at.public]}));
    "GET /invites": |_at| get("/invites");
    "DELETE /invites/{id}": |at| get(format!("/invites/{}", at.invite));
    "GET /invites/{code}/offer": |at| get(format!("/invites/{}/offer", at.code));
    "POST /invites/{code}/accept": |at| send(format!("/invites/{}/accept", at.code), json!({"name": "Nell", "email": "nell@example.org", "password": PASSWORD}));
    "POST /tokens": |_at| send("/tokens", json!({"name": "mine", "scopes": ["read"]}));
    "GET /tokens": |_at| get("/tokens");
    "DELETE /tokens/{id}": |at| get(format!("/tokens/{}", at.token));
    "GET /organization": |_at| get("/organization");
    "PATCH /organization": |_at| send("/organization", json!({"name": "Renamed"}));
    "GET /audit": |_at| get("/audit?limit=200");
    "POST /teams": |_at| send("/teams", json!({"name": "Another crew"}));
    "GET /teams": |_at| get("/teams");
    "PATCH /teams/{id}": |at| send(format!("/teams/{}", at.team), json!({"name": "Renamed crew"}));
    "DELETE /teams/{id}": |at| get(format!("/teams/{}", at.team));
    "PUT /teams/{id}/members/{member_id}": |at| get(format!("/teams/{}/members/{}", at.team, at.member));
    "PUT /teams/{id}/members/{member_id}" ("whom"): |at, own| get(format!("/teams/{}/members/{}", own.team, at.member));
    "DELETE /teams/{id}/members/{member_id}": |at| get(format!("/teams/{}/members/{}", at.team, at.member));

    "POST /channels": |_at| send("/channels", json!({"name": "Brand new", "kind": "private"}));
    "POST /channels" ("team"): |at| send("/channels", json!({"name": "Of a team", "kind": "private", "team_id": at.team}));
    "GET /channels": |_at| get("/channels?limit=200");
    "POST /directs": |at| send("/directs", json!({"member_ids": [at.member]}));
    "GET /rooms/{id}" ("public"): |at| get(format!("/rooms/{}", at.public));
    "GET /rooms/{id}" ("private"): |at| get(format!("/rooms/{}", at.private));
    "GET /rooms/{id}" ("direct"): |at| get(format!("/rooms/{}", at.direct));
    "GET /rooms/{id}" ("conversation"): |at| get(format!("/rooms/{}", at.conversation));
    "GET /rooms/{id}" ("report"): |at| get(format!("/rooms/{}", at.report));
    "PATCH /rooms/{id}" ("public"): |at| send(format!("/rooms/{}", at.public), json!({"topic": "new topic"}));
    "PATCH /rooms/{id}" ("private"): |at| send(format!("/rooms/{}", at.private), json!({"purpose": "new purpose"}));
    "PATCH /rooms/{id}" ("archive"): |at| send(format!("/rooms/{}", at.public), json!({"archived": true}));
    "PATCH /rooms/{id}" ("conversation"): |at| send(format!("/rooms/{}", at.conversation), json!({"topic": "new topic"}));
    "PATCH /rooms/{id}" ("report"): |at| send(format!("/rooms/{}", at.report), json!({"archived": true}));
    "GET /rooms/{id}/members" ("public"): |at| get(format!("/rooms/{}/members", at.public));
    "GET /rooms/{id}/members" ("private"): |at| get(format!("/rooms/{}/members", at.private));
    "GET /rooms/{id}/members" ("direct"): |at| get(format!("/rooms/{}/members", at.direct));
    "GET /rooms/{id}/members" ("conversation"): |at| get(format!("/rooms/{}/members", at.conversation));
    "GET /rooms/{id}/members" ("report"): |at| get(format!("/rooms/{}/members", at.report));
    "POST /rooms/{id}/members" ("join public"): |at| send(format!("/rooms/{}/members", at.public), json!({}));
    "POST /rooms/{id}/members" ("join private"): |at| send(format!("/rooms/{}/members", at.private), json!({}));
    "POST /rooms/{id}/members" ("join direct"): |at| send(format!("/rooms/{}/members", at.direct), json!({}));
    "POST /rooms/{id}/members" ("join conversation"): |at| send(format!("/rooms/{}/members", at.conversation), json!({}));
    "POST /rooms/{id}/members" ("join report"): |at| send(format!("/rooms/{}/members", at.report), json!({}));
    "POST /rooms/{id}/members" ("bring in"): |at| send(format!("/rooms/{}/members", at.private), json!({"member_id": at.secur}));
    "POST /rooms/{id}/members" ("whom"): |at, own| send(format!("/rooms/{}/members", own.private), json!({"member_id": at.secur}));
    "DELETE /rooms/{id}/members/{member_id}" ("leave"): |at| get(format!("/rooms/{}/members/me", at.public));
    "DELETE /rooms/{id}/members/{member_id}" ("send out, public"): |at| get(format!("/rooms/{}/members/{}", at.public, at.chief));
    "DELETE /rooms/{id}/members/{member_id}" ("send out, private"): |at| get(format!("/rooms/{}/members/{}", at.private, at.chief));
    "DELETE /rooms/{id}/members/{member_id}" ("whom"): |at, own| get(format!("/rooms/{}/members/{}", own.public, at.chief));
    "PATCH /rooms/{id}/state" ("public"): |at| send(format!("/rooms/{}/state", at.public), json!({"starred": true}));
    "PATCH /rooms/{id}/state" ("private"): |at| send(format!("/rooms/{}/state", at.private), json!({"muted": true}));
    "PATCH /rooms/{id}/state" ("conversation"): |at| send(format!("/rooms/{}/state", at.conversation), json!({"starred": true}));
    "PATCH /rooms/{id}/state" ("report"): |at| send(format!("/rooms/{}/state", at.report), json!({"starred": true}));
    "POST /rooms/{id}/read" ("public"): |at| send(format!("/rooms/{}/read", at.public), json!({"number": 1}));
    "POST /rooms/{id}/read" ("private"): |at| send(format!("/rooms/{}/read", at.private), json!({"number": 1}));
    "POST /rooms/{id}/read" ("conversation"): |at| send(format!("/rooms/{}/read", at.conversation), json!({"number": 1}));
    "POST /rooms/{id}/read" ("report"): |at| send(format!("/rooms/{}/read", at.report), json!({"number": 1}));
    "POST /rooms/{id}/typing" ("public"): |at| send(format!("/rooms/{}/typing", at.public), json!({}));
    "POST /rooms/{id}/typing" ("private"): |at| send(format!("/rooms/{}/typing", at.private), json!({}));
    "POST /rooms/{id}/typing" ("conversation"): |at| send(format!("/rooms/{}/typing", at.conversation), json!({}));
    "POST /rooms/{id}/typing" ("report"): |at| send(format!("/rooms/{}/typing", at.report), json!({}));
    "GET /rooms/{id}/messages" ("public"): |at| get(format!("/rooms/{}/messages?replies=true", at.public));
    "GET /rooms/{id}/messages" ("private"): |at| get(format!("/rooms/{}/messages?replies=true", at.private));
    "GET /rooms/{id}/messages" ("direct"): |at| get(format!("/rooms/{}/messages?replies=true", at.direct));
    "GET /rooms/{id}/messages" ("conversation"): |at| get(format!("/rooms/{}/messages?replies=true", at.conversation));
    "GET /rooms/{id}/messages" ("report"): |at| get(format!("/rooms/{}/messages?replies=true", at.report));
    "POST /rooms/{id}/messages" ("public"): |at| send(format!("/rooms/{}/messages", at.public), json!({"body": "hello"}));
    "POST /rooms/{id}/messages" ("private"): |at| send(format!("/rooms/{}/messages", at.private), json!({"body": "hello"}));
    "POST /rooms/{id}/messages" ("direct"): |at| send(format!("/rooms/{}/messages", at.direct), json!({"body": "hello"}));
    "POST /rooms/{id}/messages" ("conversation"): |at| send(format!("/rooms/{}/messages", at.conversation), json!({"body": "hello"}));
    "POST /rooms/{id}/messages" ("note"): |at| send(format!("/rooms/{}/messages", at.conversation), json!({"body": "hello", "ring": "team"}));
    "POST /rooms/{id}/messages" ("report"): |at| send(format!("/rooms/{}/messages", at.report), json!({"body": "hello"}));
    "POST /rooms/{id}/messages" ("report note"): |at| send(format!("/rooms/{}/messages", at.report), json!({"body": "hello", "ring": "team"}));
    "POST /rooms/{id}/messages" ("thread"): |at, own| send(format!("/rooms/{}/messages", own.private), json!({"body": "hello", "thread_id": at.private_message}));
    "POST /rooms/{id}/messages" ("thread elsewhere"): |at, own| send(format!("/rooms/{}/messages", own.public), json!({"body": "hello", "thread_id": at.private_message}));
    "POST /rooms/{id}/messages" ("file"): |at, own| send(format!("/rooms/{}/messages", own.public), json!({"body": "hello", "file_ids": [at.loose_file]}));
    "POST /rooms/{id}/messages" ("file of another"): |at, own| send(format!("/rooms/{}/messages", own.public), json!({"body": "hello", "file_ids": [at.visitor_file]}));

    "GET /messages/{id}" ("public"): |at| get(format!("/messages/{}", at.public_message));
    "GET /messages/{id}" ("private"): |at| get(format!("/messages/{}", at.private_message));
    "GET /messages/{id}" ("reply"): |at| get(format!("/messages/{}", at.reply));
    "GET /messages/{id}" ("direct"): |at| get(format!("/messages/{}", at.direct_message));
    "GET /messages/{id}" ("contact"): |at| get(format!("/messages/{}", at.contact_message));
    "GET /messages/{id}" ("note"): |at| get(format!("/messages/{}", at.note));
    "GET /messages/{id}" ("report"): |at| get(format!("/messages/{}", at.report_message));
    "GET /messages/{id}" ("report note"): |at| get(format!("/messages/{}", at.report_note));
    "PATCH /messages/{id}" ("public"): |at| send(format!("/messages/{}", at.public_message), json!({"body": "changed", "version": 1}));
    "PATCH /messages/{id}" ("private"): |at| send(format!("/messages/{}", at.private_message), json!({"body": "changed", "version": 1}));
    "PATCH /messages/{id}" ("contact"): |at| send(format!("/messages/{}", at.contact_message), json!({"body": "changed", "version": 1}));
    "PATCH /messages/{id}" ("note"): |at| send(format!("/messages/{}", at.note), json!({"body": "changed", "version": 1}));
    "PATCH /messages/{id}" ("report"): |at| send(format!("/messages/{}", at.report_message), json!({"body": "changed", "version": 1}));
    "DELETE /messages/{id}" ("public"): |at| get(format!("/messages/{}", at.public_message));
    "DELETE /messages/{id}" ("private"): |at| get(format!("/messages/{}", at.private_message));
    "DELETE /messages/{id}" ("direct"): |at| get(format!("/messages/{}", at.direct_message));
    "DELETE /messages/{id}" ("contact"): |at| get(format!("/messages/{}", at.contact_message));
    "DELETE /messages/{id}" ("note"): |at| get(format!("/messages/{}", at.note));
    "DELETE /messages/{id}" ("report"): |at| get(format!("/messages/{}", at.report_message));
    "GET /messages/{id}/history" ("public"): |at| get(format!("/messages/{}/history", at.public_message));
    "GET /messages/{id}/history" ("private"): |at| get(format!("/messages/{}/history", at.private_message));
    "GET /messages/{id}/history" ("note"): |at| get(format!("/messages/{}/history", at.note));
    "GET /messages/{id}/history" ("report"): |at| get(format!("/messages/{}/history", at.report_message));
    "GET /messages/{id}/preview" ("public"): |at| get(format!("/messages/{}/preview", at.public_message));
    "GET /messages/{id}/preview" ("private"): |at| get(format!("/messages/{}/preview", at.private_message));
    "GET /messages/{id}/preview" ("direct"): |at| get(format!("/messages/{}/preview", at.direct_message));
    "GET /messages/{id}/preview" ("note"): |at| get(format!("/messages/{}/preview", at.note));
    "GET /messages/{id}/preview" ("report note"): |at| get(format!("/messages/{}/preview", at.report_note));
    "PUT /messages/{id}/reactions/{emoji}" ("public"): |at| get(format!("/messages/{}/reactions/%F0%9F%91%8D", at.public_message));
    "PUT /messages/{id}/reactions/{emoji}" ("private"): |at| get(format!("/messages/{}/reactions/%F0%9F%91%8D", at.private_message));
    "PUT /messages/{id}/reactions/{emoji}" ("note"): |at| get(format!("/messages/{}/reactions/%F0%9F%91%8D", at.note));
    "PUT /messages/{id}/reactions/{emoji}" ("report"): |at| get(format!("/messages/{}/reactions/%F0%9F%91%8D", at.report_message));
    "DELETE /messages/{id}/reactions/{emoji}": |at| get(format!("/messages/{}/reactions/%F0%9F%91%8D", at.private_message));
    "PUT /messages/{id}/save" ("public"): |at| get(format!("/messages/{}/save", at.public_message));
    "PUT /messages/{id}/save" ("private"): |at| get(format!("/messages/{}/save", at.private_message));
    "PUT /messages/{id}/save" ("note"): |at| get(format!("/messages/{}/save", at.note));
    "PUT /messages/{id}/save" ("report"): |at| get(format!("/messages/{}/save", at.report_message));
    "DELETE /messages/{id}/save": |at| get(format!("/messages/{}/save", at.private_message));
    "GET /saved": |_at| get("/saved?limit=200");
    "GET /messages/{id}/thread" ("public"): |at| get(format!("/messages/{}/thread", at.public_message));
    "GET /messages/{id}/thread" ("private"): |at| get(format!("/messages/{}/thread", at.private_message));
    "GET /messages/{id}/thread" ("report note"): |at| get(format!("/messages/{}/thread", at.report_note));
    "PUT /messages/{id}/thread" ("private"): |at| send(format!("/messages/{}/thread", at.private_message), json!({"following": false}));
    "PUT /messages/{id}/thread" ("report note"): |at| send(format!("/messages/{}/thread", at.report_note), json!({"following": false}));
    "GET /threads": |_at| get("/threads?limit=200");
    "PUT /drafts" ("public"): |at| send("/drafts", json!({"room_id": at.public, "body": "later"}));
    "PUT /drafts" ("private"): |at| send("/drafts", json!({"room_id": at.private, "body": "later"}));
    "PUT /drafts" ("conversation"): |at| send("/drafts", json!({"room_id": at.conversation, "body": "later"}));
    "PUT /drafts" ("report"): |at| send("/drafts", json!({"room_id": at.report, "body": "later"}));
    "PUT /drafts" ("thread"): |at, own| send("/drafts", json!({"room_id": own.private, "thread_id": at.private_message, "body": "later"}));
    "GET /drafts": |_at| get("/drafts");
    "GET /search": |_at| get(format!("/search?limit=200&q={COMMON}"));
    "GET /search" ("in a private channel"): |_at| get(format!("/search?q={COMMON}%20in:qzprivatenamea"));
    "GET /search" ("in theirs"): |_at| get(format!("/search?q={COMMON}%20in:qzprivatenameb"));
    "GET /inbox": |_at| get("/inbox");
    "POST /files": |_at| Shot { path: "/files?name=new.txt".into(), body: Body::Raw("text/plain", b"words".to_vec()) };
    "GET /files/{id}" ("private"): |at| get(format!("/files/{}", at.file));
    "GET /files/{id}" ("loose"): |at| get(format!("/files/{}", at.loose_file));
    "GET /files/{id}" ("visitor's"): |at| get(format!("/files/{}", at.visitor_file));
    "GET /files/{id}/thumb" ("private"): |at| get(format!("/files/{}/thumb", at.file));
    "GET /files/{id}/thumb" ("visitor's"): |at| get(format!("/files/{}/thumb", at.visitor_file));
    "POST /preview": |_at| send("/preview", json!({"text": "**bold** @mia-a"}));

    "POST /inboxes": |_at| send("/inboxes", json!({"kind": "website", "name": "Second"}));
    "POST /inboxes" ("team"): |at| send("/inboxes", json!({"kind": "website", "name": "Third", "team_id": at.team}));
    "GET /inboxes": |_at| get("/inboxes");
    "GET /inboxes/{id}": |at| get(format!("/inboxes/{}", at.inbox));
    "PATCH /inboxes/{id}": |at| send(format!("/inboxes/{}", at.inbox), json!({"greeting": "Hi"}));
    "POST /inboxes/{id}/identity-secret": |at| get(format!("/inboxes/{}/identity-secret", at.inbox));
    "PUT /inboxes/{id}/members/{member_id}": |at| get(format!("/inboxes/{}/members/{}", at.inbox, at.member));
    "PUT /inboxes/{id}/members/{member_id}" ("whom"): |at, own| get(format!("/inboxes/{}/members/{}", own.inbox, at.member));
    "DELETE /inboxes/{id}/members/{member_id}": |at| get(format!("/inboxes/{}/members/{}", at.inbox, at.agent));
    "GET /conversations": |_at| get("/conversations?status=all&limit=200");
    "GET /conversations" ("of an inbox"): |at| get(format!("/conversations?status=all&inbox={}", at.inbox));
    "GET /conversations" ("assigned"): |at| get(format!("/conversations?status=all&assignee={}", at.agent));
    "GET /conversations/counts": |_at| get("/conversations/counts");
    "GET /conversations/{id}": |at| get(format!("/conversations/{}", at.conversation));
    "GET /conversations/{id}" ("a report"): |at| get(format!("/conversations/{}", at.report));
    "PATCH /conversations/{id}": |at| send(format!("/conversations/{}", at.conversation), json!({"priority": "high"}));
    "PATCH /conversations/{id}" ("whom"): |at, own| send(format!("/conversations/{}", own.conversation), json!({"assignee_id": at.agent}));
    "PATCH /conversations/{id}" ("team"): |at, own| send(format!("/conversations/{}", own.conversation), json!({"team_id": at.team}));
    "POST /conversations/{id}/share" ("public"): |at| send(format!("/conversations/{}/share", at.conversation), json!({"room_id": at.public}));
    "POST /conversations/{id}/share" ("direct"): |at, own| send(format!("/conversations/{}/share", own.conversation), json!({"room_id": at.direct}));
    "POST /conversations/{id}/share" ("where"): |at, own| send(format!("/conversations/{}/share", own.conversation), json!({"room_id": at.private}));
    "GET /contacts": |_at| get("/contacts?limit=200");
    "GET /contacts/{id}": |at| get(format!("/contacts/{}", at.contact));
    "PATCH /contacts/{id}": |at| send(format!("/contacts/{}", at.contact), json!({"name": "Renamed"}));
    "GET /contacts/{id}/conversations": |at| get(format!("/contacts/{}/conversations", at.contact));

    "POST /programs": |_at| send("/programs", json!({"name": "Second program"}));
    "POST /programs" ("team"): |at| send("/programs", json!({"name": "Third program", "member_ids": [at.secur]}));
    "GET /programs": |_at| get("/programs");
    "GET /programs/{slug}": |at| get(format!("/programs/{}", at.slug));
    "PATCH /programs/{slug}": |at| send(format!("/programs/{}", at.slug), json!({"intro": "New words"}));
    "GET /programs/{slug}/audit": |at| get(format!("/programs/{}/audit?limit=200", at.slug));
    "PUT /programs/{slug}/members/{member_id}": |at| get(format!("/programs/{}/members/{}", at.slug, at.member));
    "PUT /programs/{slug}/members/{member_id}" ("whom"): |at, own| get(format!("/programs/{}/members/{}", own.slug, at.member));
    "DELETE /programs/{slug}/members/{member_id}": |at| get(format!("/programs/{}/members/{}", at.slug, at.chief));
    "POST /programs/{slug}/reports": |at| send(format!("/programs/{}/reports", at.slug), report());
    "GET /reports": |_at| get("/reports?state=all&limit=200");
    "GET /reports" ("of a program"): |at| get(format!("/reports?state=all&program={}", at.slug));
    "GET /reports/counts": |_at| get("/reports/counts");
    "GET /reports/{id}": |at| get(format!("/reports/{}", at.report));
    "GET /reports/{id}" ("a conversation"): |at| get(format!("/reports/{}", at.conversation));
    "PATCH /reports/{id}": |at| send(format!("/reports/{}", at.report), json!({"severity": "high"}));
    "PATCH /reports/{id}" ("whom"): |at, own| send(format!("/reports/{}", own.report), json!({"assignee_id": at.secur}));
    "POST /reports/{id}/tracking-link": |at| get(format!("/reports/{}/tracking-link", at.report));
    "GET /reports/track": |_at| get("/reports/track");
    "POST /reports/track/messages": |_at| send("/reports/track/messages", json!({"body": "More"}));
    "POST /reports/track/files": |_at| Shot { path: "/reports/track/files?name=a.txt".into(), body: Body::Raw("text/plain", b"a".to_vec()) };
    "GET /reports/track/files/{id}": |at| get(format!("/reports/track/files/{}", at.reporter_file));
    "POST /reports/track/close": |_at| get("/reports/track/close");

    "GET /openapi.json": |_at| get("/openapi.json");
    "GET /healthz": |_at| get("/healthz");
    "GET /readyz": |_at| get("/readyz");
    "GET /stream" ("no upgrade"): |_at| get("/stream");

    "GET /widget/v1/{key}/config": |at| get(format!("/widget/v1/{}/config", at.key));
    "POST /widget/v1/{key}/visitor": |at| send(format!("/widget/v1/{}/visitor", at.key), json!({"name": "New"}));
    "GET /widget/v1/{key}/messages": |at| get(format!("/widget/v1/{}/messages", at.key));
    "POST /widget/v1/{key}/messages": |at| send(format!("/widget/v1/{}/messages", at.key), json!({"body": "hello"}));
    "POST /widget/v1/{key}/messages" ("file of another"): |at, own| send(format!("/widget/v1/{}/messages", own.key), json!({"body": "hello", "file_ids": [at.loose_file]}));
    "POST /widget/v1/{key}/read": |at| send(format!("/widget/v1/{}/read", at.key), json!({"number": 1}));
    "POST /widget/v1/{key}/page": |at| send(format!("/widget/v1/{}/page", at.key), json!({"url": "https://example.net/", "title": "Shop"}));
    "POST /widget/v1/{key}/files": |at| Shot { path: format!("/widget/v1/{}/files?name=a.png", at.key), body: Body::Raw("image/png", pictures::dot()) };
    "GET /widget/v1/{key}/files/{id}": |at, own| get(format!("/widget/v1/{}/files/{}", own.key, at.visitor_file));
    "GET /widget/v1/{key}/files/{id}" ("of the team"): |at, own| get(format!("/widget/v1/{}/files/{}", own.key, at.file));
    "GET /widget/v1/{key}/files/{id}/thumb": |at, own| get(format!("/widget/v1/{}/files/{}/thumb", own.key, at.visitor_file));
    "GET /widget/v1/{key}/faces/{id}": |at, own| get(format!("/widget/v1/{}/faces/{}", own.key, at.face));
    "GET /widget/v1/{key}/faces/{id}" ("a member's id"): |at, own| get(format!("/widget/v1/{}/faces/{}", own.key, at.agent));
    "GET /widget/v1/{key}/stream" ("no upgrade"): |at| get(format!("/widget/v1/{}/stream", at.key));

    "GET /security": |_at| get("/security");
    "GET /security/mark.svg": |_at| get("/security/mark.svg");
    "GET /security/portal.css": |_at| get("/security/portal.css");
    "GET /security/{slug}": |at| get(format!("/security/{}", at.slug));
    "GET /security/{slug}/report": |at| get(format!("/security/{}/report", at.slug));
    "POST /security/{slug}/report": |at| Shot { path: format!("/security/{}/report", at.slug), body: form("title=A&description=B&steps=C&impact=D") };
    "GET /security/track/{token}": |at| get(format!("/security/track/{}", at.tracking));
    "POST /security/track/{token}": |at| Shot { path: format!("/security/track/{}", at.tracking), body: parts("More") };
    "POST /security/track/{token}/withdraw": |at| Shot { path: format!("/security/track/{}/withdraw", at.tracking), body: form("") };
    "GET /security/track/{token}/files/{id}": |at| get(format!("/security/track/{}/files/{}", at.tracking, at.reporter_file));
    "GET /.well-known/security.txt": |_at| get("/.well-known/security.txt");
}

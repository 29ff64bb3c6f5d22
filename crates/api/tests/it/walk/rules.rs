//! What must hold whatever the table says.

use super::{
    calls::{CALLS, Call},
    cast::{Side, Who},
    world::World,
};
use crate::description;
use portico_testkit::Answer;
use std::collections::{BTreeMap, BTreeSet};

/// What nobody in particular may use.
const PUBLIC: &[&str] = &[
    "GET /setup",
    "POST /sessions",
    "GET /invites/{code}/offer",
    "POST /invites/{code}/accept",
    "POST /programs/{slug}/reports",
    "GET /openapi.json",
    "GET /healthz",
    "GET /readyz",
    "GET /widget/v1/{key}/config",
    "POST /widget/v1/{key}/visitor",
    "GET /security",
    "GET /security/mark.svg",
    "GET /security/portal.css",
    "GET /security/{slug}",
    "GET /security/{slug}/report",
    "POST /security/{slug}/report",
    "GET /security/track/{token}",
    "POST /security/track/{token}",
    "POST /security/track/{token}/withdraw",
    "GET /security/track/{token}/files/{id}",
    "GET /.well-known/security.txt",
];

/// What cannot succeed in this world: it is set up, and a socket needs a real connection.
const NEVER: &[&str] = &["POST /setup", "GET /stream", "GET /widget/v1/{key}/stream"];

/// Public calls that look at who calls nevertheless.
const LOOKS_AT_CALLER: &[&str] = &["POST /programs/{slug}/reports", "GET /widget/v1/{key}/config"];

/// Whoever has the address has what is behind it, in whichever organization.
pub(super) fn opens_by_itself(op: &str) -> bool {
    ["{code}", "{token}", "{key}/config", "{key}/visitor", "{key}/stream"]
        .iter()
        .any(|part| op.contains(part))
}

fn good(answer: &Answer) -> bool {
    answer.status < 400
}

/// Everything that was found wrong, so that one run shows all of it.
#[derive(Default)]
pub(super) struct Findings {
    wrong: BTreeSet<String>,
    works: BTreeSet<&'static str>,
    seen: BTreeMap<String, BTreeSet<u16>>,
}

impl Findings {
    fn say(&mut self, call: &Call, who: &str, answer: &Answer, what: &str) {
        let body: String = answer.text().chars().take(300).collect();
        self.wrong.insert(format!(
            "{} ({}) by {who}: {what}\n    {} -> {} {body}",
            call.op, call.of, answer.asked, answer.status
        ));
    }

    /// A call at one's own organization.
    pub(super) fn own(&mut self, world: &World, call: &Call, who: Who, name: &str, answer: &Answer) {
        self.every(call, name, answer);
        self.canaries(world, call, who, name, answer);
        let public = PUBLIC.contains(&call.op);
        if good(answer) {
            self.works.insert(call.op);
            if who == Who::Nobody && !public {
                self.say(call, name, answer, "nobody in particular may use it and it is not public");
            }
            let theirs = match who {
                Who::Contact | Who::Contact2 => call.op.contains(" /widget/"),
                Who::Reporter | Who::Reporter2 => call.op.contains(" /reports/track"),
                _ => true,
            };
            if who.outside() && !theirs && !public {
                self.say(call, name, answer, "someone outside may use what is the team's");
            }
        }
        let ignored = public && !LOOKS_AT_CALLER.contains(&call.op);
        // Refusals that come before anybody is asked who they are.
        let unasked = matches!(call.op, "POST /setup" | "GET /stream" | "GET /widget/v1/{key}/stream")
            || call.op.contains("{token}");
        if who.shut_out() && answer.status != 401 && !ignored && !unasked {
            self.say(call, name, answer, "someone shut out gets something else than 401");
        }
    }

    /// The same call at another organization's things, and at things there are not: they look the same.
    pub(super) fn other(
        &mut self,
        world: &World,
        call: &Call,
        name: &str,
        (own, theirs, nobodys): (&Answer, &Answer, &Answer),
        (other, nothing): (&Side, &Side),
    ) {
        for answer in [theirs, nobodys] {
            self.every(call, name, answer);
            // A list narrowed to what is not there is empty.
            let nothing = call.op.starts_with("GET ") && answer.body.starts_with(b"{\"items\":[],");
            if good(answer) && !nothing && !PUBLIC.contains(&call.op) {
                self.say(call, name, answer, "another organization's id is good for something");
            }
            // One that is not even asked whose it is says so at one's own organization too.
            let fine = matches!(answer.status, 401 | 404)
                || (answer.status == 400 && !answer.field().is_empty())
                || (answer.status == 403 && own.status == 403)
                || answer.status == own.status;
            if !fine {
                self.say(
                    call,
                    name,
                    answer,
                    "another organization's id is neither not found nor refused as a field",
                );
            }
        }
        let same = |answer: &Answer, side: &Side| {
            let mut said = answer.said();
            for id in side.clone().all() {
                said = said.replace(id.as_str(), "…");
            }
            said
        };
        // Whether a widget's key is one is no secret: it stands in a public page.
        let open = theirs.asked.contains(&format!("/widget/v1/{}/", other.key));
        if !open && same(theirs, other) != same(nobodys, nothing) {
            let told = format!(
                "tells another organization's id from none:\n    none: {} {}",
                nobodys.status,
                nobodys.text()
            );
            self.say(call, name, theirs, &told);
        }
        for canary in &world.canaries {
            if canary.seen_by.is_empty() && theirs.said().contains(&canary.text) {
                self.say(
                    call,
                    name,
                    theirs,
                    &format!("leaks {} ({}) of another organization", canary.text, canary.what),
                );
            }
        }
    }

    fn every(&mut self, call: &Call, name: &str, answer: &Answer) {
        self.seen.entry(call.op.to_owned()).or_default().insert(answer.status);
        if answer.status >= 500 {
            self.say(call, name, answer, "the server's own fault");
        }
        let page = call.op.contains(" /security") || call.op.contains(" /.well-known");
        if answer.status >= 400 && !page && answer.header("content-type") != "application/json" {
            self.say(call, name, answer, "an error that has not the form of errors");
        }
        for (header, value) in
            [("x-content-type-options", "nosniff"), ("cross-origin-opener-policy", "same-origin")]
        {
            if answer.header(header) != value {
                self.say(call, name, answer, &format!("is without {header}"));
            }
        }
        if answer.header("content-security-policy").is_empty() {
            self.say(call, name, answer, "is without a content security policy");
        }
    }

    fn canaries(&mut self, world: &World, call: &Call, who: Who, name: &str, answer: &Answer) {
        // Behind a tracking link, whoever has it is the reporter.
        // The same with a password.
        let who = match call.op {
            op if op.contains("{token}") => Who::Reporter,
            "POST /sessions" => Who::Member,
            _ => who,
        };
        let said = answer.said();
        for canary in &world.canaries {
            let seen = contains(&said, &canary.text);
            if seen && !canary.seen_by.contains(&who) {
                self.say(call, name, answer, &format!("leaks {} ({})", canary.text, canary.what));
            }
            // A page that gives a form back with what was typed is for whoever typed it.
            if seen && !good(answer) {
                self.say(
                    call,
                    name,
                    answer,
                    &format!("a refusal has {} ({}) in it", canary.text, canary.what),
                );
            }
        }
    }

    pub(super) fn every_operation_works_for_someone(&mut self) {
        for call in CALLS {
            if !self.works.contains(call.op) && !NEVER.contains(&call.op) {
                self.wrong.insert(format!("{}: works for nobody, so its refusals prove nothing", call.op));
            }
        }
    }

    /// Fails when anything was found. Statuses the description does not know count too.
    pub(super) fn report(mut self) {
        let operations = description::operations();
        for (op, statuses) in &self.seen {
            let Some(known) = operations.get(op).map(|operation| &operation["responses"]) else { continue };
            for status in statuses {
                if known.get(status.to_string()).is_none() {
                    self.wrong.insert(format!("{op}: answers {status}, which its description does not know"));
                }
            }
        }
        let list: Vec<String> = self.wrong.into_iter().collect();
        assert!(list.is_empty(), "{} findings:\n{}", list.len(), list.join("\n"));
    }
}

/// Whether a marked word is in it, as itself and not as the beginning of a longer one.
fn contains(text: &str, word: &str) -> bool {
    text.match_indices(word)
        .any(|(i, _)| !text[i + word.len()..].starts_with(|c: char| c.is_ascii_alphanumeric()))
}

//! Requests by what they are about, how they ended and how long they took. A request's address is put into one of a few
//! classes and then forgotten.

use super::text::Page;
use axum::{extract::Request, http::Method, middleware::Next, response::Response};
use portico_types::meter::{Counter, Histogram, TIMES};
use tokio::time::Instant;

struct Class {
    name: &'static str,
    /// By the hundreds of the status: 1xx to 5xx.
    ended: [Counter; 5],
    took: Histogram,
}

impl Class {
    const fn new(name: &'static str) -> Self {
        Self { name, ended: [const { Counter::new() }; 5], took: Histogram::new(TIMES) }
    }
}

/// The last is for all that is in none of the others.
static CLASSES: [Class; 14] = [
    Class::new("boot"),
    Class::new("messages"),
    Class::new("rooms"),
    Class::new("search"),
    Class::new("files"),
    Class::new("sessions"),
    Class::new("people"),
    Class::new("customers"),
    Class::new("security"),
    Class::new("stream"),
    Class::new("widget"),
    Class::new("health"),
    Class::new("app"),
    Class::new("other"),
];

static SIGN_INS_REFUSED: Counter = Counter::new();
static TOO_OFTEN: Counter = Counter::new();
static TOO_LARGE: Counter = Counter::new();
static BUSY: Counter = Counter::new();

fn class(path: &str) -> &'static str {
    let Some(rest) = path.strip_prefix(portico_api::BASE) else {
        return match path.split('/').nth(1) {
            Some("widget") => "widget",
            Some("security" | ".well-known") => "security",
            Some("api") => "other",
            _ if path.split('/').nth(2) == Some("security") => "security",
            _ => "app",
        };
    };
    let mut parts = rest.trim_start_matches('/').split('/');
    let (first, third) = (parts.next().unwrap_or_default(), parts.nth(1));
    match first {
        "boot" | "me" => "boot",
        "messages" | "threads" | "drafts" | "saved" | "preview" => "messages",
        "rooms" if third == Some("messages") => "messages",
        "rooms" | "channels" | "directs" | "presence" => "rooms",
        "search" => "search",
        "files" => "files",
        "sessions" | "setup" | "tokens" => "sessions",
        "members" | "invites" | "teams" | "organization" | "audit" | "inbox" => "people",
        "inboxes" | "conversations" | "contacts" => "customers",
        "programs" | "reports" | "security" => "security",
        "stream" => "stream",
        "widget" => "widget",
        "healthz" | "readyz" => "health",
        _ => "other",
    }
}

/// Counts a request on its way through.
pub(crate) async fn measure(request: Request, next: Next) -> Response {
    let name = class(request.uri().path());
    let signs_in = request.method() == Method::POST
        && request.uri().path().strip_prefix(portico_api::BASE).is_some_and(|rest| rest == "/sessions");
    let began = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    if let Some(class) = CLASSES.iter().find(|class| class.name == name) {
        class.took.took(began.elapsed());
        if let Some(ended) = class.ended.get(usize::from(status / 100).wrapping_sub(1)) {
            ended.inc();
        }
    }
    if signs_in && matches!(status, 401 | 429) {
        SIGN_INS_REFUSED.inc();
    }
    match status {
        413 => TOO_LARGE.inc(),
        429 => TOO_OFTEN.inc(),
        503 => BUSY.inc(),
        _ => {}
    }
    response
}

const REQUESTS: &str = "portico_http_requests_total";
const SECONDS: &str = "portico_http_request_seconds";
const LIMITS: &str = "portico_limits_hit_total";

pub(super) fn write(page: &mut Page) {
    page.begin(REQUESTS, "counter", "Requests by what they are about and the hundreds of their status.");
    for class in &CLASSES {
        for (hundreds, ended) in class.ended.iter().enumerate() {
            let labels = format!("route=\"{}\",status=\"{}xx\"", class.name, hundreds + 1);
            page.value(REQUESTS, &labels, ended.get());
        }
    }
    page.begin(SECONDS, "histogram", "From a whole request head to the head of its answer.");
    for class in &CLASSES {
        page.histogram(SECONDS, &format!("route=\"{}\"", class.name), &class.took, 1e6);
    }
    page.counter(
        "portico_sign_ins_refused_total",
        "Sign-ins refused for a wrong password or too many attempts.",
        SIGN_INS_REFUSED.get(),
    );
    page.begin(
        LIMITS,
        "counter",
        "Requests refused: too often (429), too large (413), a part full or away (503).",
    );
    for (limit, hit) in [("rate", &TOO_OFTEN), ("size", &TOO_LARGE), ("busy", &BUSY)] {
        page.value(LIMITS, &format!("limit=\"{limit}\""), hit.get());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_has_a_class_that_is_counted() {
        for (path, expected) in [
            ("/", "app"),
            ("/assets/index.js", "app"),
            ("/acme/security/report", "security"),
            ("/.well-known/security.txt", "security"),
            ("/widget/wk_1/config", "widget"),
            ("/api/portico/v1/rooms/01abc/messages", "messages"),
            ("/api/portico/v1/rooms/01abc/members", "rooms"),
            ("/api/portico/v1/sessions", "sessions"),
            ("/api/portico/v1/directs", "rooms"),
            ("/api/portico/v1/inbox", "people"),
            ("/api/portico/v1/readyz", "health"),
            ("/api/portico/v1/made/up", "other"),
            ("/api/other", "other"),
        ] {
            assert_eq!(class(path), expected, "{path}");
            assert!(CLASSES.iter().any(|class| class.name == expected));
        }
    }
}

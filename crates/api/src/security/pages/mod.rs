//! The public pages of the Security desk: made on the server, whole without a script.
//!
//! Nothing here is known of the reader but the link they came with: no cookie is read or set. What a page loads is one
//! style sheet of our own, and the policy that is sent along allows nothing else.

mod answer;
mod policy;
mod report;
mod shape;
mod track;

use super::reports::nobody;
use crate::Api;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use minijinja::{Environment, Value, context};
use portico_edge::Peer;
use portico_types::{Error, ErrorCode, Result};
use sha2::{Digest, Sha256};
use std::sync::OnceLock;

/// Nothing but our own style sheet, pictures and forms.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// Largest form, bytes: all parts of a report at their longest, every character escaped.
const FORM: usize = 512 * 1024;

const TEMPLATES: [(&str, &str); 6] = [
    ("base.html", include_str!("base.html")),
    ("desk.html", include_str!("desk.html")),
    ("policy.html", include_str!("policy.html")),
    ("report.html", include_str!("report.html")),
    ("track.html", include_str!("track.html")),
    ("problem.html", include_str!("problem.html")),
];
const MARK: &str = include_str!("../../../../../ui/kit/src/mark.svg");
const STYLE: &str = concat!(
    include_str!("../../../../../ui/kit/src/styles/tokens.css"),
    include_str!("../../../../../ui/kit/src/styles/base.css"),
    include_str!("portal.css")
);

pub(crate) fn routes() -> Router<Api> {
    Router::new()
        .route("/security", get(policy::desk))
        .route("/security/portal.css", get(style))
        .route("/security/mark.svg", get(mark))
        .route("/security/{slug}", get(policy::policy))
        .route("/security/{slug}/report", get(report::form).post(report::send))
        .route("/security/track/{token}/withdraw", post(track::withdraw))
        .route("/security/track/{token}/files/{id}", get(track::file))
        .route("/.well-known/security.txt", get(policy::security_txt))
        .layer(DefaultBodyLimit::max(FORM))
        // Its files are measured one by one, as they are written.
        .merge(
            Router::new()
                .route("/security/track/{token}", get(track::page).post(track::reply))
                .layer(DefaultBodyLimit::disable()),
        )
}

fn environment() -> Result<&'static Environment<'static>> {
    static MADE: OnceLock<Option<Environment<'static>>> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let mut environment = Environment::new();
        for (name, text) in TEMPLATES {
            if let Err(e) = environment.add_template(name, text) {
                tracing::error!(template = name, error = %e, "a template does not parse");
                return None;
            }
        }
        Some(environment)
    });
    made.as_ref().ok_or_else(|| Error::internal("a template does not parse"))
}

/// Names this version of the style sheet.
fn style_tag() -> &'static str {
    static TAG: OnceLock<String> = OnceLock::new();
    TAG.get_or_init(|| {
        let hash = Sha256::digest(STYLE.as_bytes());
        format!("{:02x}{:02x}{:02x}{:02x}{:02x}{:02x}", hash[0], hash[1], hash[2], hash[3], hash[4], hash[5])
    })
}

async fn style() -> Response {
    // Its address changes with it.
    let cache = "public, max-age=31536000, immutable";
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, cache)], STYLE)
        .into_response()
}

async fn mark() -> Response {
    ([(header::CONTENT_TYPE, "image/svg+xml"), (header::CACHE_CONTROL, "public, max-age=86400")], MARK)
        .into_response()
}

/// Whether what is behind the page may stay in caches.
#[derive(Clone, Copy)]
enum Keep {
    /// Published, the same for everyone.
    Briefly,
    /// Somebody's.
    Never,
}

/// A page. Everything in `facts` is escaped; safe HTML is marked as such where it is made.
fn render(status: StatusCode, keep: Keep, name: &str, facts: Value) -> Result<Response> {
    let facts = context! { style => style_tag(), ..facts };
    let html = environment()?.get_template(name).and_then(|t| t.render(facts)).map_err(Error::internal)?;
    let mut response = (status, html).into_response();
    let headers = response.headers_mut();
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_TYPE, "text/html; charset=utf-8");
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::REFERRER_POLICY, "no-referrer");
    match keep {
        Keep::Briefly => set(header::CACHE_CONTROL, "public, max-age=60"),
        Keep::Never => set(header::CACHE_CONTROL, "no-store"),
    };
    if matches!(keep, Keep::Never) {
        set(header::HeaderName::from_static("x-robots-tag"), "noindex");
    }
    Ok(response)
}

/// A refusal as a page. What went wrong on our side is in the log, not here.
fn refusal(error: &Error) -> Response {
    let (heading, text) = match error.code() {
        ErrorCode::NotFound => ("Nothing is here", "The address may be mistyped, or what was here is gone."),
        ErrorCode::Unauthenticated => (
            "This link leads to no report",
            "It may be mistyped or cut off, or the team has sent you a newer one. The report itself is safe.",
        ),
        ErrorCode::RateLimited => ("Too often", "Please wait a little and try again. Nothing was sent."),
        ErrorCode::Internal => ("Something went wrong on our side", "Nothing was lost. Please try again."),
        _ => ("That did not work", error.message()),
    };
    if let Some(cause) = error.cause() {
        tracing::error!(cause, "a public page failed");
    }
    let status = match error.code() {
        // A page asks for no password: whoever has no working link finds nothing.
        ErrorCode::Unauthenticated => StatusCode::NOT_FOUND,
        code => StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
    };
    let facts = context! { organization => "Portico", heading, text };
    let mut response = render(status, Keep::Never, "problem.html", facts)
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response());
    if let Some(seconds) = error.retry_after_s() {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The page, or the refusal.
fn answer(outcome: Result<Response>) -> Response {
    outcome.unwrap_or_else(|e| refusal(&e))
}

/// To another page, read anew.
fn see_other(path: &str) -> Result<Response> {
    let location = HeaderValue::from_str(path).map_err(Error::internal)?;
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, location);
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// A form is taken only from our own pages. It carries no cookie to misuse; this keeps other sites from having their
/// visitors send reports. (Under `no-referrer` browsers say `Origin: null`, so the word of `Sec-Fetch-Site` counts.)
fn from_our_page(headers: &HeaderMap, peer: &Peer) -> Result<()> {
    let word = |name: &str| headers.get(name).map(|v| v.to_str().unwrap_or("unreadable"));
    let ours = match (word("sec-fetch-site"), word("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, None | Some("null")) => true,
        (None, Some(origin)) => origin == peer.url,
    };
    if ours {
        Ok(())
    } else {
        Err(Error::forbidden("the form came from another site; open it here and send it again"))
    }
}

/// The key that makes a form sent twice one thing: given with the form, random, together with what is asked.
fn once(key: &str, parts: &[&str]) -> Option<portico_core::IdempotencyKey> {
    let fine = (16..=64).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric());
    let mut hash = Sha256::new();
    for part in parts {
        hash = hash.chain_update((part.len() as u64).to_be_bytes()).chain_update(part.as_bytes());
    }
    fine.then(|| portico_core::IdempotencyKey {
        key: format!("form:{key}"),
        fingerprint: hash.finalize().into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer() -> Peer {
        Peer { ip: "1.2.3.4".into(), agent: String::new(), url: "https://a.example".into(), secure: true }
    }

    fn sent(pairs: &[(&'static str, &'static str)]) -> Result<()> {
        let headers = pairs.iter().map(|(k, v)| (k.parse().unwrap(), v.parse().unwrap())).collect();
        from_our_page(&headers, &peer())
    }

    #[test]
    fn forms_come_from_our_own_pages() {
        assert!(sent(&[("sec-fetch-site", "same-origin"), ("origin", "null")]).is_ok());
        assert!(sent(&[("origin", "https://a.example")]).is_ok());
        assert!(sent(&[]).is_ok());
        assert!(sent(&[("sec-fetch-site", "cross-site"), ("origin", "https://a.example")]).is_err());
        assert!(sent(&[("sec-fetch-site", "same-site")]).is_err());
        assert!(sent(&[("origin", "https://evil.example")]).is_err());
    }

    #[test]
    fn a_form_is_told_from_another_by_what_is_in_it() {
        let key = "0123456789abcdef0123456789";
        let of = |parts: &[&str]| once(key, parts).unwrap().fingerprint;
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
        assert_ne!(of(&["a", "b"]), of(&["ab", ""]));
        for bad in ["", "short", "with space in it 123", &"x".repeat(65)] {
            assert!(once(bad, &[]).is_none());
        }
    }

    #[test]
    fn every_template_parses() {
        let environment = environment().unwrap();
        for (name, _) in TEMPLATES {
            assert!(environment.get_template(name).is_ok(), "{name}");
        }
        for (name, text) in TEMPLATES {
            // The policy forbids both, so a browser would drop them.
            assert!(!text.contains("style=\"") && !text.contains("<script"), "{name}");
        }
    }
}

//! The machine-readable description of the API, made from the handlers themselves.

mod refusals;

use crate::{Api, BASE};
use axum::{Router, http::header, response::IntoResponse, routing::get};
use utoipa::{
    OpenApi,
    openapi::{
        OpenApi as Document, Server,
        security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme},
    },
};

#[derive(OpenApi)]
#[openapi(
    info(title = "Portico", description = "The native API of Portico. docs/api.md explains what this cannot."),
    security(("token" = []), ("cookie" = [], "csrf" = []))
)]
struct Head;

/// The routes and their description.
pub(crate) fn parts() -> (Router<Api>, Document) {
    let (router, mut document) = crate::routes().split_for_parts();
    let head = Head::openapi();
    document.info = head.info;
    env!("CARGO_PKG_VERSION").clone_into(&mut document.info.version);
    document.security = head.security;
    document.servers = Some(vec![Server::new(BASE)]);
    let components = document.components.get_or_insert_default();
    let schemes = [
        ("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer))),
        ("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(portico_edge::SESSION_COOKIE)))),
        ("csrf", SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-Portico-CSRF")))),
    ];
    for (name, scheme) in schemes {
        components.add_security_scheme(name, scheme);
    }
    refusals::complete(&mut document);
    (router, document)
}

/// The description as JSON.
pub fn document() -> String {
    parts().1.to_pretty_json().unwrap_or_default()
}

pub(crate) fn routes() -> Router<Api> {
    let text: &'static str = Box::leak(document().into_boxed_str());
    Router::new().route(
        "/openapi.json",
        get(move || async move { ([(header::CONTENT_TYPE, "application/json")], text).into_response() }),
    )
}

//! The machine-readable description of the API, made from the handlers themselves.

pub(crate) use refusals::ErrorDetail;

mod ids;
mod once;
mod refusals;
mod stream;

use crate::{Api, BASE, widget};
use axum::{Router, http::header, response::IntoResponse, routing::get};
use utoipa::{
    OpenApi,
    openapi::{
        ContentBuilder, ObjectBuilder, OpenApi as Document, PathItem, ResponseBuilder, Server,
        path::{HttpMethod, Operation, OperationBuilder},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;

#[derive(OpenApi)]
#[openapi(
    info(title = "Portico", description = "The native API of Portico. docs/api.md explains what this cannot."),
    security(("token" = []), ("cookie" = [], "csrf" = []))
)]
struct Head;

/// The routes and their description.
pub(crate) struct Parts {
    pub(crate) native: Router<Api>,
    pub(crate) widget: Router<Api>,
    pub(crate) document: Document,
}

/// Makes them. Paths are whole in the description, for the native API and the widget's have no base in common.
pub(crate) fn parts() -> Parts {
    let (native, mut document) = OpenApiRouter::new().nest(BASE, crate::routes()).split_for_parts();
    let (widget, visitors) = OpenApiRouter::new().nest(widget::BASE, widget::routes()).split_for_parts();
    document.merge(visitors);
    // Made by hand, as their routes are.
    for (path, operation) in [("/stream", stream::operation()), ("/openapi.json", own())] {
        let item = PathItem::new(HttpMethod::Get, operation);
        document.paths.paths.insert(format!("{BASE}{path}"), item);
    }
    let head = Head::openapi();
    document.info = head.info;
    env!("CARGO_PKG_VERSION").clone_into(&mut document.info.version);
    document.security = head.security;
    document.servers = Some(vec![Server::new("/")]);
    let components = document.components.get_or_insert_default();
    let schemes = [
        ("token", bearer("A session's token or a personal one.")),
        ("visitor", bearer("A visitor's token, from POST /widget/v1/{key}/visitor.")),
        ("tracking", bearer("The token at the end of a report's tracking link.")),
        ("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(portico_edge::SESSION_COOKIE)))),
        ("csrf", SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-Portico-CSRF")))),
    ];
    for (name, scheme) in schemes {
        components.add_security_scheme(name, scheme);
    }
    ids::complete(&mut document);
    once::complete(&mut document);
    refusals::complete(&mut document);
    Parts { native, widget, document }
}

fn bearer(of: &str) -> SecurityScheme {
    SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(of)).build())
}

/// What leads here.
fn own() -> Operation {
    let form = ContentBuilder::new().schema(Some(ObjectBuilder::new())).build();
    OperationBuilder::new()
        .tag("server")
        .summary(Some("This description."))
        .security(SecurityRequirement::default())
        .response("200", ResponseBuilder::new().description("").content("application/json", form))
        .build()
}

/// The description as JSON.
pub fn document() -> String {
    parts().document.to_pretty_json().unwrap_or_default()
}

pub(crate) fn routes() -> Router<Api> {
    let text: &'static str = Box::leak(document().into_boxed_str());
    Router::new().route(
        "/openapi.json",
        get(move || async move { ([(header::CONTENT_TYPE, "application/json")], text).into_response() }),
    )
}

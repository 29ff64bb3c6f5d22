//! The shop of Northwind Lamps: a small site of another origin with the widget on it, under as strict a policy as a
//! careful host would write. Knows of Portico only what stands in the snippet.

use super::pictures::{self, Lamp};
use axum::{
    Router,
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use portico_types::Result;
use std::sync::Arc;
use tokio::net::TcpListener;

const HTML: &str = include_str!("index.html");
const CSS: &str = include_str!("shop.css");

/// What the page has to know.
#[derive(Clone, Debug)]
pub(super) struct Page {
    /// Origin of Portico.
    pub(super) portico: String,
    /// The inbox's public key.
    pub(super) key: String,
}

impl Page {
    /// What the widget asks of a host, and what the shop itself needs.
    fn policy(&self) -> String {
        let portico = &self.portico;
        format!(
            "default-src 'none'; style-src 'self'; img-src 'self'; script-src {portico}; connect-src {portico}; \
             frame-src {portico}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
             require-trusted-types-for 'script'; trusted-types 'none'"
        )
    }

    fn html(&self) -> String {
        HTML.replace("{{portico}}", &self.portico).replace("{{key}}", &self.key)
    }
}

/// Serves until the task is dropped.
pub(super) async fn serve(listener: TcpListener, page: Page) {
    match router(&page) {
        Ok(router) => {
            if let Err(e) = axum::serve(listener, router).await {
                tracing::error!(error = %e, "the shop ended");
            }
        }
        Err(e) => tracing::error!(error = %e, "the shop cannot be drawn"),
    }
}

fn router(page: &Page) -> Result<Router> {
    let (html, policy): (Arc<str>, Arc<str>) = (page.html().into(), page.policy().into());
    let mut router =
        Router::new()
            .route(
                "/",
                get(move || {
                    let (html, policy) = (html.to_string(), policy.to_string());
                    async move {
                        with_policy(([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html), &policy)
                    }
                }),
            )
            .route("/shop.css", get(|| async { ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], CSS) }));
    for (path, lamp) in
        [("/moss.png", Lamp::Moss), ("/halden.png", Lamp::Halden), ("/skerry.png", Lamp::Skerry)]
    {
        let picture: Arc<[u8]> = pictures::lamp(lamp, 600, 400)?.into();
        let send = move || {
            let picture = picture.to_vec();
            async move { ([(header::CONTENT_TYPE, "image/png")], picture) }
        };
        router = router.route(path, get(send));
    }
    let icon: Arc<[u8]> = pictures::lamp(Lamp::Halden, 48, 32)?.into();
    let icon = move || {
        let icon = icon.to_vec();
        async move { ([(header::CONTENT_TYPE, "image/png")], icon) }
    };
    Ok(router.route("/favicon.ico", get(icon)))
}

fn with_policy(page: impl IntoResponse, policy: &str) -> Response {
    let mut response = page.into_response();
    let hardened: [(HeaderName, &str); 3] = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ];
    for (name, value) in hardened {
        match value.parse() {
            Ok(value) => {
                response.headers_mut().insert(name, value);
            }
            // Without its policy the page would prove nothing.
            Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_carries_the_snippet_and_nothing_inline() {
        let page = Page { portico: "http://127.0.0.1:8065".into(), key: "k1".into() };
        let html = page.html();
        assert!(html.contains("<script src=\"http://127.0.0.1:8065/w.js\" data-key=\"k1\" async></script>"));
        assert!(!html.contains("{{") && !html.contains("style=") && !html.contains("<style"));
        assert!(!page.policy().contains("unsafe"));
    }
}

//! What is no API: the web app's files, the widget's, and the app itself for every other address.

use crate::assets::{APP_FILES, PANEL_FILES, WIDGET_FILES};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use portico_api::Api;
use portico_core::customers::widget;
use portico_edge::{APP_POLICY, Peer, Problem};
use portico_types::{Error, Result};

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Portico</title>\
<h1>The web app is not built</h1><p>The server runs, but this binary was made without the web app. \
Stop it and run <code>make run</code>, which builds both.</p></html>";

/// Serves a file of the app, or the app.
pub(crate) async fn app(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    // What looks like an API address and is none must not be answered with a page.
    if path.starts_with("api/") || path.starts_with("widget/v1/") || path.starts_with(".well-known/") {
        return Problem(Error::not_found()).into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        return Problem(Error::invalid("method", "this address is only read")).into_response();
    }
    if path == "w.js" {
        return WIDGET_FILES.serve("w.js", &headers).map_or_else(missing, loader);
    }
    if path.starts_with("widget-assets/") {
        return PANEL_FILES.serve(path, &headers).unwrap_or_else(missing);
    }
    if !path.is_empty()
        && path != "index.html"
        && let Some(response) = APP_FILES.serve(path, &headers)
    {
        return response;
    }
    let file = path.rsplit('/').next().unwrap_or_default();
    if path.starts_with("assets/") || file.contains('.') {
        return missing();
    }
    page(&headers)
}

/// What the widget's panel may do. Who may put it into a frame, the inbox says.
const PANEL_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html portico-html";

/// The page of the widget's panel, for the frames of an inbox's own sites.
pub(crate) async fn panel(
    State(api): State<Api>,
    Path(key): Path<String>,
    peer: Peer,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    api.edge.public.take(&peer.ip)?;
    let door = widget::door(&api.edge.app, &key).await?;
    let mut response = PANEL_FILES.serve("index.html", &headers).unwrap_or_else(missing);
    let policy = format!("{PANEL_POLICY}; frame-ancestors {}", ancestors(&door.allowed_origins));
    let policy = HeaderValue::from_str(&policy).map_err(Error::internal)?;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// The sites that may frame a panel. Origins are checked when they are set: none can end the list or begin a directive.
fn ancestors(origins: &[String]) -> String {
    if origins.is_empty() { "*".to_owned() } else { origins.join(" ") }
}

/// The app's one page.
fn page(headers: &HeaderMap) -> Response {
    let mut response = APP_FILES.serve("index.html", headers).unwrap_or_else(|| {
        (StatusCode::OK, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], NOT_BUILT).into_response()
    });
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(APP_POLICY));
    response
}

/// The loader runs on other people's pages.
fn loader(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=600, stale-while-revalidate=86400"),
    );
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], "not found\n")
        .into_response()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_panel_is_framed_by_its_own_sites_only() {
        let sites = ["https://shop.example".to_owned(), "http://127.0.0.1:8066".to_owned()];
        assert_eq!(super::ancestors(&sites), "https://shop.example http://127.0.0.1:8066");
        assert_eq!(super::ancestors(&[]), "*");
    }
}

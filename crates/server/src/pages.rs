//! What is no API: the web app's files, the widget's, and the app itself for every other address.

use crate::assets::{APP_FILES, PANEL_FILES, WIDGET_FILES};
use axum::{
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use portico_edge::{APP_POLICY, Problem};
use portico_types::Error;

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
    if !path.is_empty() && path != "index.html"
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
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=600, stale-while-revalidate=86400"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], "not found\n").into_response()
}

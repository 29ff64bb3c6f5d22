//! One id a request, in its log lines, its errors and its response header.

use crate::{
    Problem,
    problem::{Beside, Carried},
    who::Edge,
};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use portico_types::{Error, Id};

/// The id of this request.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// Gives the request its id, and errors their body. Refusals of the framework itself (a wrong method, a broken header)
/// get the same form.
pub async fn request_id(State(edge): State<Edge>, mut request: Request, next: Next) -> Response {
    let id = edge.fresh::<Id>().to_string();
    request.extensions_mut().insert(RequestId(id.clone()));
    let (method, path) = (request.method().clone(), safe_path(request.uri().path()));
    let mut response = next.run(request).await;
    let carried = response.extensions_mut().remove::<Carried>().map(|c| c.0);
    let beside = response.extensions_mut().remove::<Beside>();
    let plain =
        response.headers().get(header::CONTENT_TYPE).is_none_or(|v| v.as_bytes().starts_with(b"text/plain"));
    let error = match (carried, response.status()) {
        (Some(error), _) => Some(error),
        (None, StatusCode::METHOD_NOT_ALLOWED) => {
            Some(Error::invalid("method", "this address takes another method"))
        }
        (None, StatusCode::NOT_FOUND) if plain => Some(Error::not_found()),
        (None, status) if status.is_client_error() && plain => {
            Some(Error::invalid("request", "the request is not well-formed"))
        }
        _ => None,
    };
    if let Some(error) = error {
        if let Some(cause) = error.cause() {
            tracing::error!(request_id = id, %method, path, cause, "a request failed");
        }
        let body = Problem::body(&error, beside, &id);
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response.headers_mut().remove(header::CONTENT_LENGTH);
        *response.body_mut() = Body::from(body);
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

/// A path for the log: tracking links and invitations carry secrets in it.
fn safe_path(path: &str) -> String {
    for secret in ["/security/track/", "/invites/"] {
        if let Some(at) = path.find(secret) {
            return format!("{}{secret}…", &path[..at]);
        }
    }
    path.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn secrets_in_paths_are_not_logged() {
        assert_eq!(super::safe_path("/acme/security/track/pt_abc/reply"), "/acme/security/track/…");
        assert_eq!(super::safe_path("/api/portico/v1/invites/abc/offer"), "/api/portico/v1/invites/…");
        assert_eq!(super::safe_path("/api/portico/v1/me"), "/api/portico/v1/me");
    }
}

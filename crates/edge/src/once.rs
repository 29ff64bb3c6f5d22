//! The fingerprint of a request with an Idempotency-Key: the same key with another body is a conflict.

use crate::Problem;
use axum::{
    body::Body,
    extract::Request,
    http::{Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http_body_util::{BodyExt, Limited};
use portico_types::Error;
use sha2::{Digest, Sha256};

/// Hash of method, path and body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fingerprint(pub(crate) [u8; 32]);

/// JSON bodies are small; uploads are addressed by their content anyway and pass by.
const LIMIT: usize = 1024 * 1024;

/// Takes the fingerprint of POSTs that carry a key.
pub async fn once(request: Request, next: Next) -> Response {
    let json = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_none_or(|v| v.as_bytes().starts_with(b"application/json"));
    if request.method() != Method::POST || !request.headers().contains_key("idempotency-key") || !json {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let Ok(bytes) = Limited::new(body, LIMIT).collect().await.map(http_body_util::Collected::to_bytes) else {
        return Problem(Error::too_large("body", "a JSON body holds 1 MiB at most")).into_response();
    };
    let hash = Sha256::new()
        .chain_update(parts.method.as_str())
        .chain_update([0])
        .chain_update(parts.uri.path())
        .chain_update([0])
        .chain_update(&bytes)
        .finalize();
    parts.extensions.insert(Fingerprint(hash.into()));
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

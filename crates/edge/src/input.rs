//! Bodies and query strings from outside: sized, typed, refused with the field at fault.

use crate::Problem;
use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{header, request::Parts},
};
use http_body_util::{BodyExt, Limited};
use portico_types::Error;
use serde::de::DeserializeOwned;

const LIMIT: usize = 1024 * 1024;

/// A JSON body.
pub struct Input<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Input<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let json = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|v| v.to_str().ok())
            .is_some_and(|v| v.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json"));
        if !json {
            // Without this a plain form of another site could send us something that parses.
            return Err(Error::unsupported("send the body as application/json").into());
        }
        let bytes = Limited::new(request.into_body(), LIMIT)
            .collect()
            .await
            .map_err(|_| Error::too_large("body", "a JSON body holds 1 MiB at most"))?
            .to_bytes();
        serde_json::from_slice(&bytes).map(Self).map_err(|e| unreadable(&e).into())
    }
}

/// What serde says names the field in backticks, mostly; we pass that on as the field.
fn unreadable(e: &serde_json::Error) -> Error {
    let text = e.to_string();
    let field = text.split('`').nth(1).unwrap_or("body").chars().take(60).collect::<String>();
    let plain: String = text.chars().filter(|c| !c.is_control()).take(200).collect();
    Error::invalid(field, format!("the body cannot be read: {plain}"))
}

/// A query string.
pub struct Words<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Words<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        axum::extract::Query::<T>::try_from_uri(&parts.uri)
            .map(|q| Self(q.0))
            .map_err(|e| Error::invalid("query", e.body_text().chars().take(200).collect::<String>()).into())
    }
}

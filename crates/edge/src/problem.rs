//! An error as a response: code, sentence, field, and the id that finds it in the log.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use portico_types::{Error, ErrorCode};
use serde_json::json;

/// An error on its way out. The request id is put in by the `request_id` layer, which sees the response.
#[derive(Debug)]
pub struct Problem(pub Error);

impl From<Error> for Problem {
    fn from(e: Error) -> Self {
        Self(e)
    }
}

/// What the `request_id` layer reads to write the body.
#[derive(Clone)]
pub(crate) struct Carried(pub(crate) Error);

impl Problem {
    pub(crate) fn body(error: &Error, request_id: &str) -> String {
        json!({"error": {
            "code": error.code().as_str(),
            "message": error.message(),
            "field": error.field(),
            "request_id": request_id,
        }})
        .to_string()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let error = self.0;
        let status = StatusCode::from_u16(error.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(json!({}))).into_response();
        if let Some(seconds) = error.retry_after_s() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if error.code() == ErrorCode::Unauthenticated {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(Carried(error));
        response
    }
}

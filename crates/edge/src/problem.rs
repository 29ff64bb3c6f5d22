//! An error as a response: code, sentence, field, and the id that finds it in the log.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use portico_types::{Error, ErrorCode};
use serde::Serialize;
use serde_json::{Value, json};

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

/// What stands beside the error in the body.
#[derive(Clone)]
pub(crate) struct Beside {
    name: &'static str,
    value: Value,
}

impl Problem {
    pub(crate) fn body(error: &Error, beside: Option<Beside>, request_id: &str) -> String {
        let mut body = json!({"error": {
            "code": error.code().as_str(),
            "message": error.message(),
            "field": error.field(),
            "request_id": request_id,
        }});
        if let Some(Beside { name, value }) = beside {
            body[name] = value;
        }
        body.to_string()
    }

    /// The response with what there is now beside the error, so that the caller can go on without asking.
    pub fn beside(self, name: &'static str, value: &impl Serialize) -> Response {
        match serde_json::to_value(value) {
            Ok(value) => {
                let mut response = self.into_response();
                response.extensions_mut().insert(Beside { name, value });
                response
            }
            Err(e) => Self(Error::internal(e)).into_response(),
        }
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

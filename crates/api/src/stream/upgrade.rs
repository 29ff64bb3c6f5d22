//! The way from HTTP to a WebSocket (RFC 6455, 4.2). HTTP/1.1 only: that is what the server speaks.

use axum::{
    body::Body,
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use hyper::upgrade::OnUpgrade;
use portico_edge::Problem;
use portico_types::{Error, Result};
use sha1::{Digest, Sha1};

/// What the protocol puts behind a client's key.
const MAGIC: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A request that asks for a WebSocket, and may have one.
pub(crate) struct Upgrade {
    accept: HeaderValue,
    upgraded: OnUpgrade,
}

/// Whether a header that is a list has this word.
fn lists(headers: &HeaderMap, name: HeaderName, word: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|v| v.to_str().ok());
    values.flat_map(|v| v.split(',')).any(|w| w.trim().eq_ignore_ascii_case(word))
}

/// What the server answers to a client's key: 16 bytes in base 64.
fn answer(key: &HeaderValue) -> Option<HeaderValue> {
    let key = key.as_bytes();
    if key.len() != 24 || STANDARD.decode(key).ok()?.len() != 16 {
        return None;
    }
    let digest = Sha1::new().chain_update(key).chain_update(MAGIC).finalize();
    HeaderValue::from_str(&STANDARD.encode(digest)).ok()
}

fn read(parts: &mut Parts) -> Result<Upgrade> {
    let headers = &parts.headers;
    if parts.method != Method::GET
        || !lists(headers, header::CONNECTION, "upgrade")
        || !lists(headers, header::UPGRADE, "websocket")
    {
        return Err(Error::invalid("Upgrade", "this is a WebSocket; ask for the upgrade"));
    }
    if headers.get(header::SEC_WEBSOCKET_VERSION).is_none_or(|v| v != "13") {
        return Err(Error::invalid("Sec-WebSocket-Version", "the version spoken here is 13"));
    }
    let key = headers.get(header::SEC_WEBSOCKET_KEY).and_then(answer);
    let accept =
        key.ok_or_else(|| Error::invalid("Sec-WebSocket-Key", "the key is 16 random bytes in base 64"))?;
    let upgraded = parts
        .extensions
        .remove::<OnUpgrade>()
        .ok_or_else(|| Error::invalid("Upgrade", "this connection cannot be upgraded; use HTTP/1.1"))?;
    Ok(Upgrade { accept, upgraded })
}

impl<S: Send + Sync> FromRequestParts<S> for Upgrade {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(read(parts)?)
    }
}

impl Upgrade {
    /// The answer that switches, and the connection when it is out.
    pub(super) fn accept(self) -> (Response, OnUpgrade) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, self.accept);
        (response, self.upgraded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    #[test]
    fn the_key_of_the_specification_gets_its_answer() {
        let of = |key| answer(&HeaderValue::from_static(key));
        assert_eq!(of("dGhlIHNhbXBsZSBub25jZQ==").unwrap(), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        for bad in ["", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25j", "****************************"] {
            assert!(of(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let whole = [
            ("connection", "keep-alive, Upgrade"),
            ("upgrade", "WebSocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ];
        // Everything is there but a connection that can be upgraded.
        for (without, field) in [
            (usize::MAX, "Upgrade"),
            (0, "Upgrade"),
            (1, "Upgrade"),
            (2, "Sec-WebSocket-Version"),
            (3, "Sec-WebSocket-Key"),
        ] {
            let mut request = Request::builder();
            for (i, (name, value)) in whole.iter().enumerate() {
                if i != without {
                    request = request.header(*name, *value);
                }
            }
            let (mut parts, ()) = request.body(()).unwrap().into_parts();
            let refused = read(&mut parts).err().unwrap();
            assert_eq!((refused.field(), refused.code().status()), (Some(field), 400));
            assert_eq!(refused.message().contains("HTTP/1.1"), without == usize::MAX);
        }
    }
}

//! One request.

use super::{Answer, Caller, HOST, caller::Proof, described};
use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header},
};
use bytes::Bytes;
use http_body_util::BodyExt;
use serde::Serialize;
use std::{
    future::{Future, IntoFuture},
    net::{IpAddr, SocketAddr},
    pin::Pin,
};
use tower::ServiceExt;

/// A request being made. Awaiting it sends it.
#[must_use = "a request is sent when it is awaited"]
pub struct Ask<'a> {
    caller: Caller<'a>,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
    from: IpAddr,
    guarded: bool,
}

impl<'a> Ask<'a> {
    pub(super) fn new(caller: Caller<'a>, method: Method, path: &str) -> Self {
        let absolute =
            ["/api/", "/widget/", "/security", "/.well-known/"].iter().any(|p| path.starts_with(p));
        let path = if absolute { path.to_owned() } else { format!("{}{path}", portico_api::BASE) };
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static(HOST));
        Self {
            caller,
            method,
            path,
            headers,
            body: Bytes::new(),
            from: IpAddr::from([127, 0, 0, 1]),
            guarded: true,
        }
    }

    /// With a JSON body.
    pub fn json(self, body: impl Serialize) -> Self {
        let bytes = serde_json::to_vec(&body).expect("JSON");
        self.raw("application/json", bytes)
    }

    /// With any body.
    pub fn raw(mut self, kind: &str, bytes: impl Into<Bytes>) -> Self {
        self.body = bytes.into();
        self.header("content-type", kind)
    }

    /// With a header, which takes the place of another of this name.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        self.headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).expect("a header's value"));
        self
    }

    /// Once for this key.
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// From this address.
    pub fn from(mut self, ip: &str) -> Self {
        self.from = ip.parse().expect("an address");
        self
    }

    /// Without the guard that goes with the cookie.
    pub fn unguarded(mut self) -> Self {
        self.guarded = false;
        self
    }

    async fn send(mut self) -> Answer {
        let app = self.caller.app;
        let mut set = |name: &str, value: &str| {
            let name: HeaderName = name.parse().expect("a header's name");
            self.headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).expect("a header's value"));
        };
        match &self.caller.proof {
            Proof::Nobody => {}
            Proof::Bearer(secret) => set("authorization", &format!("Bearer {secret}")),
            Proof::Session(who) => set("authorization", &format!("Bearer {}", app.seat(who).await.token)),
            Proof::Cookie(who) => {
                let seat = app.seat(who).await;
                set("cookie", &format!("{}={}", portico_edge::SESSION_COOKIE, seat.token));
                if self.guarded && self.method != Method::GET {
                    set("x-portico-csrf", &seat.csrf);
                }
            }
        }
        let method = self.method.clone();
        let mut request = Request::new(Body::from(self.body));
        *request.method_mut() = self.method;
        *request.uri_mut() = self.path.parse().expect("an address");
        *request.headers_mut() = self.headers;
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(self.from, 40_000)));
        let response = match app.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("the body of an answer").to_bytes();
        let status = parts.status.as_u16();
        assert_eq!(
            described::wrong(method.as_str(), &self.path, status),
            None,
            "{}",
            String::from_utf8_lossy(&body)
        );
        Answer { asked: format!("{method} {}", self.path), status, headers: parts.headers, body }
    }
}

impl<'a> IntoFuture for Ask<'a> {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

//! Who calls.

use super::{Ask, HttpApp};
use crate::Person;
use axum::http::Method;
use serde::Serialize;

/// How a caller says who they are.
#[derive(Clone, Debug)]
pub(super) enum Proof {
    Nobody,
    Bearer(String),
    Session(Person),
    Cookie(Person),
}

/// Someone who can call. Made by `HttpApp::as_…`.
#[derive(Clone)]
pub struct Caller<'a> {
    pub(super) app: &'a HttpApp,
    pub(super) proof: Proof,
}

impl<'a> Caller<'a> {
    pub(super) fn nobody(app: &'a HttpApp) -> Self {
        Self { app, proof: Proof::Nobody }
    }

    pub(super) fn bearer(app: &'a HttpApp, secret: &str) -> Self {
        Self { app, proof: Proof::Bearer(secret.to_owned()) }
    }

    pub(super) fn member(app: &'a HttpApp, who: Person, cookie: bool) -> Self {
        Self { app, proof: if cookie { Proof::Cookie(who) } else { Proof::Session(who) } }
    }

    /// A request of any method, without a body yet. Paths of the native API are given without its base.
    pub fn ask(&self, method: &str, path: &str) -> Ask<'a> {
        Ask::new(self.clone(), Method::from_bytes(method.as_bytes()).expect("a method"), path)
    }

    /// `GET`.
    pub fn get(&self, path: &str) -> Ask<'a> {
        self.ask("GET", path)
    }

    /// `POST` with JSON.
    pub fn post(&self, path: &str, body: impl Serialize) -> Ask<'a> {
        self.ask("POST", path).json(body)
    }

    /// `PATCH` with JSON.
    pub fn patch(&self, path: &str, body: impl Serialize) -> Ask<'a> {
        self.ask("PATCH", path).json(body)
    }

    /// `PUT` with JSON.
    pub fn put(&self, path: &str, body: impl Serialize) -> Ask<'a> {
        self.ask("PUT", path).json(body)
    }

    /// `DELETE`.
    pub fn delete(&self, path: &str) -> Ask<'a> {
        self.ask("DELETE", path)
    }

    /// Uploads bytes under a name, which is put into the address as it must be.
    pub fn upload(&self, name: &str, bytes: impl Into<bytes::Bytes>) -> Ask<'a> {
        self.ask("POST", &format!("/files?name={}", escaped(name))).raw("application/octet-stream", bytes)
    }
}

/// A text as part of an address.
pub fn escaped(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    text.bytes()
        .flat_map(|b| ['%', char::from(DIGITS[usize::from(b >> 4)]), char::from(DIGITS[usize::from(b & 15)])])
        .collect()
}

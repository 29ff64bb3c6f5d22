//! Before everything else of a visitor: which inbox the key opens, and which websites may ask.

use crate::Api;
use axum::{
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use portico_core::{
    Ctx,
    customers::widget::{self, Door},
};
use portico_edge::Problem;
use portico_policy::Actor;
use portico_types::{Error, InboxId, Result};
use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

/// The inbox at hand.
#[derive(Clone)]
pub(crate) struct At {
    pub(crate) door: Door,
    /// Its key, for addresses.
    pub(crate) key: String,
}

impl At {
    /// The visitor who asks, if their token is one of this inbox.
    pub(crate) fn visitor(&self, ctx: Ctx) -> Result<Ctx> {
        match ctx.actor {
            Actor::Contact { inbox, .. } if inbox == self.door.inbox && ctx.tenant == self.door.tenant => {
                Ok(ctx)
            }
            _ => Err(Error::refused("token", "this token is not for this inbox; begin as a visitor")),
        }
    }
}

/// The keys of inboxes whose visitors have come to this node: events name the inbox by its id alone, and the addresses in
/// them are below the key. As many as there are inboxes in use.
static KEYS: RwLock<Option<HashMap<InboxId, String>>> = RwLock::new(None);

/// The key of an inbox that somebody came to.
pub(super) fn known_key(inbox: InboxId) -> Option<String> {
    KEYS.read().unwrap_or_else(PoisonError::into_inner).as_ref()?.get(&inbox).cloned()
}

fn remember(inbox: InboxId, key: &str) {
    if known_key(inbox).is_none_or(|known| known != key) {
        let mut keys = KEYS.write().unwrap_or_else(PoisonError::into_inner);
        keys.get_or_insert_default().insert(inbox, key.to_owned());
    }
}

/// Finds the inbox, answers preflights, and lets the browser show the answer to the websites that may have it.
pub(crate) async fn gate(
    State(api): State<Api>,
    Path(params): Path<HashMap<String, String>>,
    mut request: Request,
    next: Next,
) -> Response {
    let key = params.get("key").cloned().unwrap_or_default();
    let door = match widget::door(&api.edge.app, &key).await {
        Ok(door) => door,
        Err(e) => return Problem(e).into_response(),
    };
    let origin = allowed(&door, request.headers()).and_then(|o| HeaderValue::from_str(&o).ok());
    let mut response = if request.method() == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        remember(door.inbox, &key);
        request.extensions_mut().insert(At { door, key });
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("authorization, content-type, idempotency-key"),
        );
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("retry-after, x-request-id"),
        );
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    response
}

/// The asking website, if it may carry this widget. Without credentials of the browser's own in play, this only keeps
/// others from using the inbox's name; the visitor's token is what opens anything.
fn allowed(door: &Door, headers: &HeaderMap) -> Option<String> {
    let origin = headers.get(header::ORIGIN)?.to_str().ok()?.to_ascii_lowercase();
    (door.allowed_origins.is_empty() || door.allowed_origins.contains(&origin)).then_some(origin)
}

//! Who is asking: from a bearer token or the session cookie to a `Ctx`.

use crate::{Known, Limiter, Problem, Site, Sockets, once::Fingerprint};
use axum::{
    extract::{ConnectInfo, FromRef, FromRequestParts},
    http::{HeaderMap, HeaderValue, Method, header, request::Parts},
};
use portico_core::{App, Ctx, IdempotencyKey, people};
use portico_policy::{Actor, Reason};
use portico_types::{Error, Id, Result, TenantId};
use sha2::{Digest, Sha256};
use std::{net::SocketAddr, sync::Arc};
use subtle::ConstantTimeEq;

/// The session cookie where browsers reach us securely; elsewhere it goes without the prefix, which demands TLS.
pub const SESSION_COOKIE: &str = "__Host-portico";
const PLAIN_COOKIE: &str = "portico";

/// What the edge needs to know of the rest.
#[derive(Clone)]
pub struct Edge {
    /// The application.
    pub app: App,
    /// How the outside reaches us.
    pub site: Arc<Site>,
    /// Remembered identities.
    pub known: Arc<Known>,
    /// Sign-in attempts at this node, by address and by account; [`Edge::count_attempt`] counts for all nodes.
    pub attempts: Arc<Limiter>,
    /// Requests of people outside, by address.
    pub public: Arc<Limiter>,
    /// Open streams, by address.
    pub sockets: Arc<Sockets>,
}

impl Edge {
    /// Counts an attempt to sign in from `address` to `account`, here and for all nodes; refuses one too many.
    pub async fn count_attempt(&self, address: &str, account: &str) -> Result<()> {
        self.attempts.take(address)?;
        self.attempts.take(account)?;
        people::count_attempt(&self.app, &[address, account], self.attempts.pace()).await
    }

    /// Counts something under a key that says what it is, by the pace of `limiter`: here, and for all nodes and over
    /// restarts; refuses one too many. It costs a write, so it is for what is rare.
    pub async fn count(&self, limiter: &Limiter, key: &str) -> Result<()> {
        limiter.take(key)?;
        people::count_attempt(&self.app, &[key], limiter.pace()).await
    }

    /// Forgets what was counted of an account, whose owner it was.
    pub async fn forgive(&self, account: &str) -> Result<()> {
        self.attempts.forgive(account);
        people::forgive_attempts(&self.app, account).await
    }

    /// A fresh id outside any command.
    pub fn fresh<T: From<Id>>(&self) -> T {
        self.app.ctx(TenantId(0), Actor::System(Reason::Job)).id()
    }
}

/// The caller's address and headers, for what needs no account.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Their address.
    pub ip: String,
    /// What their browser says it is.
    pub agent: String,
    /// This server's address as they see it.
    pub url: String,
    /// Whether they reach us securely.
    pub secure: bool,
}

/// Cut and cleaned user agent.
pub fn agent(headers: &HeaderMap) -> String {
    headers
        .get(header::USER_AGENT)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default()
        .chars()
        .take(200)
        .collect()
}

impl<S: Send + Sync> FromRequestParts<S> for Peer
where
    Edge: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let edge = Edge::from_ref(state);
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(SocketAddr::from(([127, 0, 0, 1], 0)), |c| c.0);
        Ok(Self {
            ip: edge.site.caller(&parts.headers, peer).to_string(),
            agent: agent(&parts.headers),
            url: edge.site.url(&parts.headers),
            secure: edge.site.is_secure(&parts.headers),
        })
    }
}

/// A member (guest, bot, token), signed in.
pub struct Member(pub Ctx);
/// A contact or reporter, with their token.
pub struct Outsider(pub Ctx);
/// Somebody, if they say who they are.
pub struct Anyone(pub Option<Ctx>);
/// The key of a request that must happen once, for what needs no account. With one, `Ctx` has it already.
pub struct Once(pub Option<IdempotencyKey>);

async fn identify<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<Option<Ctx>>
where
    Edge: FromRef<S>,
{
    let edge = Edge::from_ref(state);
    let (secret, by_cookie) = match bearer(&parts.headers)? {
        Some(token) => (token, false),
        None => match cookie(&parts.headers, edge.site.is_secure(&parts.headers)) {
            Some(token) => (token, true),
            None => return Ok(None),
        },
    };
    let hash: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
    let now = edge.app.clock().now();
    let since = edge.known.age();
    let identity = if let Some(identity) = edge.known.get(&hash, now) {
        identity
    } else {
        let identity = people::authenticate(&edge.app, &secret).await?;
        // A tracking link may be replaced on another node at any moment, and its owner asks seldom.
        if !matches!(identity.actor, Actor::Reporter { .. }) {
            edge.known.put(hash, identity.clone(), now, since);
        }
        identity
    };
    if by_cookie && !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        guard(parts, identity.csrf.as_deref())?;
    }
    let mut ctx = edge.app.ctx(identity.tenant, identity.actor);
    ctx.ip = Peer::from_request_parts(parts, state).await.ok().map(|p| p.ip);
    if let Some(seen_at) = identity.seen_at
        && seen_at.plus(portico_types::Millis::MINUTE) <= now
    {
        people::touch(&edge.app, &ctx, seen_at).await?;
        edge.known.put(hash, people::Identity { seen_at: Some(now), ..identity }, now, since);
    }
    ctx.key = key(parts)?;
    Ok(Some(ctx))
}

impl<S: Send + Sync> FromRequestParts<S> for Once {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(key(parts)?))
    }
}

fn bearer(headers: &HeaderMap) -> Result<Option<String>> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let token = value.to_str().ok().and_then(|v| v.strip_prefix("Bearer ")).map(str::trim);
    token.filter(|t| !t.is_empty()).map(|t| Some(t.to_owned())).ok_or_else(Error::unauthenticated)
}

/// Where browsers reach us securely, only the cookie with the prefix counts: any page of a neighbouring host name can
/// set one without it, and sign somebody in as somebody else.
fn cookie(headers: &HeaderMap, secure: bool) -> Option<String> {
    let ours = if secure { SESSION_COOKIE } else { PLAIN_COOKIE };
    let all = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    all.flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == ours)
        .map(|(_, value)| value.to_owned())
}

/// A cookie is sent by any page that talks to us; only our own pages know the guard.
fn guard(parts: &Parts, csrf: Option<&str>) -> Result<()> {
    let given = parts.headers.get("x-portico-csrf").map(HeaderValue::as_bytes).unwrap_or_default();
    let known = csrf.unwrap_or_default().as_bytes();
    if known.is_empty() || !bool::from(given.ct_eq(known)) {
        return Err(Error::csrf());
    }
    if parts.headers.get("sec-fetch-site").is_some_and(|v| v.as_bytes() == b"cross-site") {
        return Err(Error::csrf());
    }
    Ok(())
}

fn key(parts: &Parts) -> Result<Option<IdempotencyKey>> {
    let Some(value) = parts.headers.get("idempotency-key") else { return Ok(None) };
    let bad = || Error::invalid("Idempotency-Key", "send 1 to 128 visible ASCII characters");
    let key = value.to_str().map_err(|_| bad())?;
    if key.is_empty() || key.len() > 128 || !key.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(bad());
    }
    Ok(parts
        .extensions
        .get::<Fingerprint>()
        .map(|f| IdempotencyKey { key: key.to_owned(), fingerprint: f.0 }))
}

/// The cookie of a new session, or, without a token, the one that ends it.
pub fn session_cookie(token: Option<&str>, secure: bool, max_age_s: i64) -> String {
    let (name, flags) = if secure { (SESSION_COOKIE, "; Secure") } else { (PLAIN_COOKIE, "") };
    match token {
        Some(token) => format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_s}{flags}"),
        None => format!("{name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{flags}"),
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Member
where
    Edge: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match identify(parts, state).await? {
            Some(ctx) if ctx.actor.member().is_some() => Ok(Self(ctx)),
            _ => Err(Error::unauthenticated().into()),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Outsider
where
    Edge: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match identify(parts, state).await? {
            Some(ctx) if matches!(ctx.actor, Actor::Contact { .. } | Actor::Reporter { .. }) => Ok(Self(ctx)),
            _ => Err(Error::unauthenticated().into()),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Anyone
where
    Edge: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Ok(Self(identify(parts, state).await?))
    }
}

//! Who the host says a visitor is: a JWT (RFC 7519) signed with the inbox's secret, HS256 and nothing else.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use portico_types::{Error, Millis, Result};
use serde::Deserialize;
use sha2::Sha256;
use std::collections::BTreeMap;

/// Longest token, in bytes.
const TOKEN: usize = 8_192;
/// How far ahead a token may end, in ms: one that leaks is soon worth nothing.
const AHEAD: i64 = Millis::HOUR;
/// How much the host's clock may differ from ours, in ms.
const SKEW: i64 = Millis::MINUTE;
/// Longest subject, in bytes.
const SUBJECT: usize = 255;

/// What the host vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) subject: String,
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) attributes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    // Extensions that must be understood (RFC 7515 4.1.11): there are none here.
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
    nbf: Option<i64>,
    aud: Audience,
    name: Option<String>,
    email: Option<String>,
    #[serde(default)]
    attributes: BTreeMap<String, Plain>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Plain {
    Text(String),
    Number(serde_json::Number),
    Bool(bool),
}

fn refused(why: &'static str) -> Error {
    Error::refused("jwt", why)
}

/// Checks a token of the host for the inbox with this key, and reads it.
pub(super) fn verify(token: &str, secret: &str, inbox_key: &str, now: Millis) -> Result<Identity> {
    if token.len() > TOKEN {
        return Err(Error::too_large("jwt", format!("the token is longer than {TOKEN} bytes")));
    }
    let malformed =
        || refused("the token is no JWT; send header.payload.signature, base64url without padding");
    let (signed, signature) = token.rsplit_once('.').ok_or_else(malformed)?;
    let (header, payload) = signed.split_once('.').ok_or_else(malformed)?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| malformed());
    let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| malformed())?;
    // What the token says of itself is no choice of ours: one algorithm, whatever stands there.
    if header.alg != "HS256" || header.crit.is_some() {
        return Err(refused("the token must be signed with HS256"));
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(Error::internal)?;
    mac.update(signed.as_bytes());
    // Takes the same time wherever the two differ.
    mac.verify_slice(&decode(signature)?)
        .map_err(|_| refused("the signature does not match; sign with the inbox's identity secret"))?;
    let claims: Claims = serde_json::from_slice(&decode(payload)?)
        .map_err(|_| refused("the token needs sub (text), exp (whole seconds) and aud (the inbox key)"))?;
    check_times(&claims, now)?;
    let meant = match &claims.aud {
        Audience::One(aud) => aud == inbox_key,
        Audience::Many(list) => list.iter().any(|aud| aud == inbox_key),
    };
    if !meant {
        return Err(refused("the token is for another audience; put the inbox key into aud"));
    }
    let subject = claims.sub;
    if subject.trim().is_empty() || subject.len() > SUBJECT || subject.chars().any(char::is_control) {
        return Err(refused("sub must be 1 to 255 bytes of text"));
    }
    let text = |value: Plain| match value {
        Plain::Text(text) => text,
        Plain::Number(number) => number.to_string(),
        Plain::Bool(yes) => yes.to_string(),
    };
    Ok(Identity {
        subject,
        name: claims.name,
        email: claims.email,
        attributes: claims.attributes.into_iter().map(|(k, v)| (k, text(v))).collect(),
    })
}

fn check_times(claims: &Claims, now: Millis) -> Result<()> {
    let exp = Millis(claims.exp.saturating_mul(Millis::SECOND));
    if exp <= now {
        return Err(refused("the token has expired; sign a new one"));
    }
    if exp > now.plus(AHEAD + SKEW) {
        return Err(refused("exp is too far ahead; sign a token for one hour at most"));
    }
    if claims.nbf.is_some_and(|nbf| Millis(nbf.saturating_mul(Millis::SECOND)) > now.plus(SKEW)) {
        return Err(refused("the token is not valid yet; check the clocks"));
    }
    Ok(())
}

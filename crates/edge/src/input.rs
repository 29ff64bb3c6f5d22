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
        let json =
            request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).is_some_and(|v| {
                v.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
            });
        if !json {
            // Without this a plain form of another site could send us something that parses.
            return Err(Error::unsupported("send the body as application/json").into());
        }
        let bytes = Limited::new(request.into_body(), LIMIT)
            .collect()
            .await
            .map_err(|_| Error::too_large("body", "a JSON body holds 1 MiB at most"))?
            .to_bytes();
        read(&bytes).map(Self).map_err(Problem)
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|e| {
        // A broken document says nothing of a field, wherever the reader stood. (What it calls broken may be a good
        // document with, say, a number where a word was due; so it is read once more for nothing but its form.)
        let whole = e.inner().is_data() || serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok();
        unreadable(if whole { field(&e) } else { "body".to_owned() }, e.inner())
    })?;
    json.end().map_err(|e| unreadable("body".to_owned(), &e))?;
    Ok(value)
}

fn unreadable(field: String, e: &serde_json::Error) -> Error {
    let plain: String = e.to_string().chars().filter(|c| !c.is_control()).take(200).collect();
    Error::invalid(field, format!("the body cannot be read: {plain}"))
}

/// Longest name of a field passed back; ours are all shorter.
const NAME: usize = 60;

/// The field at fault as our own types name it, such as `owner.email`: never a value or a key the caller made up.
fn field(e: &serde_path_to_error::Error<serde_json::Error>) -> String {
    use serde_path_to_error::Segment;
    let mut names: Vec<&str> = Vec::new();
    for segment in e.path() {
        match segment {
            Segment::Map { key } => names.push(key),
            Segment::Seq { .. } => {}
            Segment::Enum { .. } | Segment::Unknown => break,
        }
    }
    let text = e.inner().to_string();
    named(names.into_iter().chain(missing(&text)))
}

/// What is missing is not on the way there; its name is ours, and the only thing in backticks.
fn missing(text: &str) -> Option<&str> {
    text.strip_prefix("missing field `")?.split_once('`').map(|(name, _)| name)
}

fn named<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let name = names.collect::<Vec<_>>().join(".");
    let ours = name.split('.').all(|part| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    });
    if ours && name.len() <= NAME { name } else { "body".to_owned() }
}

/// The parameter at fault, which what the reader says begins with; or `query`.
fn word(text: &str) -> String {
    let said = text.strip_prefix("Failed to deserialize query string: ").unwrap_or_default();
    let name = missing(said).or_else(|| said.split_once(": ").map(|(name, _)| name));
    name.map(|n| named([n].into_iter())).filter(|n| n != "body").unwrap_or_else(|| "query".to_owned())
}

/// A query string.
pub struct Words<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Words<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        axum::extract::Query::<T>::try_from_uri(&parts.uri).map(|q| Self(q.0)).map_err(|e| {
            let text = e.body_text();
            Error::invalid(word(&text), text.chars().take(200).collect::<String>()).into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only whether it can be read is asked")]
    struct Form {
        name: String,
        count: Option<i64>,
        #[serde(default)]
        kinds: Vec<Kind>,
        owner: Option<Owner>,
        #[serde(default)]
        attributes: std::collections::BTreeMap<String, i64>,
        exactly: Option<[u8; 2]>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Public,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only whether it can be read is asked")]
    struct Owner {
        email: String,
    }

    fn field_of(body: &str) -> String {
        read::<Form>(body.as_bytes()).unwrap_err().field().unwrap().to_owned()
    }

    #[test]
    fn the_field_at_fault_is_named() {
        assert_eq!(field_of("{}"), "name");
        assert_eq!(field_of(r#"{"name":5}"#), "name");
        assert_eq!(field_of(r#"{"name":"a","count":"7"}"#), "count");
        assert_eq!(field_of(r#"{"name":"a","count":1.5}"#), "count");
        assert_eq!(field_of(r#"{"name":"a","count":1e999}"#), "count");
        assert_eq!(field_of(r#"{"name":"a","kinds":["public","secret"]}"#), "kinds");
        assert_eq!(field_of(r#"{"name":"a","kinds":["public",1]}"#), "kinds");
        assert_eq!(field_of(r#"{"name":"a","owner":{"email":[]}}"#), "owner.email");
        assert_eq!(field_of(r#"{"name":"a","owner":{}}"#), "owner.email");
        assert_eq!(field_of(r#"{"name":"a","exactly":[1,300]}"#), "exactly");
        assert_eq!(read::<Form>(b"{\"name\":\"\xff\"}").unwrap_err().field(), Some("name"));
    }

    #[test]
    fn a_broken_document_is_the_body() {
        for body in ["", "[]", "7", "null", "{", r#"{"name":"a"} trailing"#, "\u{feff}{}"] {
            assert_eq!(field_of(body), "body", "{body}");
        }
    }

    #[test]
    fn neither_a_value_nor_a_key_of_the_caller_comes_back_as_a_field() {
        assert_eq!(field_of(r#"{"name":"a","kinds":["`evil`"]}"#), "kinds");
        assert_eq!(field_of(r#"{"name":"a","attributes":{"<script>":"x"}}"#), "body");
        assert_eq!(field_of(r#"{"name":"a","attributes":{"250":"x"}}"#), "body");
        assert_eq!(
            field_of(&format!(r#"{{"name":"a","attributes":{{"{}":"x"}}}}"#, "k".repeat(500))),
            "body"
        );
    }
}

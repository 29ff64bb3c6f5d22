//! Inboxes: where conversations with customers come in.
use portico_types::{Error, InboxId, MemberId, Result, TeamId};
use serde::{Deserialize, Serialize};

crate::room::coded! {
    /// How conversations come in.
    InboxKind { Website = 0, Email = 1, Api = 2 }
}

crate::room::coded! {
    /// Whether something is asked for, and whether one must answer.
    Asked { Off = 0, Optional = 1, Required = 2 }
}

/// What a visitor is asked before the first message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Form {
    pub name: Asked,
    pub email: Asked,
}

impl Default for Form {
    fn default() -> Self {
        Self { name: Asked::Off, email: Asked::Optional }
    }
}

/// An inbox as its agents and admins see it. The identity secret is not in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Inbox {
    #[schema(value_type = String)]
    pub id: InboxId,
    pub display_id: i64,
    pub kind: InboxKind,
    pub name: String,
    /// The public key in the snippet. It names the inbox; it opens nothing.
    pub key: String,
    /// Origins that may carry the widget. Empty means any.
    pub allowed_origins: Vec<String>,
    /// `#rrggbb`.
    pub color: String,
    pub greeting: String,
    pub form: Form,
    /// Agents see what the visitor is typing; the widget says so.
    pub typing_preview: bool,
    /// Whether visitors come with a JWT of the host.
    pub identity: Asked,
    #[schema(value_type = Option<String>)]
    pub team_id: Option<TeamId>,
    #[schema(value_type = Vec<String>)]
    pub member_ids: Vec<MemberId>,
}

/// An origin as browsers send it: scheme, host and port, nothing more.
pub fn check_origin(origin: &str) -> Result<String> {
    let bad = || {
        Error::invalid(
            "allowed_origins",
            format!("{origin:?} is no origin; write https://shop.example without a path"),
        )
    };
    let lower = origin.trim().to_ascii_lowercase();
    let (scheme, host) = lower.split_once("://").ok_or_else(bad)?;
    let fine = matches!(scheme, "https" | "http")
        && !host.is_empty()
        && host.len() <= 255
        && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']'));
    if fine { Ok(lower) } else { Err(bad()) }
}

/// A brand colour.
pub fn check_color(color: &str) -> Result<String> {
    let lower = color.to_ascii_lowercase();
    if lower.len() == 7 && lower.starts_with('#') && lower[1..].chars().all(|c| c.is_ascii_hexdigit()) {
        Ok(lower)
    } else {
        Err(Error::invalid("color", "a colour is written #rrggbb"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_no_path_and_no_wildcard() {
        assert_eq!(check_origin("HTTPS://Shop.Example").unwrap(), "https://shop.example");
        assert_eq!(check_origin("http://127.0.0.1:8080").unwrap(), "http://127.0.0.1:8080");
        for bad in
            ["shop.example", "https://", "https://a/b", "https://*.a", "javascript://a", "https://a'", "null"]
        {
            assert!(check_origin(bad).is_err(), "{bad}");
        }
    }
}

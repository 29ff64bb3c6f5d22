//! Sessions, invitations and personal tokens: how someone comes in.
use crate::member::Role;
use portico_types::{Error, InviteId, MemberId, Millis, Result, RoomId, SessionId, TokenId};
use serde::{Deserialize, Serialize};

/// How long a session lives without use, and at most, in ms.
pub const SESSION_IDLE: i64 = 30 * Millis::DAY;
/// The absolute end of a session, in ms after sign-in.
pub const SESSION_LIFE: i64 = 180 * Millis::DAY;

/// A signed-in device as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Session {
    #[schema(value_type = String)]
    pub id: SessionId,
    #[schema(value_type = i64)]
    pub created_at: Millis,
    #[schema(value_type = i64)]
    pub last_seen_at: Millis,
    #[schema(value_type = i64)]
    pub expires_at: Millis,
    pub user_agent: String,
    pub ip: String,
    pub current: bool,
}

/// What a personal token may be used for.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// See what its owner sees in the Team desk.
    Read,
    /// Write and change there.
    Write,
    /// The Customers desk.
    Customers,
    /// The Security desk.
    Security,
    /// Manage the organization.
    Admin,
}

impl Scope {
    /// All scopes.
    pub const ALL: [Self; 5] = [Self::Read, Self::Write, Self::Customers, Self::Security, Self::Admin];

    /// Its bit in a stored set.
    pub const fn bit(self) -> i64 {
        1 << (self as i64)
    }
}

/// A set of scopes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scopes(pub i64);

impl Scopes {
    /// Everything a signed-in session may.
    pub const FULL: Self = Self(i64::MAX);

    /// Whether `scope` is in it.
    pub const fn has(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// The set of a list.
    pub fn of(list: &[Scope]) -> Self {
        Self(list.iter().fold(0, |bits, s| bits | s.bit()))
    }

    /// The list of a set.
    pub fn list(self) -> Vec<Scope> {
        Scope::ALL.into_iter().filter(|s| self.has(*s)).collect()
    }
}

/// A personal access token without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Token {
    #[schema(value_type = String)]
    pub id: TokenId,
    pub name: String,
    pub scopes: Vec<Scope>,
    #[schema(value_type = i64)]
    pub created_at: Millis,
    #[schema(value_type = Option<i64>)]
    pub expires_at: Option<Millis>,
    #[schema(value_type = Option<i64>)]
    pub last_used_at: Option<Millis>,
}

/// An open invitation without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Invite {
    #[schema(value_type = String)]
    pub id: InviteId,
    pub role: Role,
    #[schema(value_type = String)]
    pub created_by: MemberId,
    #[schema(value_type = i64)]
    pub created_at: Millis,
    #[schema(value_type = i64)]
    pub expires_at: Millis,
    pub uses_left: i64,
    /// Channels the new member joins.
    #[schema(value_type = Vec<String>)]
    pub channel_ids: Vec<RoomId>,
}

/// A password worth hashing: long enough, and not the person's own name or address.
pub fn check_password(field: &'static str, password: &str, known: &[&str]) -> Result<()> {
    let chars = password.chars().count();
    let range = crate::limits::PASSWORD_CHARS;
    if !range.contains(&chars) {
        return Err(Error::invalid(
            field,
            format!("a password has {} to {} characters", range.start(), range.end()),
        ));
    }
    let lower = password.to_lowercase();
    let first = lower.chars().next();
    if lower.chars().all(|c| Some(c) == first)
        || known.iter().any(|k| !k.is_empty() && lower == k.to_lowercase())
    {
        return Err(Error::invalid(field, "this password is too easy to guess; take a longer phrase"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_a_set() {
        let set = Scopes::of(&[Scope::Read, Scope::Security]);
        assert!(set.has(Scope::Read) && !set.has(Scope::Write));
        assert_eq!(set.list(), vec![Scope::Read, Scope::Security]);
        assert!(Scope::ALL.into_iter().all(|s| Scopes::FULL.has(s)));
    }

    #[test]
    fn easy_passwords_are_refused() {
        assert!(check_password("password", "short", &[]).is_err());
        assert!(check_password("password", "aaaaaaaaaaaaaaa", &[]).is_err());
        assert!(check_password("password", "Ann@Example.org", &["ann@example.org"]).is_err());
        assert!(check_password("password", "correct horse battery", &["ann@example.org"]).is_ok());
    }
}

//! For whose eyes a list across rooms is: a member, and the desks their token opens.

use portico_domain::session::Scope;
use portico_policy::Actor;
use portico_types::{Error, MemberId, Result};

/// A member who looks at what is theirs in all rooms. A token that does not open a desk does not show what its owner
/// keeps there either.
#[derive(Clone, Copy, Debug)]
pub struct Sight {
    /// Who.
    pub member: MemberId,
    /// Conversations with customers too.
    pub customers: bool,
    /// Reports too.
    pub security: bool,
}

impl Sight {
    /// What this actor may look at.
    pub fn of(actor: &Actor) -> Result<Self> {
        let (member, scopes) = (actor.member().ok_or_else(Error::unauthenticated)?, actor.scopes());
        Ok(Self { member, customers: scopes.has(Scope::Customers), security: scopes.has(Scope::Security) })
    }
}

/// Somebody signed in, without a token's limits.
impl From<MemberId> for Sight {
    fn from(member: MemberId) -> Self {
        Self { member, customers: true, security: true }
    }
}

//! The proof that something was decided.

use crate::{Action, Actor, Class, Facts, Relation};
use portico_domain::session::Scope;
use portico_types::{Error, Result};
use std::marker::PhantomData;

/// Proof that `A` was granted for one thing. Only this crate can make one; the store writes to the thing it names, not
/// to an argument.
pub struct Permit<A: Action> {
    target: <A::Facts as Facts>::Target,
    _action: PhantomData<A>,
}

impl<A: Action> Permit<A> {
    /// The thing it was granted for.
    pub fn target(&self) -> &<A::Facts as Facts>::Target {
        &self.target
    }
}

impl<A: Action> std::fmt::Debug for Permit<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Permit<{}>", A::NAME)
    }
}

/// Whether the asker sees the thing at all.
pub fn seen<F: Facts>(actor: &Actor, facts: &F) -> bool {
    holds::<F::View>(actor, facts)
}

/// The desks have scopes of their own: a token that reads the team's channels reads neither customers nor reports.
fn scope<A: Action>(class: Class) -> Scope {
    match class {
        Class::Conversation | Class::Inbox => Scope::Customers,
        Class::Report | Class::Program => Scope::Security,
        _ => A::SCOPE,
    }
}

/// Whether what the asker came with is for this. What anybody may, without an account even, every token may.
fn in_scope<A: Action>(actor: &Actor, class: Class) -> bool {
    A::allowed(class).contains(&Relation::Anyone) || actor.scopes().has(scope::<A>(class))
}

fn holds<A: Action>(actor: &Actor, facts: &A::Facts) -> bool {
    in_scope::<A>(actor, facts.class()) && facts.relations(actor).any(A::allowed(facts.class()))
}

/// Decides. What one may not see is not found; what one may see but not do is forbidden.
pub fn require<A: Action>(actor: &Actor, facts: &A::Facts) -> Result<Permit<A>> {
    if facts.standing().is_some_and(|s| s.suspended) {
        return Err(Error::unauthenticated());
    }
    if !seen(actor, facts) {
        // That there is an organization is no secret from its own members: their token just does not open it.
        let own = facts.class() == Class::Organization
            && facts
                .relations(actor)
                .any(<<A::Facts as Facts>::View as Action>::allowed(Class::Organization));
        return Err(match actor {
            Actor::Anonymous => Error::unauthenticated(),
            _ if own => {
                Error::forbidden("the token lacks the scope to read, which everything else needs too")
            }
            _ => Error::not_found(),
        });
    }
    if !in_scope::<A>(actor, facts.class()) {
        return Err(Error::forbidden(format!("the token lacks the scope for {}", A::NAME)));
    }
    if !facts.relations(actor).any(A::allowed(facts.class())) {
        return Err(Error::forbidden(format!("your role does not allow {}", A::NAME)));
    }
    if A::LIVE && !facts.live() {
        return Err(Error::forbidden(A::CLOSED));
    }
    Ok(Permit { target: facts.target(), _action: PhantomData })
}

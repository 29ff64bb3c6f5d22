//! Personal access tokens.

use crate::{Command, Ctx, Query, Record, rooms};
use portico_domain::{
    event::{Audience, Event},
    session::{Scope, Scopes, Token},
};
use portico_policy::{Action, Actor, ManageAccess, Via};
use portico_store::{NewToken, Read, Tx, hash_secret};
use portico_types::{Error, Millis, Result, TokenId};
use serde::{Deserialize, Serialize};

/// Makes a token. Only a signed-in session may: a token cannot make another.
pub struct CreateToken {
    pub name: String,
    pub scopes: Vec<Scope>,
    /// ms; at most a year. None: it does not expire.
    pub expires_in: Option<i64>,
}

/// A token with its secret, which is shown this once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NewlyMade {
    pub token: Token,
    pub secret: String,
}

fn session_only(ctx: &Ctx) -> Result<()> {
    match ctx.actor {
        Actor::Member { via: Via::Session(_), .. } => Ok(()),
        _ => Err(Error::forbidden("tokens are managed when signed in, not with a token")),
    }
}

impl Command for CreateToken {
    type Out = NewlyMade;
    const AUDITED: Option<&'static str> = Some(ManageAccess::NAME);

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<NewlyMade> {
        let permit = tx.access_organization::<ManageAccess>(&ctx.actor)?;
        session_only(ctx)?;
        let name = rooms::name("name", &self.name)?;
        if self.scopes.is_empty() {
            return Err(Error::invalid("scopes", "name at least one scope"));
        }
        if self.expires_in.is_some_and(|ms| !(Millis::MINUTE..=366 * Millis::DAY).contains(&ms)) {
            return Err(Error::invalid("expires_in", "a token lasts from a minute to a year, in ms"));
        }
        let me = ctx.me()?;
        if tx.tokens(&permit, me)?.len() >= 100 {
            return Err(Error::conflict(None, "you have 100 tokens; withdraw one first"));
        }
        let secret = ctx.secret("pat_");
        let id: TokenId = ctx.id();
        let token = tx.insert_token(
            &permit,
            &NewToken {
                id,
                member: me,
                hash: hash_secret(secret.expose()),
                name: &name,
                scopes: Scopes::of(&self.scopes),
                at: ctx.now,
                expires_at: self.expires_in.map(|ms| ctx.now.plus(ms)),
            },
        )?;
        Record::of(ManageAccess::NAME)
            .target("token", id, &name)
            .with("what", "token made")
            .write(ctx, tx)?;
        Ok(NewlyMade { token, secret: secret.expose().clone() })
    }

    fn remember(&self, _: &NewlyMade) -> Result<String> {
        Ok(String::new())
    }

    fn recall(&self, _: &Ctx, _: &mut Tx<'_>, _: &str) -> Result<NewlyMade> {
        Err(Error::conflict(
            None,
            "this token was made; its secret was shown once. withdraw it and make another",
        ))
    }
}

/// One's tokens.
pub struct Tokens;

impl Query for Tokens {
    type Out = Vec<Token>;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        let permit = read.access_organization::<ManageAccess>(&ctx.actor)?;
        read.tokens(&permit, ctx.me()?)
    }
}

/// Withdraws a token; it stops working at once.
pub struct WithdrawToken {
    pub id: TokenId,
}

impl Command for WithdrawToken {
    type Out = ();

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<()> {
        tx.access_organization::<ManageAccess>(&ctx.actor)?;
        let me = ctx.me()?;
        if tx.delete_tokens(me, Some(self.id))? == 0 {
            return Err(Error::not_found());
        }
        tx.emit(ctx.now, None, Audience::Member(me), Event::TokenEnded { token_id: self.id });
        Record::of(ManageAccess::NAME)
            .target("token", self.id, "")
            .with("what", "token withdrawn")
            .write(ctx, tx)
    }
}

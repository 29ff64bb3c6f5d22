//! Passwords: argon2id, off the runtime's threads, a few at a time.

use crate::{App, Command, Ctx, Record};
use argon2::{
    Argon2, Params,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use portico_domain::session::check_password;
use portico_policy::{Action, ManageAccess};
use portico_store::Tx;
use portico_types::{Error, Result, Secret, SessionId};

/// argon2id with 19 MiB, 2 passes, 1 lane: the OWASP minimum profile.
fn hasher() -> Argon2<'static> {
    Argon2::new(
        argon2::Algorithm::Argon2id,
        argon2::Version::V0x13,
        Params::new(19 * 1024, 2, 1, None).unwrap_or_default(),
    )
}

/// Hashes a password. Takes some 20 ms of a core, so it runs on a thread of its own.
pub async fn hash_password(app: &App, password: Secret<String>) -> Result<String> {
    let _turn = app.hashing.acquire().await.map_err(Error::internal)?;
    tokio::task::spawn_blocking(move || {
        hasher().hash_password(password.expose().as_bytes()).map(|h| h.to_string()).map_err(Error::internal)
    })
    .await
    .map_err(Error::internal)?
}

/// Whether a password fits a hash. Without a hash (no such account) the same work is done and the answer is no, so
/// that time tells nothing.
pub async fn verify_password(app: &App, password: Secret<String>, hash: Option<String>) -> Result<bool> {
    // The hash of a password nobody has, with the same parameters.
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Xh0TvhJmJJkhD8kP6XrNXLwYzMcHWzX9PfnPgKZHhHk";
    let _turn = app.hashing.acquire().await.map_err(Error::internal)?;
    tokio::task::spawn_blocking(move || {
        let known = hash.is_some();
        let text = hash.unwrap_or_else(|| NOBODY.to_owned());
        let parsed = PasswordHash::new(&text).map_err(Error::internal)?;
        let fits = hasher().verify_password(password.expose().as_bytes(), &parsed).is_ok();
        Ok(fits && known)
    })
    .await
    .map_err(Error::internal)?
}

/// Changes one's own password and signs every other device out.
pub async fn change_password(
    app: &App,
    ctx: Ctx,
    current: Secret<String>,
    next: Secret<String>,
) -> Result<()> {
    let me = ctx.me()?;
    let (hash, member) = app
        .db()
        .read(ctx.tenant, {
            let actor = ctx.actor;
            move |read| {
                read.access_organization::<ManageAccess>(&actor)?;
                Ok((read.password_hash(me)?, read.member(me)?.ok_or_else(Error::unauthenticated)?))
            }
        })
        .await?;
    check_password("next", next.expose(), &[&member.name, member.email.as_deref().unwrap_or_default()])?;
    if !verify_password(app, current, hash).await? {
        return Err(Error::invalid("current", "this is not your current password"));
    }
    let hash = hash_password(app, next).await?;
    let keep = match ctx.actor {
        portico_policy::Actor::Member { via: portico_policy::Via::Session(id), .. } => Some(id),
        _ => None,
    };
    app.run(ctx, ChangePassword { hash, keep }).await
}

/// Keeps a new password hash. Made by `change_password`.
pub struct ChangePassword {
    hash: String,
    keep: Option<SessionId>,
}

impl Command for ChangePassword {
    type Out = ();

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<()> {
        tx.access_organization::<ManageAccess>(&ctx.actor)?;
        let me = ctx.me()?;
        tx.set_password(me, &self.hash)?;
        super::sessions::end(ctx, tx, me, None, self.keep)?;
        Record::of(ManageAccess::NAME).with("what", "password changed").write(ctx, tx)
    }
}

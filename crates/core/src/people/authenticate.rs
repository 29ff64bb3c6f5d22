//! From a bearer secret to who is asking.

use crate::{App, Ctx};
use portico_domain::session::SESSION_IDLE;
use portico_policy::{Actor, Via};
use portico_store::{CredentialKind, InstanceTx, Looked, hash_secret};
use portico_types::{
    ContactId, Error, InboxId, Millis, ReporterId, Result, RoomId, SessionId, TenantId, TokenId,
};

/// Who a secret belongs to.
#[derive(Clone, Debug)]
pub struct Identity {
    pub tenant: TenantId,
    pub actor: Actor,
    /// The guard of a session's cookie.
    pub csrf: Option<String>,
    /// When the session was last noted as in use.
    pub seen_at: Option<Millis>,
}

/// Finds the owner of a session, personal token, visitor token or tracking token. Unknown, expired, withdrawn and
/// suspended all give the same answer.
pub async fn authenticate(app: &App, secret: &str) -> Result<Identity> {
    if secret.len() > 200 || !secret.is_ascii() {
        return Err(Error::unauthenticated());
    }
    let now = app.clock().now();
    let hash = hash_secret(secret);
    // In one look: a second trip to the readers would cost the first request after a while as much as all the rest.
    app.db()
        .read_instance(move |tx| {
            let looked = tx.look_up(&hash, now)?.ok_or_else(Error::unauthenticated)?;
            owner(tx, &looked, now)
        })
        .await
}

/// Who stands behind a secret that is known, if they may still come in with it.
fn owner(tx: &mut InstanceTx<'_>, looked: &Looked, now: Millis) -> Result<Identity> {
    let tenant = looked.tenant;
    let identity = |actor| Identity { tenant, actor, csrf: None, seen_at: None };
    match CredentialKind::try_from(looked.kind)? {
        CredentialKind::Session => tx.in_tenant(tenant, |read| {
            let session = read.session_row(SessionId(looked.subject))?.ok_or_else(Error::unauthenticated)?;
            let standing = read.standing(session.member)?.ok_or_else(Error::unauthenticated)?;
            let idle = session.last_seen_at.plus(SESSION_IDLE) <= now;
            if standing.suspended || idle || session.expires_at <= now {
                return Err(Error::unauthenticated());
            }
            let actor = Actor::Member { id: session.member, via: Via::Session(session.id) };
            Ok(Identity { tenant, actor, csrf: Some(session.csrf), seen_at: Some(session.last_seen_at) })
        }),
        CredentialKind::Token => tx.in_tenant(tenant, |read| {
            let id = TokenId(looked.subject);
            let token = read.token_row(id, now)?.ok_or_else(Error::unauthenticated)?;
            let standing = read.standing(token.member)?.ok_or_else(Error::unauthenticated)?;
            if standing.suspended {
                return Err(Error::unauthenticated());
            }
            Ok(identity(Actor::Member { id: token.member, via: Via::Token(id, token.scopes) }))
        }),
        CredentialKind::Visitor => {
            Ok(identity(Actor::Contact { id: ContactId(looked.subject), inbox: InboxId(looked.owner) }))
        }
        CredentialKind::Tracking => {
            Ok(identity(Actor::Reporter { id: ReporterId(looked.owner), room: RoomId(looked.subject) }))
        }
        // An invitation is accepted, not signed in with.
        CredentialKind::Invite => Err(Error::unauthenticated()),
    }
}

/// Notes, at most once a minute, that a session is in use.
pub async fn touch(app: &App, ctx: &Ctx, seen_at: Millis) -> Result<()> {
    let Actor::Member { via: Via::Session(id), .. } = ctx.actor else { return Ok(()) };
    if seen_at.plus(Millis::MINUTE) > ctx.now {
        return Ok(());
    }
    let (now, ip) = (ctx.now, ctx.ip.clone().unwrap_or_default());
    app.db().write(ctx.tenant, id.0.shard(), move |tx| tx.touch_session(id, now, &ip)).await
}

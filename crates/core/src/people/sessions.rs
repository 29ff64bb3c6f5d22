//! Signed-in devices.

use crate::{Command, Ctx, Query, Record};
use portico_domain::{
    event::{Audience, Event},
    session::{SESSION_LIFE, Session},
};
use portico_policy::{Action, Actor, ManageAccess, Via};
use portico_store::{NewSession, Read, Tx, hash_secret};
use portico_types::{Error, MemberId, Result, SessionId};
use serde::{Deserialize, Serialize};

/// What a new device gets: shown once, kept hashed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignedIn {
    pub token: String,
    pub csrf: String,
    pub session: SessionId,
    pub member: portico_domain::member::Member,
    /// How long a browser may keep the cookie, in ms.
    pub expires_in: i64,
}

/// Signs a device in. Whoever calls has proven a password or an invitation.
pub(super) fn begin(ctx: &Ctx, tx: &mut Tx<'_>, member: MemberId, user_agent: &str) -> Result<SignedIn> {
    let secret = ctx.secret("ps_");
    let csrf = ctx.secret("");
    let id: SessionId = ctx.id();
    let agent: String = user_agent.chars().filter(|c| !c.is_control()).take(200).collect();
    tx.insert_session(&NewSession {
        id,
        member,
        hash: hash_secret(secret.expose()),
        csrf: csrf.expose(),
        at: ctx.now,
        expires_at: ctx.now.plus(SESSION_LIFE),
        user_agent: &agent,
        ip: ctx.ip.as_deref().unwrap_or_default(),
    })?;
    Ok(SignedIn {
        token: secret.expose().clone(),
        csrf: csrf.expose().clone(),
        session: id,
        member: tx.member(member)?.ok_or_else(Error::not_found)?,
        expires_in: SESSION_LIFE,
    })
}

/// Ends sessions and tells everyone concerned, their own sockets first of all.
pub(super) fn end(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    member: MemberId,
    only: Option<SessionId>,
    keep: Option<SessionId>,
) -> Result<usize> {
    let ended = tx.end_sessions(member, only, keep)?;
    for session_id in &ended {
        tx.emit(ctx.now, None, Audience::Member(member), Event::SessionEnded { session_id: *session_id });
    }
    Ok(ended.len())
}

/// One's own sessions.
pub struct Sessions;

impl Query for Sessions {
    type Out = Vec<Session>;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        let permit = read.access_organization::<ManageAccess>(&ctx.actor)?;
        let current = match ctx.actor {
            Actor::Member { via: Via::Session(id), .. } => Some(id),
            _ => None,
        };
        let mut sessions = read.sessions(&permit, ctx.me()?)?;
        for s in &mut sessions {
            s.current = Some(s.id) == current;
        }
        Ok(sessions)
    }
}

/// Ends one of one's sessions, or all but the one in use.
pub struct EndSessions {
    /// This one; none means all others.
    pub only: Option<SessionId>,
}

impl Command for EndSessions {
    type Out = ();

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<()> {
        // Signing out is always possible for a session, whatever else its owner may not.
        let me = ctx.me()?;
        tx.access_organization::<ManageAccess>(&ctx.actor)?;
        let keep = match (self.only, ctx.actor) {
            (None, Actor::Member { via: Via::Session(id), .. }) => Some(id),
            _ => None,
        };
        let ended = end(ctx, tx, me, self.only, keep)?;
        if self.only.is_some() && ended == 0 {
            return Err(Error::not_found());
        }
        if self.only.is_none() {
            Record::of(ManageAccess::NAME)
                .with("what", "signed out everywhere else")
                .with("sessions", ended)
                .write(ctx, tx)?;
        }
        Ok(())
    }
}

/// A new session and the organization it is in.
#[derive(Clone, Debug)]
pub struct SignedInFor {
    pub tenant: portico_types::TenantId,
    pub signed_in: SignedIn,
}

//! Sessions, personal tokens and invitations, and the secrets that lead to them.

use crate::{CredentialKind, Read, Row, Tx};
use portico_domain::{
    member::Role,
    session::{Invite, Scopes, Session, Token},
};
use portico_policy::{InvitePeople, ManageAccess, Permit};
use portico_types::{Error, Id, InviteId, MemberId, Millis, Result, RoomId, SecretHash, SessionId, TokenId};

/// A session to be.
pub struct NewSession<'a> {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub member: MemberId,
    /// Of its secret.
    pub hash: SecretHash,
    /// The guard of its cookie.
    pub csrf: &'a str,
    /// When.
    pub at: Millis,
    /// Its end.
    pub expires_at: Millis,
    /// What the browser said it is, cut.
    pub user_agent: &'a str,
    /// From where.
    pub ip: &'a str,
}

/// A personal token to be.
pub struct NewToken<'a> {
    /// Its id.
    pub id: TokenId,
    /// Whose.
    pub member: MemberId,
    /// Of its secret.
    pub hash: SecretHash,
    /// What its owner calls it.
    pub name: &'a str,
    /// What it may.
    pub scopes: Scopes,
    /// When.
    pub at: Millis,
    /// Its end, if it has one.
    pub expires_at: Option<Millis>,
}

/// An invitation to be.
pub struct NewInvite<'a> {
    /// Its id.
    pub id: InviteId,
    /// Of its code.
    pub hash: SecretHash,
    /// What the new member becomes.
    pub role: Role,
    /// Who invites.
    pub by: MemberId,
    /// When.
    pub at: Millis,
    /// Its end.
    pub expires_at: Millis,
    /// How many may use it.
    pub uses: i64,
    /// Channels the new member joins.
    pub channels: &'a [RoomId],
}

/// What authentication needs of a session.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Which.
    pub id: SessionId,
    /// Whose.
    pub member: MemberId,
    /// The guard of its cookie.
    pub csrf: String,
    /// When it was last seen, to the minute or so.
    pub last_seen_at: Millis,
    /// Its end.
    pub expires_at: Millis,
}

/// What authentication needs of a personal token.
#[derive(Clone, Copy, Debug)]
pub struct TokenRow {
    /// Whose.
    pub member: MemberId,
    /// What it may be used for.
    pub scopes: Scopes,
    /// Its end, if it has one.
    pub expires_at: Option<Millis>,
}

fn session(r: &Row<'_>) -> Result<Session> {
    Ok(Session {
        id: r.id(0)?,
        created_at: r.at(1)?,
        last_seen_at: r.at(2)?,
        expires_at: r.at(3)?,
        user_agent: r.text(4)?,
        ip: r.text(5)?,
        current: false,
    })
}

fn token(r: &Row<'_>) -> Result<Token> {
    Ok(Token {
        id: r.id(0)?,
        name: r.text(1)?,
        scopes: Scopes(r.int(2)?).list(),
        created_at: r.at(3)?,
        expires_at: r.maybe_at(4)?,
        last_used_at: r.maybe_at(5)?,
    })
}

fn invite(r: &Row<'_>) -> Result<Invite> {
    Ok(Invite {
        id: r.id(0)?,
        role: Role::of(r.int(1)?),
        created_by: r.id(2)?,
        created_at: r.at(3)?,
        expires_at: r.at(4)?,
        uses_left: r.int(5)?,
        channel_ids: r.json(6)?,
    })
}

impl Read<'_> {
    /// A session that is still there, for authentication.
    pub fn session_row(&mut self, id: SessionId) -> Result<Option<SessionRow>> {
        self.one(
            "SELECT id, member_id, csrf, last_seen_at, expires_at FROM session WHERE tenant_id = $1 AND id = $2",
            &[id.into()],
            |r| {
                Ok(SessionRow {
                    id: r.id(0)?,
                    member: r.id(1)?,
                    csrf: r.text(2)?,
                    last_seen_at: r.at(3)?,
                    expires_at: r.at(4)?,
                })
            },
        )
    }

    /// A token that has not expired, for authentication.
    pub fn token_row(&mut self, id: TokenId, now: Millis) -> Result<Option<TokenRow>> {
        self.one(
            "SELECT member_id, scopes, expires_at FROM token
             WHERE tenant_id = $1 AND id = $2 AND (expires_at IS NULL OR expires_at > $3)",
            &[id.into(), now.into()],
            |r| Ok(TokenRow { member: r.id(0)?, scopes: Scopes(r.int(1)?), expires_at: r.maybe_at(2)? }),
        )
    }

    /// One's own sessions, newest use first.
    pub fn sessions(&mut self, _: &Permit<ManageAccess>, member: MemberId) -> Result<Vec<Session>> {
        self.all(
            "SELECT id, created_at, last_seen_at, expires_at, user_agent, ip FROM session
             WHERE tenant_id = $1 AND member_id = $2 ORDER BY last_seen_at DESC, id LIMIT 200",
            &[member.into()],
            session,
        )
    }

    /// One's own tokens.
    pub fn tokens(&mut self, _: &Permit<ManageAccess>, member: MemberId) -> Result<Vec<Token>> {
        self.all(
            "SELECT id, name, scopes, created_at, expires_at, last_used_at FROM token
             WHERE tenant_id = $1 AND member_id = $2 ORDER BY created_at DESC, id LIMIT 200",
            &[member.into()],
            token,
        )
    }

    /// Open invitations, newest first.
    pub fn invites(&mut self, _: &Permit<InvitePeople>, now: Millis) -> Result<Vec<Invite>> {
        self.all(
            "SELECT id, role, created_by, created_at, expires_at, uses_left, channel_ids FROM invite
             WHERE tenant_id = $1 AND uses_left > 0 AND expires_at > $2 ORDER BY created_at DESC, id LIMIT 200",
            &[now.into()],
            invite,
        )
    }

    /// The invitation a code led to, if it can still be used.
    pub fn usable_invite(&mut self, id: InviteId, now: Millis) -> Result<Option<Invite>> {
        self.one(
            "SELECT id, role, created_by, created_at, expires_at, uses_left, channel_ids FROM invite
             WHERE tenant_id = $1 AND id = $2 AND uses_left > 0 AND expires_at > $3",
            &[id.into(), now.into()],
            invite,
        )
    }
}

impl Tx<'_> {
    /// Keeps the hash of a secret, so that it can be found before the organization is known.
    pub fn insert_credential(
        &mut self,
        hash: &SecretHash,
        kind: CredentialKind,
        subject: Id,
        owner: Id,
        expires_at: Option<Millis>,
    ) -> Result<()> {
        self.send(
            "INSERT INTO credential (hash, tenant_id, kind, subject_id, owner_id, expires_at) VALUES ($2, $1, $3, $4, $5, $6)",
            &[(&hash.0).into(), kind.into(), subject.into(), owner.into(), expires_at.into()],
        )?;
        Ok(())
    }

    /// Forgets every secret that leads to a thing.
    pub fn delete_credentials(&mut self, subject: Id) -> Result<()> {
        self.send("DELETE FROM credential WHERE tenant_id = $1 AND subject_id = $2", &[subject.into()])?;
        Ok(())
    }

    /// Signs a device in. Whoever calls has proven the password or the invitation.
    pub fn insert_session(&mut self, new: &NewSession<'_>) -> Result<()> {
        self.send(
            "INSERT INTO session (tenant_id, id, member_id, hash, csrf, created_at, last_seen_at, expires_at, user_agent, ip)
             VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9)",
            &[
                new.id.into(),
                new.member.into(),
                (&new.hash.0).into(),
                new.csrf.into(),
                new.at.into(),
                new.expires_at.into(),
                new.user_agent.into(),
                new.ip.into(),
            ],
        )?;
        self.insert_credential(
            &new.hash,
            CredentialKind::Session,
            new.id.0,
            new.member.0,
            Some(new.expires_at),
        )
    }

    /// Notes that a session is in use, and from where.
    pub fn touch_session(&mut self, id: SessionId, at: Millis, ip: &str) -> Result<()> {
        self.send(
            "UPDATE session SET last_seen_at = $3, ip = $4 WHERE tenant_id = $1 AND id = $2",
            &[id.into(), at.into(), ip.into()],
        )?;
        Ok(())
    }

    /// Ends sessions of a member: one, or all but one. Returns which ended.
    pub fn end_sessions(
        &mut self,
        member: MemberId,
        only: Option<SessionId>,
        keep: Option<SessionId>,
    ) -> Result<Vec<SessionId>> {
        let ended: Vec<SessionId> = self.all(
            "DELETE FROM session WHERE tenant_id = $1 AND member_id = $2 AND id = COALESCE($3, id) AND ($4 = 0 OR id <> $5) RETURNING id",
            &[member.into(), only.into(), keep.is_some().into(), keep.unwrap_or_default().into()],
            |r| r.id(0),
        )?;
        for id in &ended {
            self.delete_credentials(id.0)?;
        }
        Ok(ended)
    }

    /// Makes a personal token.
    pub fn insert_token(&mut self, _: &Permit<ManageAccess>, new: &NewToken<'_>) -> Result<Token> {
        self.send(
            "INSERT INTO token (tenant_id, id, member_id, hash, name, scopes, created_at, expires_at, last_used_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL)",
            &[
                new.id.into(),
                new.member.into(),
                (&new.hash.0).into(),
                new.name.into(),
                new.scopes.0.into(),
                new.at.into(),
                new.expires_at.into(),
            ],
        )?;
        self.insert_credential(&new.hash, CredentialKind::Token, new.id.0, new.member.0, new.expires_at)?;
        self.one(
            "SELECT id, name, scopes, created_at, expires_at, last_used_at FROM token WHERE tenant_id = $1 AND id = $2",
            &[new.id.into()],
            token,
        )?
        .ok_or_else(Error::not_found)
    }

    /// Withdraws a member's token: one, or all.
    pub fn delete_tokens(&mut self, member: MemberId, only: Option<TokenId>) -> Result<u64> {
        let gone: Vec<TokenId> = self.all(
            "DELETE FROM token WHERE tenant_id = $1 AND member_id = $2 AND id = COALESCE($3, id) RETURNING id",
            &[member.into(), only.into()],
            |r| r.id(0),
        )?;
        for id in &gone {
            self.delete_credentials(id.0)?;
        }
        Ok(gone.len() as u64)
    }

    /// Makes an invitation.
    pub fn insert_invite(&mut self, _: &Permit<InvitePeople>, new: &NewInvite<'_>) -> Result<Invite> {
        let channels = serde_json::to_string(new.channels).map_err(Error::internal)?;
        self.send(
            "INSERT INTO invite (tenant_id, id, hash, role, created_by, created_at, expires_at, uses_left, channel_ids)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &[
                new.id.into(),
                (&new.hash.0).into(),
                new.role.code().into(),
                new.by.into(),
                new.at.into(),
                new.expires_at.into(),
                new.uses.into(),
                (&channels).into(),
            ],
        )?;
        self.insert_credential(&new.hash, CredentialKind::Invite, new.id.0, new.by.0, Some(new.expires_at))?;
        self.usable_invite(new.id, new.at)?
            .ok_or_else(|| Error::internal("the invitation is used up at birth"))
    }

    /// Withdraws an invitation.
    pub fn delete_invite(&mut self, _: &Permit<InvitePeople>, id: InviteId) -> Result<()> {
        self.exec_one("DELETE FROM invite WHERE tenant_id = $1 AND id = $2", &[id.into()])?;
        self.delete_credentials(id.0)
    }

    /// Uses an invitation once. Two who race for the last use: one gets it.
    pub fn use_invite(&mut self, id: InviteId, now: Millis) -> Result<()> {
        match self.exec(
            "UPDATE invite SET uses_left = uses_left - 1 WHERE tenant_id = $1 AND id = $2 AND uses_left > 0 AND expires_at > $3",
            &[id.into(), now.into()],
        )? {
            0 => Err(Error::gone("this invitation is used up or has expired; ask for a new one")),
            _ => Ok(()),
        }
    }
}

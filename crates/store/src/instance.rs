//! What is needed before or across organizations: finding the tenant of a secret, an e-mail or a public name, making
//! organizations, server settings, claiming jobs. Small on purpose; it sees no content of anyone.

use crate::{
    conn::Conn,
    dialect,
    lane::Emitted,
    tx::Tx,
    value::{Row, Value},
};
use portico_domain::organization::Organization;
use portico_types::{Error, Id, JobId, MemberId, Millis, OrganizationId, Result, SecretHash, TenantId};

/// What a bearer secret is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CredentialKind {
    /// A signed-in device.
    Session = 0,
    /// A personal access token.
    Token = 1,
    /// An invitation link.
    Invite = 2,
    /// A visitor of a website inbox.
    Visitor = 3,
    /// The tracking link of a report.
    Tracking = 4,
}

/// Where a secret leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Looked {
    /// The organization.
    pub tenant: TenantId,
    /// What the secret is for.
    pub kind: i64,
    /// The session, token, invitation, contact or report room.
    pub subject: Id,
    /// Whose it is: the member, the inbox of a visitor, the reporter.
    pub owner: Id,
}

/// Names that are unique on the whole server because they stand in links.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PublicName {
    /// The key in a website inbox's snippet.
    InboxKey = 0,
}

/// See the module.
pub struct InstanceTx<'c> {
    conn: &'c mut Conn,
    emitted: Emitted,
}

fn organization(r: &Row<'_>) -> Result<(TenantId, Organization)> {
    Ok((
        TenantId(r.int(0)?),
        Organization { id: r.id::<OrganizationId>(1)?, slug: r.text(2)?, name: r.text(3)? },
    ))
}

impl<'c> InstanceTx<'c> {
    pub(crate) fn new(conn: &'c mut Conn) -> Self {
        Self { conn, emitted: Vec::new() }
    }

    pub(crate) fn into_emitted(self) -> Emitted {
        self.emitted
    }

    pub(crate) fn one<T>(
        &mut self,
        sql: &'static str,
        args: &[Value<'_>],
        map: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut found = None;
        self.conn.each(sql, args, |row| {
            if found.is_none() {
                found = Some(map(row)?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    pub(crate) fn change(&mut self, sql: &'static str, args: &[Value<'_>]) -> Result<u64> {
        self.conn.exec(sql, args)
    }

    fn all<T>(
        &mut self,
        sql: &'static str,
        args: &[Value<'_>],
        map: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut found = Vec::new();
        self.conn.each(sql, args, |row| {
            found.push(map(row)?);
            Ok(())
        })?;
        Ok(found)
    }

    /// Works inside one organization, in this same transaction.
    pub fn in_tenant<T>(
        &mut self,
        tenant: TenantId,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T>,
    ) -> Result<T> {
        self.conn.enter(Some(tenant))?;
        let mut tx = Tx::new(self.conn, tenant);
        let out = work(&mut tx)?;
        let events = std::mem::take(&mut tx.events);
        self.emitted.push((tenant, events));
        Ok(out)
    }

    /// All organizations of this server, oldest first.
    pub fn organizations(&mut self) -> Result<Vec<(TenantId, Organization)>> {
        self.all(
            "/* instance: all organizations */ SELECT tenant_id, id, slug, name FROM tenant ORDER BY tenant_id",
            &[],
            organization,
        )
    }

    /// Makes an organization.
    pub fn create_organization(&mut self, organization: &Organization, now: Millis) -> Result<TenantId> {
        let id = self
            .one(
                "/* instance: next tenant */ SELECT COALESCE(MAX(tenant_id), 0) + 1 FROM tenant",
                &[],
                |r| r.int(0),
            )?
            .unwrap_or(1);
        self.conn.exec(
            "/* instance: make a tenant */ INSERT INTO tenant (tenant_id, id, slug, name, seq, settings, created_at) VALUES ($1, $2, $3, $4, 0, '{}', $5)",
            &[
                id.into(),
                organization.id.into(),
                (&organization.slug).into(),
                (&organization.name).into(),
                now.into(),
            ],
        )?;
        Ok(TenantId(id))
    }

    /// Where a secret leads, unless it has expired.
    pub fn look_up(&mut self, hash: &SecretHash, now: Millis) -> Result<Option<Looked>> {
        self.one(
            "/* instance: whose secret */ SELECT tenant_id, kind, subject_id, owner_id FROM credential
             WHERE hash = $1 AND (expires_at IS NULL OR expires_at > $2)",
            &[(&hash.0).into(), now.into()],
            |r| {
                Ok(Looked {
                    tenant: TenantId(r.int(0)?),
                    kind: r.int(1)?,
                    subject: r.id(2)?,
                    owner: r.id(3)?,
                })
            },
        )
    }

    /// The accounts of an e-mail address (folded), oldest organization first, eight at most.
    pub fn logins(&mut self, email: &str) -> Result<Vec<(TenantId, MemberId)>> {
        self.all(
            "/* instance: accounts of an address */ SELECT tenant_id, member_id FROM login WHERE email = $1 ORDER BY tenant_id LIMIT 8",
            &[email.into()],
            |r| Ok((TenantId(r.int(0)?), r.id(1)?)),
        )
    }

    /// The organization and thing of a public name.
    pub fn public_name(&mut self, kind: PublicName, name: &str) -> Result<Option<(TenantId, Id)>> {
        self.one(
            "/* instance: whose public name */ SELECT tenant_id, subject_id FROM public_name WHERE kind = $1 AND name = $2",
            &[(kind as i64).into(), name.into()],
            |r| Ok((TenantId(r.int(0)?), r.id(1)?)),
        )
    }

    /// The number of each organization's newest event.
    pub fn log_heads(&mut self) -> Result<Vec<(TenantId, i64)>> {
        self.all("/* instance: newest events */ SELECT tenant_id, seq FROM tenant", &[], |r| {
            Ok((TenantId(r.int(0)?), r.int(1)?))
        })
    }

    /// Which life of the logs this is: 0 as they began.
    pub fn epoch(&mut self) -> Result<i64> {
        let found =
            self.one("/* instance: epoch */ SELECT COALESCE(MAX(epoch), 0) FROM history", &[], |r| r.int(0))?;
        Ok(found.unwrap_or(0))
    }

    /// Begins another life of the logs: whoever resumes from before fetches anew. `epoch`: by chance, not 0.
    pub fn begin_epoch(&mut self, epoch: i64) -> Result<()> {
        self.change("/* instance: epoch */ DELETE FROM history", &[])?;
        self.change("/* instance: epoch */ INSERT INTO history (epoch) VALUES ($1)", &[epoch.into()])?;
        Ok(())
    }

    /// A setting of the server.
    pub fn setting(&mut self, key: &str) -> Result<Option<String>> {
        self.one(
            "/* instance: setting */ SELECT value FROM instance_setting WHERE key = $1",
            &[key.into()],
            |r| r.text(0),
        )
    }

    /// Keeps a setting of the server.
    pub fn set_setting(&mut self, key: &str, value: &str) -> Result<()> {
        self.conn.exec(
            "/* instance: setting */ INSERT INTO instance_setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            &[key.into(), value.into()],
        )?;
        Ok(())
    }

    /// Claims one due job until `locked_until`; a claim that runs out is somebody else's.
    pub fn claim_job(&mut self, now: Millis, locked_until: Millis) -> Result<Option<ClaimedJob>> {
        let sql = dialect::CLAIM_JOB.of(self.conn.is_lite());
        self.one(sql, &[now.into(), locked_until.into()], |r| {
            Ok(ClaimedJob {
                id: r.id(0)?,
                tenant: TenantId(r.int(1)?),
                kind: r.text(2)?,
                payload: r.text(3)?,
                attempts: r.int(4)?,
            })
        })
    }

    /// When the next job is due.
    pub fn next_job_at(&mut self) -> Result<Option<Millis>> {
        self.one(
            "/* instance: next due job */ SELECT MIN(CASE WHEN state = 0 THEN run_at ELSE locked_until END) FROM job WHERE state < 2",
            &[],
            |r| r.maybe_at(0),
        )
        .map(Option::flatten)
    }

    /// How many jobs are due by `now`, and how many are laid aside for the operator.
    pub fn count_jobs(&mut self, now: Millis) -> Result<(u64, u64)> {
        let counted = self.one(
            "/* instance: count jobs */ SELECT (SELECT COUNT(*) FROM job WHERE state < 2 AND run_at <= $1), (SELECT COUNT(*) FROM job WHERE state = 2)",
            &[now.into()],
            |r| Ok((r.int(0)?.unsigned_abs(), r.int(1)?.unsigned_abs())),
        )?;
        Ok(counted.unwrap_or_default())
    }

    /// A job is done.
    pub fn finish_job(&mut self, id: JobId) -> Result<()> {
        self.conn.exec("/* instance: job done */ DELETE FROM job WHERE id = $1", &[id.into()])?;
        Ok(())
    }

    /// A job failed: it comes again at `again`, or is laid aside for the operator.
    pub fn fail_job(&mut self, id: JobId, error: &str, again: Option<Millis>) -> Result<()> {
        let (state, at) = match again {
            Some(at) => (0, at),
            None => (2, Millis(0)),
        };
        self.conn.exec(
            "/* instance: job failed */ UPDATE job SET state = $2, run_at = $3, locked_until = NULL, last_error = $4 WHERE id = $1",
            &[id.into(), i64::from(state).into(), at.into(), error.into()],
        )?;
        Ok(())
    }

    /// Forgets secrets that have expired. Returns how many.
    pub fn sweep_credentials(&mut self, now: Millis) -> Result<u64> {
        self.conn.sweeps()?;
        self.conn.exec(
            "/* instance: expired secrets */ DELETE FROM credential WHERE expires_at <= $1",
            &[now.into()],
        )
    }

    /// Counts an attempt under a key, of which `burst` may come at once and then one `every` ms. Gives the ms until the
    /// next may come, when there were too many; that one is not counted. One statement: nodes count at the same time.
    pub fn take_attempt(
        &mut self,
        key: &SecretHash,
        now: Millis,
        burst: i64,
        every: i64,
    ) -> Result<Option<i64>> {
        let latest = now.plus((burst - 1) * every);
        // What is kept is when the key will have all its attempts back.
        let counted = self.one(
            "/* instance: count an attempt */ INSERT INTO attempt (key, free_at) VALUES ($1, $2)
             ON CONFLICT (key) DO UPDATE SET free_at = CASE WHEN attempt.free_at > $3 THEN attempt.free_at + $4 ELSE $2 END
             WHERE attempt.free_at <= $5 RETURNING free_at",
            &[(&key.0).into(), now.plus(every).into(), now.into(), every.into(), latest.into()],
            |r| r.int(0),
        )?;
        if counted.is_some() {
            return Ok(None);
        }
        let free_at = self.one(
            "/* instance: attempts of a key */ SELECT free_at FROM attempt WHERE key = $1",
            &[(&key.0).into()],
            |r| r.int(0),
        )?;
        Ok(Some(free_at.map_or(every, |at| at - latest.0)))
    }

    /// Forgets the attempts under a key.
    pub fn forgive_attempts(&mut self, key: &SecretHash) -> Result<()> {
        self.conn.exec(
            "/* instance: forgive attempts */ DELETE FROM attempt WHERE key = $1",
            &[(&key.0).into()],
        )?;
        Ok(())
    }

    /// Forgets the keys that have all their attempts back. Returns how many.
    pub fn sweep_attempts(&mut self, now: Millis) -> Result<u64> {
        self.conn.sweeps()?;
        self.conn.exec("/* instance: old attempts */ DELETE FROM attempt WHERE free_at <= $1", &[now.into()])
    }

    /// Whether the database answers and takes writes.
    pub fn ping(&mut self) -> Result<()> {
        self.one("/* instance: alive */ SELECT 1 FROM tenant WHERE tenant_id = -1", &[], |r| r.int(0))
            .map(|_| ())
    }
}

/// A job that is ours to do.
#[derive(Clone, Debug)]
pub struct ClaimedJob {
    /// Which.
    pub id: JobId,
    /// For whom.
    pub tenant: TenantId,
    /// What.
    pub kind: String,
    /// With what, as JSON.
    pub payload: String,
    /// How often it was tried, this time included.
    pub attempts: i64,
}

/// The hash under which a bearer secret is kept.
pub fn hash_secret(secret: &str) -> SecretHash {
    use sha2::{Digest, Sha256};
    SecretHash(Sha256::digest(secret.as_bytes()).into())
}

impl From<CredentialKind> for Value<'_> {
    fn from(kind: CredentialKind) -> Self {
        Self::Int(kind as i64)
    }
}

impl TryFrom<i64> for CredentialKind {
    type Error = Error;
    fn try_from(code: i64) -> Result<Self> {
        Ok(match code {
            0 => Self::Session,
            1 => Self::Token,
            2 => Self::Invite,
            3 => Self::Visitor,
            4 => Self::Tracking,
            other => return Err(Error::internal(format!("unknown credential {other}"))),
        })
    }
}

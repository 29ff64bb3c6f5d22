//! One command's or query's view of its organization. There is no other: the tenant is bound as `$1` here.

use crate::{
    conn::Conn,
    late::Late,
    log::Pending,
    value::{Row, Value},
};
use portico_domain::event::{Audience, Event};
use portico_types::{Error, JobId, Millis, Result, RoomId, TenantId};
use std::ops::{Deref, DerefMut};

/// Reading one organization, in one consistent snapshot.
pub struct Read<'c> {
    pub(crate) conn: &'c mut Conn,
    tenant: TenantId,
}

impl<'c> Read<'c> {
    pub(crate) fn new(conn: &'c mut Conn, tenant: TenantId) -> Self {
        Self { conn, tenant }
    }

    /// The organization.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    pub(crate) fn is_lite(&self) -> bool {
        self.conn.is_lite()
    }

    pub(crate) fn one<T>(
        &mut self,
        sql: &'static str,
        args: &[Value<'_>],
        map: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut found = None;
        self.conn.each(sql, &bound(self.tenant, args), |row| {
            if found.is_none() {
                found = Some(map(row)?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    pub(crate) fn all<T>(
        &mut self,
        sql: &'static str,
        args: &[Value<'_>],
        map: impl Fn(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut found = Vec::new();
        self.conn.each(sql, &bound(self.tenant, args), |row| {
            found.push(map(row)?);
            Ok(())
        })?;
        Ok(found)
    }
}

fn bound<'a>(tenant: TenantId, args: &[Value<'a>]) -> Vec<Value<'a>> {
    let mut all = Vec::with_capacity(args.len() + 1);
    all.push(Value::Int(tenant.0));
    all.extend_from_slice(args);
    all
}

/// A piece of durable work, done after the commit by whoever claims it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// What to do.
    pub kind: &'static str,
    /// With what, as JSON.
    pub payload: String,
    /// Not before.
    pub run_at: Millis,
}

/// Writing one organization: state, events, jobs, idempotency key and audit record, in one transaction.
pub struct Tx<'c> {
    read: Read<'c>,
    pub(crate) events: Vec<Pending>,
}

impl<'c> Tx<'c> {
    pub(crate) fn new(conn: &'c mut Conn, tenant: TenantId) -> Self {
        Self { read: Read::new(conn, tenant), events: Vec::new() }
    }

    pub(crate) fn exec(&mut self, sql: &'static str, args: &[Value<'_>]) -> Result<u64> {
        let all = bound(self.read.tenant, args);
        self.read.conn.exec(sql, &all)
    }

    /// As `exec`, where nobody needs to know how many rows it changed. Should it fail, so does the command, though it
    /// may have gone on meanwhile: the lane sees to that.
    pub(crate) fn send(&mut self, sql: &'static str, args: &[Value<'_>]) -> Result<()> {
        let all = bound(self.read.tenant, args);
        self.read.conn.send(sql, &all)
    }

    /// As `send`, for a row that nobody asks for before the batch ends, unless with a statement that names its table.
    pub(crate) fn late(&mut self, kind: &'static Late, args: &[Value<'_>]) -> Result<()> {
        let all = bound(self.read.tenant, args);
        self.read.conn.late(kind, &all)
    }

    /// What follows takes away what has expired, however much it is.
    pub(crate) fn sweeps(&mut self) -> Result<()> {
        self.read.conn.sweeps()
    }

    /// Exactly one row must change; none means it is not there (any more).
    pub(crate) fn exec_one(&mut self, sql: &'static str, args: &[Value<'_>]) -> Result<()> {
        match self.exec(sql, args)? {
            0 => Err(Error::not_found()),
            _ => Ok(()),
        }
    }

    /// Writes an event into the log. It gets its number when the batch commits.
    pub fn emit(&mut self, at: Millis, room: Option<RoomId>, audience: Audience, event: Event) {
        self.events.push(Pending { room, audience, event, at });
    }

    /// Puts durable work into the queue.
    pub fn enqueue(&mut self, id: JobId, now: Millis, job: &Job) -> Result<()> {
        self.send(
            "INSERT INTO job (id, tenant_id, kind, payload, run_at, attempts, state, locked_until, last_error, created_at)
             VALUES ($2, $1, $3, $4, $5, 0, 0, NULL, NULL, $6)",
            &[id.into(), job.kind.into(), Value::Text(&job.payload), job.run_at.into(), now.into()],
        )?;
        Ok(())
    }

    /// The next small number of a kind of thing, for people and for clients that want small ids.
    pub fn next_display_id(&mut self, kind: &'static str) -> Result<i64> {
        self.one(
            "INSERT INTO counter (tenant_id, kind, last) VALUES ($1, $2, 1)
             ON CONFLICT (tenant_id, kind) DO UPDATE SET last = counter.last + 1 RETURNING last",
            &[kind.into()],
            |r| r.int(0),
        )?
        .ok_or_else(|| Error::internal("no number came back"))
    }
}

impl<'c> Deref for Tx<'c> {
    type Target = Read<'c>;
    fn deref(&self) -> &Read<'c> {
        &self.read
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.read
    }
}

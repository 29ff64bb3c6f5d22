//! The event log: the truth that the hub, notifications and webhooks read. One row an event, numbered per
//! organization without gaps, in commit order.

use crate::{
    conn::Conn,
    late::Bound,
    postgres::Number,
    tx::Read,
    value::{Owned, Row, Value},
};
use portico_domain::{event::Audience, event::Event, room::Ring};
use portico_types::{Error, Id, LogPlace, MemberId, Millis, Result, RoomId, TenantId};
use std::sync::Arc;

/// An event as it was committed. `body` is the record form: `{"type":…,"data":…}`.
#[derive(Debug)]
pub struct LogEvent {
    /// The organization.
    pub tenant: TenantId,
    /// Its number there: 1, 2, 3 …
    pub seq: i64,
    /// The room it belongs to.
    pub room: Option<RoomId>,
    /// Who may be told.
    pub audience: Audience,
    /// What happened.
    pub event: Event,
    /// The record form, made once.
    pub body: String,
    /// When.
    pub at: Millis,
}

/// A committed event, shared.
pub type Logged = Arc<LogEvent>;

/// An event on its way into the log.
pub(crate) struct Pending {
    pub(crate) room: Option<RoomId>,
    pub(crate) audience: Audience,
    pub(crate) event: Event,
    pub(crate) at: Millis,
}

/// Events that are in the log once their transaction has committed.
pub(crate) struct Appended {
    tenant: TenantId,
    /// Each with its record form.
    events: Vec<(Pending, String)>,
    /// The number of the last of them, known after the commit.
    last: Number,
}

impl Appended {
    /// The events with their numbers. After the commit only.
    pub(crate) fn logged(self) -> Result<Vec<Logged>> {
        let last = *self.last.get().ok_or_else(|| Error::internal("the log gave no number"))?;
        let first = last - self.events.len() as i64 + 1;
        let logged = (first..).zip(self.events).map(|(seq, (p, body))| {
            let Pending { room, audience, event, at } = p;
            Arc::new(LogEvent { tenant: self.tenant, seq, room, audience, event, body, at })
        });
        Ok(logged.collect())
    }
}

/// Numbers and writes the events of one tenant. Called last in the transaction: commit order is number order.
///
/// From its number to its commit an organization has nobody else write. On PostgreSQL the numbers are given where the rows
/// are, so that nobody waits meanwhile for an answer to come here and the next statement to go back.
pub(crate) fn append(conn: &mut Conn, tenant: TenantId, pending: Vec<Pending>) -> Result<Appended> {
    conn.write_late()?;
    let mut events = Vec::with_capacity(pending.len());
    for p in pending {
        let body = serde_json::to_string(&p.event).map_err(Error::internal)?;
        events.push((p, body));
    }
    let last =
        if conn.is_lite() { one_by_one(conn, tenant, &events)? } else { at_once(conn, tenant, &events)? };
    Ok(Appended { tenant, events, last })
}

fn one_by_one(conn: &mut Conn, tenant: TenantId, events: &[(Pending, String)]) -> Result<Number> {
    let number = Number::default();
    let count = events.len() as i64;
    conn.each(
        "UPDATE tenant SET seq = seq + $2 WHERE tenant_id = $1 RETURNING seq",
        &[tenant.0.into(), count.into()],
        |row| {
            let _once = number.set(row.int(0)?);
            Ok(())
        },
    )?;
    let last = *number.get().ok_or_else(|| Error::internal("the organization's row is gone"))?;
    for (seq, (p, body)) in (last - count + 1..).zip(events) {
        let mut row: Vec<Value<'_>> = vec![tenant.0.into(), seq.into()];
        row.extend(columns(p, body));
        conn.send(
            "INSERT INTO event (tenant_id, seq, room_id, audience_kind, audience_id, ring, outside_id, body, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            &row,
        )?;
    }
    Ok(number)
}

fn at_once(conn: &mut Conn, tenant: TenantId, events: &[(Pending, String)]) -> Result<Number> {
    let mut each: [Vec<Owned>; 7] = Default::default();
    for (p, body) in events {
        for (column, value) in each.iter_mut().zip(columns(p, body)) {
            column.push((&value).into());
        }
    }
    let mut args = vec![Bound::One(Owned::Int(tenant.0)), Bound::One(Owned::Int(events.len() as i64))];
    args.extend(each.map(Bound::Each));
    // Without the organization's row there is no number, and nothing may be committed: no event can be without one.
    conn.ask(
        "WITH t AS (UPDATE tenant SET seq = seq + $2 WHERE tenant_id = $1 RETURNING seq),
         e AS (INSERT INTO event (tenant_id, seq, room_id, audience_kind, audience_id, ring, outside_id, body, at)
           SELECT $1, (SELECT t.seq FROM t) - $2 + n.place, n.room, n.kind, n.audience, n.ring, n.outside, n.body, n.at
           FROM unnest($3::bytea[], $4::bigint[], $5::bytea[], $6::bigint[], $7::bytea[], $8::text[], $9::bigint[])
           WITH ORDINALITY AS n (room, kind, audience, ring, outside, body, at, place))
         SELECT t.seq FROM t",
        args,
    )
}

/// The columns of an event after its number.
fn columns<'e>(p: &'e Pending, body: &'e str) -> [Value<'e>; 7] {
    let (kind, id, ring, outside) = told(&p.audience);
    [p.room.into(), kind.into(), id.into(), ring.into(), outside.into(), Value::Text(body), p.at.into()]
}

fn told(audience: &Audience) -> (i64, Option<Id>, i64, Option<Id>) {
    match audience {
        Audience::Group { group, ring, outside, admins } => {
            (i64::from(*admins), Some(*group), ring.code(), *outside)
        }
        Audience::Member(id) => (2, Some(id.0), 0, None),
        Audience::Members => (3, None, 0, None),
        Audience::Everyone => (4, None, 0, None),
        Audience::Admins => (5, None, 0, None),
    }
}

fn audience(kind: i64, id: Option<Id>, ring: i64, outside: Option<Id>) -> Result<Audience> {
    Ok(match (kind, id) {
        (0 | 1, Some(group)) => Audience::Group { group, ring: Ring::of(ring)?, outside, admins: kind == 1 },
        (2, Some(id)) => Audience::Member(MemberId(id)),
        (3, None) => Audience::Members,
        (4, None) => Audience::Everyone,
        (5, None) => Audience::Admins,
        other => return Err(Error::internal(format!("unknown audience {other:?}"))),
    })
}

impl Read<'_> {
    /// The number of the newest event.
    pub fn last_event(&mut self) -> Result<i64> {
        Ok(self.one("SELECT seq FROM tenant WHERE tenant_id = $1", &[], |r| r.int(0))?.unwrap_or(0))
    }

    /// The newest event's place.
    pub fn log_place(&mut self) -> Result<LogPlace> {
        let place = self.one(
            "SELECT seq, (SELECT COALESCE(MAX(epoch), 0) FROM history) FROM tenant WHERE tenant_id = $1",
            &[],
            |r| Ok(LogPlace { seq: r.int(0)?, epoch: r.int(1)? }),
        )?;
        Ok(place.unwrap_or_default())
    }

    /// The number of the oldest event still kept, 0 when there is none.
    pub fn first_event(&mut self) -> Result<i64> {
        Ok(self
            .one("SELECT seq FROM event WHERE tenant_id = $1 ORDER BY seq LIMIT 1", &[], |r| r.int(0))?
            .unwrap_or(0))
    }

    /// Up to `limit` events after number `after`, in order.
    pub fn events_after(&mut self, after: i64, limit: i64) -> Result<Vec<Logged>> {
        let tenant = self.tenant();
        self.all(
            "SELECT seq, room_id, audience_kind, audience_id, ring, outside_id, body, at FROM event
             WHERE tenant_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
            &[after.into(), limit.into()],
            |r: &Row<'_>| {
                let body = r.text(6)?;
                let event =
                    serde_json::from_str(&body).map_err(|e| Error::internal(format!("event: {e}")))?;
                Ok(Arc::new(LogEvent {
                    tenant,
                    seq: r.int(0)?,
                    room: r.maybe_id(1)?,
                    audience: audience(r.int(2)?, r.maybe_id(3)?, r.int(4)?, r.maybe_id(5)?)?,
                    event,
                    body,
                    at: r.at(7)?,
                }))
            },
        )
    }
}

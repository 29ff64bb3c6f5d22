//! The event log: the truth that the hub, notifications and webhooks read. One row an event, numbered per
//! organization without gaps, in commit order.

use crate::{
    conn::Conn,
    tx::Read,
    value::{Row, Value},
};
use portico_domain::{event::Audience, event::Event, room::Ring};
use portico_types::{Error, Id, LogPlace, MemberId, Millis, Result, RoomId, TenantId};
use std::sync::{Arc, OnceLock};

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

const ROWS: [usize; 3] = [16, 4, 1];

/// One statement text for `rows` rows; made once each.
fn insert_text(rows: usize) -> &'static str {
    static TEXTS: OnceLock<Vec<(usize, &'static str)>> = OnceLock::new();
    let texts = TEXTS.get_or_init(|| {
        ROWS.iter()
            .map(|rows| {
                let values: Vec<String> = (0..*rows)
                    .map(|r| {
                        let n = |c: usize| 2 + r * 8 + c;
                        format!(
                            "($1,${},${},${},${},${},${},${},${})",
                            n(0), n(1), n(2), n(3), n(4), n(5), n(6), n(7)
                        )
                    })
                    .collect();
                let text = format!(
                    "INSERT INTO event (tenant_id, seq, room_id, audience_kind, audience_id, ring, outside_id, body, at) VALUES {}",
                    values.join(",")
                );
                (*rows, &*Box::leak(text.into_boxed_str()))
            })
            .collect()
    });
    texts.iter().find(|(n, _)| *n == rows).map_or("", |(_, text)| text)
}

/// Numbers and writes the events of one tenant. Called last in the transaction: commit order is number order.
pub(crate) fn append(conn: &mut Conn, tenant: TenantId, pending: Vec<Pending>) -> Result<Vec<Logged>> {
    let mut last = None;
    conn.each(
        "UPDATE tenant SET seq = seq + $2 WHERE tenant_id = $1 RETURNING seq",
        &[tenant.0.into(), (pending.len() as i64).into()],
        |row| {
            last = Some(row.int(0)?);
            Ok(())
        },
    )?;
    let last = last.ok_or_else(|| Error::internal("the organization's row is gone"))?;
    let first = last - pending.len() as i64 + 1;
    let mut logged = Vec::with_capacity(pending.len());
    for (i, p) in pending.into_iter().enumerate() {
        let body = serde_json::to_string(&p.event).map_err(Error::internal)?;
        logged.push(Arc::new(LogEvent {
            tenant,
            seq: first + i as i64,
            room: p.room,
            audience: p.audience,
            event: p.event,
            body,
            at: p.at,
        }));
    }
    let mut rest: &[Logged] = &logged;
    for rows in ROWS {
        // SQLite gains nothing from many rows a statement; PostgreSQL saves a round trip each.
        if conn.is_lite() && rows > 1 {
            continue;
        }
        while rest.len() >= rows {
            let (now, later) = rest.split_at(rows);
            let mut args: Vec<Value<'_>> = Vec::with_capacity(1 + rows * 8);
            args.push(tenant.0.into());
            for e in now {
                let (kind, id, ring, outside) = columns(&e.audience);
                args.extend([
                    e.seq.into(),
                    e.room.into(),
                    kind.into(),
                    id.into(),
                    ring.into(),
                    outside.into(),
                    Value::Text(&e.body),
                    e.at.into(),
                ]);
            }
            conn.send(insert_text(rows), &args)?;
            rest = later;
        }
    }
    Ok(logged)
}

fn columns(audience: &Audience) -> (i64, Option<Id>, i64, Option<Id>) {
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

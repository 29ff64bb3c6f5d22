//! Reading everything, in one snapshot.

use super::{
    Contents, Sink, Tally,
    record::Field,
    shape::{Kind, Shape, Table},
};
use crate::{
    conn::Conn,
    db::Engine,
    instance::InstanceTx,
    migrate::{self, SCHEMA_VERSION},
    open,
    patience::{COPYING, PATIENCE},
    postgres_wall,
    value::{Row, Value},
};
use portico_types::{Error, Result, TenantId};
use std::fs::File;

/// A database being read. Blocking, and not for an async thread. What is committed after it was opened is not seen.
pub struct Source {
    conn: Conn,
    shape: Shape,
    // Held where nobody else may be at work meanwhile.
    _lock: Option<File>,
}

impl Source {
    /// Opens beside a server that may be running.
    pub fn open(engine: &Engine) -> Result<Self> {
        Self::begin(engine, false)
    }

    /// Opens only where no server runs, and keeps it so.
    pub fn open_alone(engine: &Engine) -> Result<Self> {
        Self::begin(engine, true)
    }

    fn begin(engine: &Engine, alone: bool) -> Result<Self> {
        let mut lock = None;
        let mut conn = match engine {
            Engine::Sqlite(dir) => {
                let path = dir.join("portico.db");
                if !path.exists() {
                    return Err(Error::invalid(
                        "data",
                        format!("there is no database at {}", path.display()),
                    ));
                }
                if alone {
                    lock = Some(open::lock(dir)?);
                }
                open::lite_reader(&path)?
            }
            Engine::Postgres(url) => {
                let mut c = crate::postgres::reach(url, PATIENCE)?;
                if alone {
                    open::alone(&mut c)?;
                }
                postgres_wall::step_down(&mut c)?;
                c.wait_at_most(Some(COPYING));
                Conn::pg(c)
            }
        };
        conn.batch(if conn.is_lite() { "BEGIN" } else { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" })?;
        // The first look takes the snapshot.
        let have = migrate::version(&mut conn)?.have;
        if have > SCHEMA_VERSION {
            return Err(Error::internal(format!(
                "the database has schema {have}, this portico knows {SCHEMA_VERSION} and would leave out what is newer; use the newer portico"
            )));
        }
        if have < SCHEMA_VERSION {
            return Err(Error::internal(format!(
                "the database has schema {have}, this portico has {SCHEMA_VERSION}; start the portico of that schema, or upgrade the database by starting this one on it once"
            )));
        }
        Ok(Self { conn, shape: Shape::new()?, _lock: lock })
    }

    /// What it is made of.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Gives every row to `sink`, and says what they were.
    pub fn read(&mut self, sink: &mut dyn Sink) -> Result<Contents> {
        everything(&mut self.conn, &self.shape, sink)
    }
}

/// Every row of a connection that is in a transaction.
pub(super) fn everything(conn: &mut Conn, shape: &Shape, sink: &mut dyn Sink) -> Result<Contents> {
    let mut tally = Tally::default();
    for table in shape.tables().iter().filter(|t| t.tenant.is_none()) {
        rows(conn, 0, table, sink, &mut tally)?;
    }
    let tenants: Vec<TenantId> =
        InstanceTx::new(conn).organizations()?.into_iter().map(|(id, _)| id).collect();
    for tenant in tenants {
        conn.enter(Some(tenant))?;
        for table in shape.tables().iter().filter(|t| t.tenant.is_some()) {
            rows(conn, tenant.0, table, sink, &mut tally)?;
        }
    }
    Ok(tally.finish())
}

fn rows(conn: &mut Conn, tenant: i64, table: &Table, sink: &mut dyn Sink, tally: &mut Tally) -> Result<()> {
    let (columns, name, order) = (table.list(), &table.name, table.order.join(", "));
    let (sql, args) = if table.tenant.is_some() {
        (
            format!("SELECT {columns} FROM {name} WHERE tenant_id = $1 ORDER BY {order}"),
            vec![Value::Int(tenant)],
        )
    } else {
        (format!("SELECT {columns} FROM {name} ORDER BY {order}"), Vec::new())
    };
    let mut begun = false;
    conn.stream(&sql, &args, |row| {
        if !begun {
            begun = true;
            sink.begin(tenant, table)?;
            tally.begin(tenant, table);
        }
        let fields = fields(row, table)?;
        tally.row(&fields);
        sink.row(&fields)
    })
}

fn fields(row: &Row<'_>, table: &Table) -> Result<Vec<Field>> {
    let mut all = Vec::with_capacity(table.columns.len());
    for (i, column) in table.columns.iter().enumerate() {
        let field = match column.kind {
            Kind::Int => row.get::<Option<i64>>(i).map(|v| v.map_or(Field::Null, Field::Int)),
            Kind::Text => row.get::<Option<String>>(i).map(|v| v.map_or(Field::Null, Field::Text)),
            Kind::Bytes => row.get::<Option<Vec<u8>>>(i).map(|v| v.map_or(Field::Null, Field::Bytes)),
        };
        all.push(field.map_err(|e| {
            let cause = e.cause().unwrap_or_else(|| e.message());
            Error::internal(format!("{}.{}: {cause}", table.name, column.name))
        })?);
    }
    Ok(all)
}

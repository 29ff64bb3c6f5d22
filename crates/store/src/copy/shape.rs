//! Which tables there are and in which order they are copied. Read from the migrations themselves, run on an empty
//! database in memory: a new table is copied without anybody having to think of it.

use crate::{conn::Conn, dialect, migrate};
use portico_types::{Error, Result};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Integers, booleans, times.
    Int,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
}

/// A column that is copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

/// A table that is copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, by name.
    pub columns: Vec<Column>,
    /// Where among the columns the organization is; none for what belongs to the instance.
    pub tenant: Option<usize>,
    /// The columns that give its rows their order.
    pub(crate) order: Vec<String>,
}

impl Table {
    /// Where a column is.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name)
    }

    /// The columns' names, as statements list them.
    pub(crate) fn list(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|c| c.name.as_str()).collect();
        names.join(", ")
    }
}

/// Every table, those that others point at first.
#[derive(Clone, Debug)]
pub struct Shape {
    tables: Vec<Table>,
}

/// Numbered by the engine, in the order of writing: it orders the copy and is given anew.
const ROW_ID: &str = "row_id";
/// Made anew from the messages, for each engine keeps its own form.
pub(crate) const INDEX: &str = "message_terms";

impl Shape {
    /// The shape of this binary's schema.
    pub fn new() -> Result<Self> {
        let c = rusqlite::Connection::open_in_memory().map_err(|e| dialect::lite_error(&e))?;
        let mut conn = Conn::lite(c)?;
        migrate::sketch(&mut conn)?;
        let mut names = Vec::new();
        conn.stream("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name", &[], |r| {
            names.push(r.text(0)?);
            Ok(())
        })?;
        names.retain(|n| !n.starts_with(INDEX) && !n.starts_with("sqlite_"));
        names.retain(|n| !migrate::PLACE_TABLES.contains(&n.as_str()));
        let mut waiting = Vec::new();
        for name in names {
            let mut points_at = Vec::new();
            conn.stream(&format!("SELECT \"table\" FROM pragma_foreign_key_list('{name}')"), &[], |r| {
                points_at.push(r.text(0)?);
                Ok(())
            })?;
            points_at.retain(|to| *to != name);
            waiting.push((table(&mut conn, name)?, points_at));
        }
        let mut tables: Vec<Table> = Vec::new();
        while !waiting.is_empty() {
            let ready = |at: &String| tables.iter().any(|t| t.name == *at);
            let Some(next) = waiting.iter().position(|(_, points_at)| points_at.iter().all(ready)) else {
                return Err(Error::internal("tables point at each other in a circle"));
            };
            tables.push(waiting.remove(next).0);
        }
        Ok(Self { tables })
    }

    /// Every table, in the order of copying.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// Where a table is in that order.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.tables.iter().position(|t| t.name == name)
    }
}

fn table(conn: &mut Conn, name: String) -> Result<Table> {
    let mut columns = Vec::new();
    let mut order: Vec<(i64, String)> = Vec::new();
    conn.stream(
        &format!("SELECT name, type, pk FROM pragma_table_info('{name}') ORDER BY name"),
        &[],
        |r| {
            let (column, kind, key) = (r.text(0)?, r.text(1)?, r.int(2)?);
            if key > 0 {
                order.push((key, column.clone()));
            }
            let kind = match kind.as_str() {
                "INTEGER" | "BIGINT" => Kind::Int,
                "TEXT" => Kind::Text,
                "BLOB" => Kind::Bytes,
                other => {
                    return Err(Error::internal(format!(
                        "{name}.{column} is {other}, which cannot be copied"
                    )));
                }
            };
            if column != ROW_ID {
                columns.push(Column { name: column, kind });
            }
            Ok(())
        },
    )?;
    order.sort();
    let tenant = columns.iter().position(|c| c.name == "tenant_id");
    Ok(Table { name, columns, tenant, order: order.into_iter().map(|(_, name)| name).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_there_and_comes_after_those_it_points_at() {
        let shape = Shape::new().unwrap();
        let at = |name: &str| shape.position(name).unwrap_or_else(|| panic!("{name} is not copied"));
        for (first, then) in [
            ("tenant", "member"),
            ("room", "message"),
            ("message", "reaction"),
            ("inbox", "contact"),
            ("room", "report"),
        ] {
            assert!(at(first) < at(then), "{first} before {then}");
        }
        let made = include_str!("../../migrations/0001_house.sql").matches("CREATE TABLE ").count();
        // All but the index of PostgreSQL.
        assert_eq!(shape.tables().len(), made - 1);
        let message = &shape.tables()[at("message")];
        assert_eq!(message.order, ["row_id"]);
        assert!(message.column("row_id").is_none() && message.column("body").is_some());
        assert!(shape.tables()[at("instance_setting")].tenant.is_none());
        assert!(shape.tables().iter().all(|t| !t.order.is_empty()));
    }
}

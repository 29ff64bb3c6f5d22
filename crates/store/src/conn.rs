//! One connection of either engine with its statement cache. Blocking: it belongs to one thread.

use crate::{
    dialect,
    value::{Row, Value},
};
use portico_types::Result;
use std::collections::HashMap;

pub(crate) enum Conn {
    Lite { c: rusqlite::Connection, text: HashMap<&'static str, String> },
    Pg { c: Box<postgres::Client>, stmts: HashMap<&'static str, postgres::Statement> },
}

impl Conn {
    pub(crate) fn lite(c: rusqlite::Connection) -> Result<Self> {
        // Otherwise SQLite plans a statement again for every other value bound where it has statistics: a fifth of a post.
        c.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
            .map_err(|e| dialect::lite_error(&e))?;
        c.set_prepared_statement_cache_capacity(512);
        Ok(Self::Lite { c, text: HashMap::new() })
    }

    pub(crate) fn pg(c: postgres::Client) -> Self {
        Self::Pg { c: Box::new(c), stmts: HashMap::new() }
    }

    pub(crate) fn is_lite(&self) -> bool {
        matches!(self, Self::Lite { .. })
    }

    /// Whether the connection is beyond use and has to be made anew.
    pub(crate) fn is_broken(&self) -> bool {
        match self {
            Self::Lite { .. } => false,
            Self::Pg { c, .. } => c.is_closed(),
        }
    }

    pub(crate) fn exec(&mut self, sql: &'static str, args: &[Value<'_>]) -> Result<u64> {
        match self {
            Self::Lite { c, text } => {
                let sql = text.entry(sql).or_insert_with(|| dialect::positional(sql));
                let n = c
                    .prepare_cached(sql)
                    .and_then(|mut s| s.execute(rusqlite::params_from_iter(args)))
                    .map_err(|e| dialect::lite_error(&e))?;
                Ok(n as u64)
            }
            Self::Pg { c, stmts } => {
                let s = statement(c, stmts, sql)?;
                let args: Vec<&(dyn postgres::types::ToSql + Sync)> = args.iter().map(|v| v as _).collect();
                c.execute(&s, &args).map_err(|e| dialect::pg_error(&e))
            }
        }
    }

    pub(crate) fn each(
        &mut self,
        sql: &'static str,
        args: &[Value<'_>],
        mut take: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        match self {
            Self::Lite { c, text } => {
                let sql = text.entry(sql).or_insert_with(|| dialect::positional(sql));
                let mut stmt = c.prepare_cached(sql).map_err(|e| dialect::lite_error(&e))?;
                let mut rows =
                    stmt.query(rusqlite::params_from_iter(args)).map_err(|e| dialect::lite_error(&e))?;
                while let Some(row) = rows.next().map_err(|e| dialect::lite_error(&e))? {
                    take(&Row::Lite(row))?;
                }
                Ok(())
            }
            Self::Pg { c, stmts } => {
                let s = statement(c, stmts, sql)?;
                let args: Vec<&(dyn postgres::types::ToSql + Sync)> = args.iter().map(|v| v as _).collect();
                for row in c.query(&s, &args).map_err(|e| dialect::pg_error(&e))? {
                    take(&Row::Pg(&row))?;
                }
                Ok(())
            }
        }
    }

    /// A statement put together by the program from names of its own schema, run once; rows come as they are read.
    pub(crate) fn stream(
        &mut self,
        sql: &str,
        args: &[Value<'_>],
        mut take: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        match self {
            Self::Lite { c, .. } => {
                let mut stmt = c.prepare(&dialect::positional(sql)).map_err(|e| dialect::lite_error(&e))?;
                let mut rows =
                    stmt.query(rusqlite::params_from_iter(args)).map_err(|e| dialect::lite_error(&e))?;
                while let Some(row) = rows.next().map_err(|e| dialect::lite_error(&e))? {
                    take(&Row::Lite(row))?;
                }
                Ok(())
            }
            Self::Pg { c, .. } => {
                use postgres::fallible_iterator::FallibleIterator as _;
                let args = args.iter().map(|v| v as &(dyn postgres::types::ToSql + Sync));
                let mut rows = c.query_raw(sql, args).map_err(|e| dialect::pg_error(&e))?;
                while let Some(row) = rows.next().map_err(|e| dialect::pg_error(&e))? {
                    take(&Row::Pg(&row))?;
                }
                Ok(())
            }
        }
    }

    /// As `stream`, for a statement that changes something.
    pub(crate) fn run(&mut self, sql: &str, args: &[Value<'_>]) -> Result<()> {
        match self {
            Self::Lite { c, .. } => c
                .prepare_cached(&dialect::positional(sql))
                .and_then(|mut s| s.execute(rusqlite::params_from_iter(args)))
                .map(|_| ())
                .map_err(|e| dialect::lite_error(&e)),
            Self::Pg { c, .. } => {
                let args: Vec<&(dyn postgres::types::ToSql + Sync)> = args.iter().map(|v| v as _).collect();
                c.execute(sql, &args).map(|_| ()).map_err(|e| dialect::pg_error(&e))
            }
        }
    }

    /// Text of our own, without values: transaction control and migrations.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        match self {
            Self::Lite { c, .. } => c.execute_batch(sql).map_err(|e| dialect::lite_error(&e)),
            Self::Pg { c, .. } => c.batch_execute(sql).map_err(|e| dialect::pg_error(&e)),
        }
    }

    /// Transaction control that repeats for every command: prepared once where that saves work.
    pub(crate) fn control(&mut self, sql: &'static str) -> Result<()> {
        match self {
            Self::Lite { c, .. } => c
                .prepare_cached(sql)
                .and_then(|mut s| s.execute([]))
                .map(|_| ())
                .map_err(|e| dialect::lite_error(&e)),
            Self::Pg { .. } => self.batch(sql),
        }
    }
}

fn statement(
    c: &mut postgres::Client,
    cache: &mut HashMap<&'static str, postgres::Statement>,
    sql: &'static str,
) -> Result<postgres::Statement> {
    if let Some(s) = cache.get(sql) {
        return Ok(s.clone());
    }
    let s = c.prepare(sql).map_err(|e| dialect::pg_error(&e))?;
    cache.insert(sql, s.clone());
    Ok(s)
}

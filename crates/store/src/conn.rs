//! One connection of either engine with its statement cache. Blocking: it belongs to one thread.

use crate::{
    dialect,
    foreseen::Foreseen,
    late::{Bound, Late, Rows},
    patience::SWEEP,
    postgres::{Number, Postgres},
    value::{Owned, Row, Value},
};
use portico_types::{Error, Result};
use std::{collections::HashMap, time::Duration};

/// What is behind a connection.
pub(crate) enum Link {
    Lite { c: rusqlite::Connection, text: HashMap<&'static str, String> },
    Pg(Box<Postgres>),
}

/// See the module.
pub(crate) struct Conn {
    pub(crate) link: Link,
    /// Whether every outcome is waited for where it arises.
    careful: bool,
    /// How long an answer may take, where it is a lane's or a reader's; nothing where whoever connected sees to it.
    limit: Option<Duration>,
    /// Whether something was changed, or failed, since [`Conn::watch`].
    touched: bool,
    /// Whether [`Conn::begin`] began a transaction that was not ended yet.
    begun: bool,
    /// What ended that transaction: where the disk fails or is full, SQLite takes all of it back by itself. What came
    /// after would be a change on its own, so that nothing runs before the next begins.
    ended: Option<Error>,
    /// Statements that gave rows, since it was last asked.
    asked: u64,
    /// What is written with the next statement that could tell.
    late: Rows,
    /// What is known of the keys of the commands that run.
    pub(crate) foreseen: Foreseen,
}

impl Conn {
    pub(crate) fn lite(c: rusqlite::Connection) -> Result<Self> {
        // Otherwise SQLite plans a statement again for every other value bound where it has statistics: a fifth of a post.
        c.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
            .map_err(|e| dialect::lite_error(&e))?;
        c.set_prepared_statement_cache_capacity(512);
        Ok(Self::over(Link::Lite { c, text: HashMap::new() }))
    }

    pub(crate) fn pg(c: Postgres) -> Self {
        Self::over(Link::Pg(Box::new(c)))
    }

    fn over(link: Link) -> Self {
        Self {
            link,
            careful: true,
            limit: None,
            touched: false,
            begun: false,
            ended: None,
            asked: 0,
            late: Rows::default(),
            foreseen: Foreseen::default(),
        }
    }

    /// As `pg`, for a connection of a lane or a reader, which is lost when an answer does not come within `limit`.
    pub(crate) fn serving(mut c: Postgres, limit: Duration) -> Self {
        c.wait_at_most(Some(limit));
        Self { limit: Some(limit), ..Self::pg(c) }
    }

    pub(crate) fn is_lite(&self) -> bool {
        matches!(self.link, Link::Lite { .. })
    }

    /// Whether the connection is beyond use and has to be made anew.
    pub(crate) fn is_broken(&self) -> bool {
        match &self.link {
            Link::Lite { .. } => false,
            Link::Pg(c) => c.is_closed(),
        }
    }

    /// The same before anything is asked: whoever comes first after an outage must not be who finds out.
    pub(crate) fn is_gone(&mut self) -> bool {
        match &mut self.link {
            Link::Lite { .. } => false,
            Link::Pg(c) => c.is_gone(),
        }
    }

    /// Begins a transaction that writes. Unless it is `careful`, a statement of [`Conn::send`] that fails may be known
    /// only by the failure of a later one, or of the commit.
    pub(crate) fn begin(&mut self, careful: bool) -> Result<()> {
        (self.careful, self.begun, self.ended) = (careful, false, None);
        self.late.clear();
        self.foreseen = Foreseen::default();
        self.in_time();
        self.control(if self.is_lite() { "BEGIN IMMEDIATE" } else { "BEGIN" })?;
        self.begun = true;
        Ok(())
    }

    /// Why nothing can be done any more in this transaction, if so.
    fn goes_on(&self) -> Result<()> {
        self.ended.clone().map_or(Ok(()), Err)
    }

    /// An outcome, remembered where it ended the transaction.
    fn heed<T>(&mut self, outcome: Result<T>) -> Result<T> {
        if let (Err(e), Link::Lite { c, .. }, true) = (&outcome, &self.link, self.begun)
            && c.is_autocommit()
        {
            self.ended.get_or_insert(e.clone());
        }
        outcome
    }

    /// The rest of the transaction may take long: it sweeps, and nobody waits for it.
    pub(crate) fn sweeps(&mut self) -> Result<()> {
        if let (Link::Pg(c), true) = (&mut self.link, self.limit.is_some()) {
            c.wait_at_most(Some(SWEEP));
            self.touched = true;
            self.control("SET LOCAL statement_timeout = '9min'")?;
        }
        Ok(())
    }

    /// What follows is in time again.
    fn in_time(&mut self) {
        if let (Link::Pg(c), Some(limit)) = (&mut self.link, self.limit) {
            c.wait_at_most(Some(limit));
        }
    }

    /// Commits, durably: all of the transaction or nothing.
    pub(crate) fn commit(&mut self) -> Result<()> {
        self.write_late()?;
        self.in_time();
        self.control("COMMIT")?;
        self.begun = false;
        self.settle()
    }

    /// Undoes the transaction.
    pub(crate) fn rollback(&mut self) -> Result<()> {
        self.in_time();
        self.late.clear();
        self.begun = false;
        if self.ended.take().is_some() {
            return Ok(());
        }
        match &mut self.link {
            Link::Lite { .. } => self.control("ROLLBACK"),
            Link::Pg(c) => c.rollback().map_err(|e| dialect::pg_error(&e)),
        }
    }

    /// Undoes what was done since the savepoint `c`, and forgets that.
    pub(crate) fn undo(&mut self) -> Result<()> {
        self.control("ROLLBACK TO c")?;
        self.control("RELEASE c")?;
        self.settle()
    }

    /// From now on [`Conn::is_touched`] counts.
    pub(crate) fn watch(&mut self) {
        self.touched = false;
    }

    /// Whether something was changed, or failed in the database, since [`Conn::watch`].
    pub(crate) fn is_touched(&self) -> bool {
        self.touched
    }

    /// How many statements gave rows since this was last asked.
    pub(crate) fn take_asked(&mut self) -> u64 {
        std::mem::take(&mut self.asked)
    }

    /// Runs a statement that changes something, and says how many rows it changed.
    pub(crate) fn exec(&mut self, sql: &'static str, args: &[Value<'_>]) -> Result<u64> {
        self.goes_on()?;
        self.catch_up(sql)?;
        self.touched = true;
        let outcome = match &mut self.link {
            Link::Lite { c, text } => {
                let sql = text.entry(sql).or_insert_with(|| dialect::positional(sql));
                c.prepare_cached(sql)
                    .and_then(|mut s| s.execute(rusqlite::params_from_iter(args)))
                    .map(|n| n as u64)
                    .map_err(|e| dialect::lite_error(&e))
            }
            Link::Pg(c) => c.execute(sql, args).map_err(|e| dialect::pg_error(&e)),
        };
        self.heed(outcome)
    }

    /// Runs a statement whose outcome nobody needs: on PostgreSQL it costs no round trip. See [`Conn::begin`].
    pub(crate) fn send(&mut self, sql: &'static str, args: &[Value<'_>]) -> Result<()> {
        self.catch_up(sql)?;
        match &mut self.link {
            Link::Pg(c) if !self.careful => {
                self.touched = true;
                let args: Vec<Owned> = args.iter().map(Owned::from).collect();
                c.send(sql, args).map_err(|e| dialect::pg_error(&e))
            }
            _ => self.exec(sql, args).map(drop),
        }
    }

    /// Writes a row that nobody asks for in this transaction: on PostgreSQL together with others of its kind.
    pub(crate) fn late(&mut self, kind: &'static Late, args: &[Value<'_>]) -> Result<()> {
        if self.careful || self.is_lite() {
            return self.exec(kind.one, args).map(drop);
        }
        self.touched = true;
        self.late.add(kind, args);
        Ok(())
    }

    /// Writes what waits, if a statement could tell.
    fn catch_up(&mut self, sql: &str) -> Result<()> {
        if self.late.concern(sql) { self.write_late() } else { Ok(()) }
    }

    /// Writes what waits.
    pub(crate) fn write_late(&mut self) -> Result<()> {
        let Link::Pg(c) = &mut self.link else { return Ok(()) };
        for (sql, args) in self.late.take() {
            c.send(sql, args).map_err(|e| dialect::pg_error(&e))?;
        }
        Ok(())
    }

    pub(crate) fn each(
        &mut self,
        sql: &'static str,
        args: &[Value<'_>],
        take: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        self.goes_on()?;
        self.catch_up(sql)?;
        let outcome = self.rows(sql, args, take);
        self.heed(outcome)
    }

    /// The rows of a statement of PostgreSQL that takes arrays. It only looks.
    pub(crate) fn each_of(
        &mut self,
        sql: &'static str,
        args: &[Bound],
        mut take: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let Link::Pg(c) = &mut self.link else { return Err(Error::internal("SQLite knows no arrays")) };
        self.asked += 1;
        for row in &c.query_of(sql, args).map_err(|e| dialect::pg_error(&e))? {
            take(&Row::Pg(row))?;
        }
        Ok(())
    }

    /// Sends a statement of PostgreSQL that gives one number, which is known after the commit.
    pub(crate) fn ask(&mut self, sql: &'static str, args: Vec<Bound>) -> Result<Number> {
        let Link::Pg(c) = &mut self.link else { return Err(Error::internal("SQLite is not waited for")) };
        c.ask(sql, args).map_err(|e| dialect::pg_error(&e))
    }

    fn rows(
        &mut self,
        sql: &'static str,
        args: &[Value<'_>],
        mut take: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        self.asked += 1;
        let before = self.touched;
        // Until it is known that nothing failed, and that it only looked.
        self.touched = true;
        match &mut self.link {
            Link::Lite { c, text } => {
                let sql = text.entry(sql).or_insert_with(|| dialect::positional(sql));
                let mut stmt = c.prepare_cached(sql).map_err(|e| dialect::lite_error(&e))?;
                self.touched = before || !stmt.readonly();
                let mut rows =
                    stmt.query(rusqlite::params_from_iter(args)).map_err(|e| dialect::lite_error(&e))?;
                while let Some(row) = rows.next().map_err(|e| dialect::lite_error(&e))? {
                    take(&Row::Lite(row))?;
                }
            }
            Link::Pg(c) => {
                let rows = c.query(sql, args).map_err(|e| dialect::pg_error(&e))?;
                self.touched = before || !only_looks(sql);
                for row in &rows {
                    take(&Row::Pg(row))?;
                }
            }
        }
        Ok(())
    }

    /// A statement put together by the program from names of its own schema, run once; rows come as they are read.
    pub(crate) fn stream(
        &mut self,
        sql: &str,
        args: &[Value<'_>],
        mut take: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        match &mut self.link {
            Link::Lite { c, .. } => {
                let mut stmt = c.prepare(&dialect::positional(sql)).map_err(|e| dialect::lite_error(&e))?;
                let mut rows =
                    stmt.query(rusqlite::params_from_iter(args)).map_err(|e| dialect::lite_error(&e))?;
                while let Some(row) = rows.next().map_err(|e| dialect::lite_error(&e))? {
                    take(&Row::Lite(row))?;
                }
                Ok(())
            }
            Link::Pg(c) => c.stream(sql, args, |row| take(&Row::Pg(row)), |e| dialect::pg_error(&e)),
        }
    }

    /// As `stream`, for a statement that changes something.
    pub(crate) fn run(&mut self, sql: &str, args: &[Value<'_>]) -> Result<()> {
        match &mut self.link {
            Link::Lite { c, .. } => c
                .prepare_cached(&dialect::positional(sql))
                .and_then(|mut s| s.execute(rusqlite::params_from_iter(args)))
                .map(|_| ())
                .map_err(|e| dialect::lite_error(&e)),
            Link::Pg(c) => c.run(sql, args).map_err(|e| dialect::pg_error(&e)),
        }
    }

    /// Text of our own, without values: migrations, and what is said once.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        match &mut self.link {
            Link::Lite { c, .. } => c.execute_batch(sql).map_err(|e| dialect::lite_error(&e)),
            Link::Pg(c) => c.batch(sql).map_err(|e| dialect::pg_error(&e)),
        }
    }

    /// Transaction control that repeats for every command: prepared once, or not waited for.
    pub(crate) fn control(&mut self, sql: &'static str) -> Result<()> {
        self.goes_on()?;
        let outcome = match &mut self.link {
            Link::Lite { c, .. } => c
                .prepare_cached(sql)
                .and_then(|mut s| s.execute([]))
                .map(|_| ())
                .map_err(|e| dialect::lite_error(&e)),
            Link::Pg(c) => c.send_text(sql).map_err(|e| dialect::pg_error(&e)),
        };
        self.heed(outcome)
    }

    /// Enters an organization for the rest of the transaction, where the engine has a second wall.
    pub(crate) fn enter(&mut self, tenant: Option<portico_types::TenantId>) -> Result<()> {
        self.write_late()?;
        // What was found there is found there only.
        self.foreseen = Foreseen::default();
        match &mut self.link {
            Link::Lite { .. } => Ok(()),
            Link::Pg(c) => {
                c.send_text(&crate::postgres_wall::enter(tenant)).map_err(|e| dialect::pg_error(&e))
            }
        }
    }

    /// Waits until all that was sent has ended, and says whether it failed.
    pub(crate) fn settle(&mut self) -> Result<()> {
        match &mut self.link {
            Link::Lite { .. } => Ok(()),
            Link::Pg(c) => c.settle().map_err(|e| dialect::pg_error(&e)),
        }
    }
}

/// Whether a statement cannot change anything. Our texts say first what they do, after a remark at most.
fn only_looks(sql: &str) -> bool {
    let said = sql.strip_prefix("/*").and_then(|rest| rest.split_once("*/")).map_or(sql, |(_, text)| text);
    said.trim_start().starts_with("SELECT") && !said.contains("FOR UPDATE")
}

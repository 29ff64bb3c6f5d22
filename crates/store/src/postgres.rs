//! A connection to PostgreSQL that can send statements without waiting for each. Blocking: it belongs to one thread.
//!
//! A statement whose outcome nobody needs is sent with the next one that is waited for, so that it costs no round trip
//! of its own. PostgreSQL runs what it is sent in order and refuses the rest of a transaction after a failure, so nothing
//! of a transaction stands when one of its statements failed; [`Postgres::settle`] says whether one did.

use crate::{patience::PATIENCE, postgres_tls, value::Value};
use futures_util::{FutureExt as _, StreamExt as _};
use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{runtime::Runtime, task::JoinHandle};
use tokio_postgres::{Client, Config, Error, Row, Statement, types::ToSql};
use tokio_postgres_rustls::MakeRustlsConnect;

/// A statement on its way.
type Sent = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// A number that is known once whoever gives it was waited for.
pub(crate) type Number = Arc<OnceLock<i64>>;

/// See the module.
pub(crate) struct Postgres {
    runtime: Runtime,
    /// Moves what is sent and what comes, only while somebody waits here; how it ends is told to whoever waits.
    driver: JoinHandle<Result<(), Error>>,
    /// How long an answer may take.
    limit: Option<Duration>,
    client: Arc<Client>,
    statements: HashMap<&'static str, Statement>,
    sent: Vec<Sent>,
}

impl Postgres {
    /// Connects, and is driven by `runtime` from then on. Not for an async thread. The error is none when nothing was said
    /// within `patience`, which is also how long an answer may take until [`Postgres::wait_at_most`] says otherwise.
    pub(crate) fn connect(
        runtime: Runtime,
        config: &Config,
        tls: MakeRustlsConnect,
        patience: Duration,
    ) -> Result<Self, Option<Error>> {
        let connecting = async { tokio::time::timeout(patience, config.connect(tls)).await };
        let connected = runtime.block_on(connecting).map_err(|_| None).and_then(|c| c.map_err(Some));
        let (client, connection) = match connected {
            Ok(connected) => connected,
            Err(e) => {
                // Nobody waits for a name that is still being looked up.
                runtime.shutdown_background();
                return Err(e);
            }
        };
        let driver = runtime.spawn(connection);
        let (client, limit) = (Arc::new(client), Some(patience));
        Ok(Self { runtime, driver, limit, client, statements: HashMap::new(), sent: Vec::new() })
    }

    /// Takes the connection for lost when one answer, or one row of it, does not come within `limit` from now on.
    pub(crate) fn wait_at_most(&mut self, limit: Option<Duration>) {
        self.limit = limit;
    }

    /// Waits for an answer. After the limit the connection is closed, and all that waits for it fails as it does when it
    /// is lost: nobody knows then what became of what was sent.
    fn wait<T>(&self, answer: impl Future<Output = T>) -> T {
        let Some(limit) = self.limit else { return self.runtime.block_on(answer) };
        self.runtime.block_on(async {
            let mut answer = std::pin::pin!(answer);
            if let Ok(came) = tokio::time::timeout(limit, &mut answer).await {
                return came;
            }
            // Was this process itself stopped, the answer may have come meanwhile.
            turns().await;
            if let Some(came) = (&mut answer).now_or_never() {
                return came;
            }
            tracing::warn!(
                seconds = limit.as_secs(),
                "PostgreSQL has not answered for too long; the connection is given up"
            );
            // Its end takes the socket with it, and everything that waits is told.
            self.driver.abort();
            answer.await
        })
    }

    /// Whether it is beyond use.
    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// As `is_closed`, for a connection that nobody has waited on for a while: what has come meanwhile, its end among it,
    /// is looked at first.
    pub(crate) fn is_gone(&mut self) -> bool {
        self.runtime.block_on(turns());
        self.is_closed()
    }

    /// Runs a statement and says how many rows it changed.
    pub(crate) fn execute(&mut self, sql: &'static str, args: &[Value<'_>]) -> Result<u64, Error> {
        let statement = self.statement(sql)?;
        self.wait(self.client.execute_raw(&statement, args.iter().copied()))
    }

    /// Sends a statement. Whether it failed is known at the next `settle`, or by the failure of whatever comes next.
    pub(crate) fn send<V>(&mut self, sql: &'static str, args: Vec<V>) -> Result<(), Error>
    where
        V: ToSql + Send + Sync + 'static,
    {
        let statement = self.statement(sql)?;
        let client = Arc::clone(&self.client);
        self.post(Box::pin(async move { client.execute_raw(&statement, args).await.map(drop) }))
    }

    /// Sends a statement that gives one row with a number, which is known at the next `settle`.
    pub(crate) fn ask<V>(&mut self, sql: &'static str, args: Vec<V>) -> Result<Number, Error>
    where
        V: ToSql + Send + Sync + 'static,
    {
        let statement = self.statement(sql)?;
        let (client, number) = (Arc::clone(&self.client), Number::default());
        let told = Arc::clone(&number);
        self.post(Box::pin(async move {
            let args: Vec<&(dyn ToSql + Sync)> = args.iter().map(|v| v as _).collect();
            let row = client.query_one(&statement, &args).await?;
            let _once = told.set(row.try_get(0)?);
            Ok(())
        }))?;
        Ok(number)
    }

    /// Sends text of our own without values.
    pub(crate) fn send_text(&mut self, sql: &str) -> Result<(), Error> {
        let (client, sql) = (Arc::clone(&self.client), sql.to_owned());
        self.post(Box::pin(async move { client.batch_execute(&sql).await }))
    }

    fn post(&mut self, mut sent: Sent) -> Result<(), Error> {
        // The first look at it puts it into the connection's queue; the bytes leave with whatever is waited for next.
        if let Some(ended) = sent.as_mut().now_or_never() {
            return ended;
        }
        self.sent.push(sent);
        Ok(())
    }

    /// Waits for all that was sent. The first failure is the cause of those after it.
    pub(crate) fn settle(&mut self) -> Result<(), Error> {
        let sent = std::mem::take(&mut self.sent);
        self.wait(async {
            let mut outcome = Ok(());
            for one in sent {
                let ended = one.await;
                outcome = outcome.and(ended);
            }
            outcome
        })
    }

    /// Ends the transaction without its effects, whatever became of what was sent.
    pub(crate) fn rollback(&mut self) -> Result<(), Error> {
        self.sent.clear();
        self.wait(self.client.batch_execute("ROLLBACK"))
    }

    /// Runs text of our own without values, after all that was sent.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<(), Error> {
        self.send_text(sql)?;
        self.settle()
    }

    /// The rows of a statement.
    pub(crate) fn query(&mut self, sql: &'static str, args: &[Value<'_>]) -> Result<Vec<Row>, Error> {
        self.query_of(sql, args)
    }

    /// The rows of a statement that takes other values than ours.
    pub(crate) fn query_of(
        &mut self,
        sql: &'static str,
        args: &[impl ToSql + Sync],
    ) -> Result<Vec<Row>, Error> {
        let statement = self.statement(sql)?;
        let args: Vec<&(dyn ToSql + Sync)> = args.iter().map(|v| v as _).collect();
        self.wait(self.client.query(&statement, &args))
    }

    /// The rows of a statement put together by the program, as they come.
    pub(crate) fn stream<E>(
        &mut self,
        sql: &str,
        args: &[Value<'_>],
        mut take: impl FnMut(&Row) -> Result<(), E>,
        failed: impl Fn(Error) -> E,
    ) -> Result<(), E> {
        let rows = self.wait(self.client.query_raw(sql, args.iter().copied())).map_err(&failed)?;
        let mut rows = std::pin::pin!(rows);
        while let Some(row) = self.wait(rows.next()) {
            take(&row.map_err(&failed)?)?;
        }
        Ok(())
    }

    /// Runs a statement put together by the program.
    pub(crate) fn run(&mut self, sql: &str, args: &[Value<'_>]) -> Result<(), Error> {
        self.wait(self.client.execute_raw(sql, args.iter().copied())).map(drop)
    }

    fn statement(&mut self, sql: &'static str) -> Result<Statement, Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.wait(self.client.prepare(sql))?;
        self.statements.insert(sql, statement.clone());
        Ok(statement)
    }
}

/// Lets the connection read what has come: one turn to hear of it, one to read it, one for good measure.
async fn turns() {
    for _ in 0..3 {
        tokio::task::yield_now().await;
    }
}

/// What drives one connection, on the thread that waits for it.
fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// When PostgreSQL gives a client up that is gone without a word: what its session holds, locks among it, is free then.
const PARTING: &str = "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; SET tcp_user_timeout = '15s'";

/// Connects to the PostgreSQL of an address, which may be silent for `patience`, also later until
/// [`Postgres::wait_at_most`] says otherwise. Neither side waits for the other for ever when the way between them is cut
/// without a word. Blocking.
pub(crate) fn reach(url: &str, patience: Duration) -> Result<Postgres, portico_types::Error> {
    let (url, tls) = postgres_tls::of(url)?;
    let mut config: Config = url.parse().map_err(|_| {
        portico_types::Error::internal("--database cannot be read; write postgres://user:password@host/name")
    })?;
    // A machine that is gone does not refuse, it is silent: nobody may wait for it for minutes.
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(patience);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(PATIENCE);
    }
    // The same for one that goes while it owes an answer.
    config.keepalives_idle(PATIENCE / 2).keepalives_interval(PATIENCE / 5).keepalives_retries(3);
    let runtime = runtime().map_err(portico_types::Error::internal)?;
    // Somebody who takes the connection and says nothing is as bad; each host gets its turn.
    let all = patience * config.get_hosts().len().max(1) as u32;
    let mut c = postgres_tls::outcome(Postgres::connect(runtime, &config, tls, all), config.get_hosts())?;
    c.wait_at_most(Some(patience));
    c.batch(PARTING).map_err(|e| crate::dialect::pg_error(&e))?;
    Ok(c)
}

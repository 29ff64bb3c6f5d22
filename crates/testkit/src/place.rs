//! Where a test's database is: a directory or a database of its own, gone when it is dropped.

use portico_store::Engine;
use std::{
    fmt,
    sync::atomic::{AtomicU32, Ordering},
};

/// The variable that names a PostgreSQL server for tests.
const VARIABLE: &str = "PORTICO_TEST_POSTGRES";

/// Where a test's data is; gone when it is dropped.
pub enum Place {
    /// For SQLite.
    Directory(tempfile::TempDir),
    /// Of PostgreSQL.
    Database(Database),
}

/// A database of a test's own on the PostgreSQL that `PORTICO_TEST_POSTGRES` names. It is gone when this is dropped.
pub struct Database {
    server: String,
    name: String,
}

/// One place on each engine at hand.
pub(crate) fn all() -> Vec<Place> {
    let mut places = vec![Place::Directory(tempfile::tempdir().expect("a temporary directory"))];
    if let Ok(server) = std::env::var(VARIABLE) {
        places.push(Place::Database(Database::on(server)));
    }
    places
}

/// A new, empty database on PostgreSQL, where there is one.
pub fn postgres() -> Option<Place> {
    Database::new().map(Place::Database)
}

impl Database {
    /// A new, empty one; nothing where there is no PostgreSQL to test on.
    pub fn new() -> Option<Self> {
        std::env::var(VARIABLE).ok().map(Self::on)
    }

    fn on(server: String) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        administer(&server, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        administer(&server, format!("CREATE DATABASE {name}"));
        Self { server, name }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        let base = self.server.rsplit_once('/').map_or(self.server.as_str(), |(base, _)| base);
        format!("{base}/{}", self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        administer(&self.server, format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

/// Runs a statement on a PostgreSQL as its operator would; gives the first value of its first row.
///
/// The blocking client must not run inside an async runtime, so it gets a thread of its own.
pub fn administer(server: &str, sql: String) -> Option<String> {
    let server = server.to_owned();
    std::thread::spawn(move || {
        let mut client =
            postgres::Client::connect(&server, postgres::NoTls).expect("PORTICO_TEST_POSTGRES answers");
        let answer = client.simple_query(&sql).expect("the test server does what its operator says");
        answer.iter().find_map(|said| match said {
            postgres::SimpleQueryMessage::Row(row) => row.get(0).map(ToOwned::to_owned),
            _ => None,
        })
    })
    .join()
    .expect("administering the test server")
}

impl Place {
    /// How it is opened.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Directory(dir) => Engine::Sqlite(dir.path().to_owned()),
            Self::Database(database) => Engine::Postgres(database.url()),
        }
    }
}

impl Place {
    /// Lets connections to a database in, or ends them all and takes none: as if it had gone away. A directory stays.
    pub fn accept(&self, connections: bool) {
        let Self::Database(Database { server, name }) = self else { return };
        administer(server, format!("ALTER DATABASE {name} ALLOW_CONNECTIONS {connections}"));
        if !connections {
            administer(
                server,
                format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"),
            );
        }
    }
}

impl Place {
    /// Runs SQL in a database as its owner, behind the back of whoever works there. A directory is left as it is.
    pub fn execute(&self, sql: &str) {
        let Self::Database(database) = self else { return };
        administer(&database.url(), sql.to_owned());
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Directory(_) => "SQLite",
            Self::Database(_) => "PostgreSQL",
        })
    }
}

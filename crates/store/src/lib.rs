//! Everything that is kept: write lanes, read pool, transactions, migrations, every SQL statement, the event log, jobs,
//! audit and the search index, on SQLite and PostgreSQL with one SQL text.
//!
//! There is no connection without a tenant: [`Read`] and [`Tx`] bind it as `$1` themselves. Instance-wide look-ups are
//! the separate, small [`InstanceTx`]. Who may is not decided here: writes take a permit of `policy`.
#![warn(missing_docs)]

mod area;
mod conn;
pub mod copy;
mod db;
mod dialect;
mod foreseen;
#[cfg(test)]
mod frozen;
mod instance;
mod lane;
mod late;
mod log;
mod migrate;
mod open;
mod patience;
mod pool;
mod postgres;
mod postgres_tls;
mod postgres_wall;
mod schedule;
mod serving;
mod stats;
mod tx;
mod value;

pub use area::*;
pub use db::{Db, Engine, Options};
pub use instance::{ClaimedJob, CredentialKind, InstanceTx, Looked, PublicName, hash_secret};
pub use log::{LogEvent, Logged};
pub use migrate::SCHEMA_VERSION;
pub use schedule::BackupState;
pub use stats::{STATS, Stats};
pub use tx::{Job, Read, Tx};
pub use value::{Row, Value};

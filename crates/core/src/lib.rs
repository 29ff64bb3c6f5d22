//! Commands and queries: the only place where things happen.
//!
//! A command is a plain function of its input, the context and one transaction: access → rules → write → events →
//! jobs → audit. Synchronous, without clock, dice or network of its own. `flows` holds the few steps that need async
//! between transactions (hashing a password, rendering a message). Knows no HTTP and no wire types.

mod app;
mod command;
mod ctx;
mod record;

pub mod customers;
pub mod files;
pub mod messages;
pub mod people;
pub mod rooms;
pub mod security;

pub use app::App;
pub use command::{Command, Query};
pub use ctx::{Ctx, IdempotencyKey};
pub use people::SignedInFor;
pub use portico_store::{Page, RoomRow};
pub use record::Record;

/// Whether the database answers.
pub fn ping(tx: &mut portico_store::InstanceTx<'_>) -> portico_types::Result<()> {
    tx.ping()
}

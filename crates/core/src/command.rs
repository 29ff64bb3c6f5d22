//! The shape of what one can ask.

use crate::Ctx;
use portico_store::{Read, Tx};
use portico_types::{Error, Result};
use serde::{Serialize, de::DeserializeOwned};

/// Something that changes the organization.
pub trait Command: Send + 'static {
    /// What it answers.
    type Out: Serialize + DeserializeOwned + Send + 'static;

    /// Its name in the matrix, when an attempt that was denied belongs into the audit record.
    const AUDITED: Option<&'static str> = None;

    /// What its order depends on (a room, an aggregate): it picks the write lane.
    fn lane(&self) -> u64 {
        0
    }

    /// Does it. May run more than once (deadlock victims run again), so it must not use anything up.
    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Self::Out>;

    /// What is kept of the answer so that a replay can give it again. Secrets are not.
    fn remember(&self, out: &Self::Out) -> Result<String> {
        serde_json::to_string(out).map_err(Error::internal)
    }

    /// The answer to a replay.
    fn recall(&self, _ctx: &Ctx, _tx: &mut Tx<'_>, made: &str) -> Result<Self::Out> {
        serde_json::from_str(made).map_err(Error::internal)
    }
}

/// Something that only looks.
pub trait Query: Send + 'static {
    /// What it answers.
    type Out: Send + 'static;

    /// Looks.
    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out>;
}

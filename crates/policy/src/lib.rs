//! Who may do what: the only place that decides, and the only one that can make a [`Permit`].
//!
//! Facts (read by the store in the same transaction) become relations, relations are looked up in the matrix, and the
//! outcome is a permit that names the thing it was granted for. Suspension and token scopes are part of every
//! decision. Nothing is allowed unless the matrix says so. No I/O.
#![warn(missing_docs)]

mod actor;
mod facts;
mod matrix;
mod permit;
mod relation;

pub use actor::{Actor, Reason, Standing, Via};
pub use facts::{Facts, InboxFacts, MessageFacts, OrganizationFacts, ProgramFacts, RoomFacts};
pub use matrix::*;
pub use permit::{Permit, require, seen};
pub use relation::{Class, Relation, Relations};

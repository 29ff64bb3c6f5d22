//! The vocabulary every other crate shares: ids, time, randomness, secrets, cursors and errors.
//!
//! Owns no behaviour of the product and does no I/O; the clock and the random source of the operating system are
//! implemented in the server, which hands them down.

#![warn(missing_docs)]

mod cursor;
mod error;
mod id;
pub mod meter;
mod percent;
mod rng;
mod secret;
mod time;

pub use cursor::{LogPlace, PageCursor};
pub use error::{Error, ErrorCode, Result};
pub use id::{
    AuditId, ContactId, DraftKey, FileId, Id, InboxId, InviteId, JobId, MemberId, MessageId, OrganizationId,
    ProgramId, ReporterId, RoomId, SessionId, TeamId, TenantId, TokenId,
};
pub use percent::percent_decoded;
pub use rng::{Rng, SeededRng};
pub use secret::{Secret, SecretHash};
pub use time::{Clock, ManualClock, Millis};

//! The HTTP surface in process: who may call what (the walk), what is refused (bad input), what never leaks.
#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests fail by panicking, as tests do")]

mod contract;
mod files;
mod forms;
mod guard;
mod idempotency;
mod invites;
mod paging;
mod sessions;
mod sign_in;
mod stream;
mod walk;

//! The HTTP surface in process: who may call what (the walk), and what becomes of bad input.
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking, as tests do")]

mod description;
mod files;
mod forms;
mod full;
mod guard;
mod idempotency;
mod invites;
mod paging;
mod reporter_files;
mod sessions;
mod sign_in;
mod socket;
mod statements;
mod stream;
mod team;
mod walk;

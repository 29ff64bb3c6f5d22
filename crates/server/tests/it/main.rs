//! The real binary: its command line, and what it keeps when it is killed or the disk is full.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]

mod closed_log;
mod command_line;
mod full_disk;
mod keep;
mod killed;
mod metrics;
mod scheduled;
mod server;
#[path = "../cluster/stream.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod stream;
mod upgraded;

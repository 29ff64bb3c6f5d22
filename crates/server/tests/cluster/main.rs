//! Several nodes of the real binary on one PostgreSQL, with a real NATS between them: what is said on one is heard on the
//! others, what is taken away is taken away everywhere, and what any of the parts does when it is gone.
//!
//! They run where `PORTICO_TEST_POSTGRES` names a server, and `PORTICO_NATS_SERVER` and `PORTICO_S3_SERVER` the programs, as
//! `make test` sees to.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]

mod bucket;
mod certificates;
mod faults;
mod nats;
mod nodes;
mod postgres;
mod refused_bucket;
mod refused_bus;
mod refused_database;
mod s3;
#[path = "../it/server.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod server;
mod speaking;
mod stream;
mod world;

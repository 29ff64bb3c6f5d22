//! The hub on a real database: order, resume, revocation, wire formats, back-pressure, two nodes, things of the moment.
//! Tests wait for what is to come; that something does not come is seen by what comes after it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says so by failing"
)]

mod expire;
mod listeners;
mod moment;
mod nodes;
mod order;
mod poll;
mod resume;
mod revoke;
mod slow;
mod together;
mod wire;
mod world;

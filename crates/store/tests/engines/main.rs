//! What both engines must keep: one tenant's view, commit order, failing alone, replays, walls, and refusing to start on
//! a database that is not ours to touch.
#![expect(
    clippy::unwrap_used,
    clippy::redundant_closure_for_method_calls,
    reason = "a test that fails panics; methods of a view that borrows are no function for every lifetime"
)]

mod keys;
mod lanes;
mod refused;
mod rows;
mod world;

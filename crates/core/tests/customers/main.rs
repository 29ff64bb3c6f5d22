//! The Customers desk, asked as the API asks it, on both engines.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod contacts;
mod conversation;
mod desk;
mod identity;
mod inboxes;
mod shop;
mod snooze;
mod visitor;

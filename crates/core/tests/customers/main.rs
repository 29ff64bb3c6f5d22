//! The Customers desk, asked as the API asks it, on both engines.

mod contacts;
mod conversation;
mod desk;
mod identity;
mod inboxes;
mod shop;
mod snooze;
mod visitor;

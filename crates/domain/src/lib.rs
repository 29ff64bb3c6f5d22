//! The things of Portico and their pure rules, by area.
//!
//! Entities serialize to their *record form*: what the event log keeps and what the native API shows a member (see
//! docs/adr/0004). What differs by viewer is not here: outside people get projections of their own in the API.
//! No I/O, no clock, no async, no SQL.

pub mod audit;
pub mod contact;
pub mod conversation;
pub mod event;
pub mod file;
pub mod inbox;
pub mod limits;
pub mod member;
pub mod message;
pub mod organization;
pub mod program;
pub mod report;
pub mod room;
pub mod session;
pub mod team;

//! Everything Portico does to text before it is stored, indexed or shown.
//!
//! Owns: Markdown to safe HTML, plain-text previews, the rules for names and handles, search terms and
//! queries, HTML escaping, link discovery.
//!
//! Must not: read files, sockets, clocks or databases, or know who may see what. Every function is pure,
//! takes hostile input, never panics, and runs in time about proportional to its input. Callers cap
//! message text at [`MAX_SOURCE_CHARS`].

pub mod emoji;
pub mod links;
pub mod markdown;
pub mod names;
pub mod plain;
pub mod search;

mod chars;
mod escape;

pub use escape::escape_html;

/// The longest message source, in characters, that callers may hand to this crate.
pub const MAX_SOURCE_CHARS: usize = 16_000;

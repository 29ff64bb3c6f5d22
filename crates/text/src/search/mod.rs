//! Search text: what goes into the index and how a query is understood. Owns the splitting into terms,
//! the query language, and its expressions for SQLite FTS5 and PostgreSQL. Must not run a query or know
//! who may see what it finds.
//!
//! # Terms
//!
//! Text becomes a sequence of *terms* of letters and digits only, folded to one case and without
//! accents. It is made of *groups*, parted by anything else:
//!
//! - a word is a term;
//! - words joined by one `-`, `_` or `.` (`user_id`) are each a term, followed by the whole (`userid`);
//! - a run of a script without spaces (Han, kana, Hangul, Thai, …) is its overlapping pairs of
//!   characters, followed by its last character: `生产环境` is `生产 产环 环境 境`.
//!
//! The last term of a joined word or longer run is its *trailer*. A query says the same sequence, without
//! the trailer of its very last group, so that a part of a word or run finds the whole.
//!
//! # Storing
//!
//! SQLite: `fts5(terms, tokenize = 'ascii')`, which splits at nothing but the spaces, with [`terms`] as the
//! value and [`fts5_match`] for `MATCH`. PostgreSQL: [`tsvector`] cast `::tsvector`, [`tsquery`] cast `::tsquery`;
//! the casts take terms as they are, where `to_tsvector` would split some again.

mod engine;
mod highlight;
mod query;
mod split;

pub use engine::{fts5_match, tsquery, tsvector};
pub use highlight::highlight;
pub use query::{Date, Has, MAX_QUERY_BYTES, MAX_WORDS, Query, QueryError, parse_query};
pub use split::terms;

#[cfg(test)]
mod match_tests;

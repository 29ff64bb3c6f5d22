//! The query language. Owns its grammar, its limits and what to say about what it does not understand.
//! Must not resolve handles or dates to anything stored.
//!
//! `words "exact phrases" -without from:maya in:general before:2026-11-01 after:… on:… has:file|link|image`

use super::split::{is_single, sequence};
use crate::names::fold;

/// The longest query that is read, in bytes; the rest is dropped with an error.
pub const MAX_QUERY_BYTES: usize = 1_000;
/// The most words and phrases, wanted and excluded together, and the most terms in one of them.
pub const MAX_WORDS: usize = 24;

/// A calendar day, in the time zone of whoever searches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// Year, 1 to 9999.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, from 1; it exists.
    pub day: u8,
}

/// What a message must carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Has {
    /// Any file.
    File,
    /// A link.
    Link,
    /// A picture.
    Image,
}

/// A part of the query that was ignored, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// The part as typed.
    pub token: String,
    /// What to do about it; fit to show.
    pub message: String,
}

/// A query as understood. All of it must hold for a message to be found; several `from` or several `in`
/// are alternatives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// Each is a sequence of terms that must be adjacent: a word has one or more, a phrase any number.
    pub words: Vec<Vec<String>>,
    /// Sequences that must not occur.
    pub excluded: Vec<Vec<String>>,
    /// Whether the last of `words` may continue after what was typed: `dep` finds `deploy`.
    pub prefix: bool,
    /// Handles of authors, folded.
    pub from: Vec<String>,
    /// Handles of channels, folded.
    pub in_: Vec<String>,
    /// Only before the start of this day.
    pub before: Option<Date>,
    /// Only after the end of this day.
    pub after: Option<Date>,
    /// Only on this day.
    pub on: Option<Date>,
    /// What the message must carry.
    pub has: Vec<Has>,
    /// What was ignored.
    pub errors: Vec<QueryError>,
}

impl Query {
    /// Whether nothing restricts the search.
    pub fn is_empty(&self) -> bool {
        let dates = self.before.or(self.after).or(self.on);
        self.words.is_empty()
            && self.from.is_empty()
            && self.in_.is_empty()
            && dates.is_none()
            && self.has.is_empty()
    }

    fn refuse(&mut self, token: &str, message: &str) {
        self.errors.push(QueryError { token: token.to_owned(), message: message.to_owned() });
    }
}

/// Reads a query. Never fails: what it cannot understand is listed in [`Query::errors`].
pub fn parse_query(text: &str) -> Query {
    let mut query = Query::default();
    let mut rest = text;
    if rest.len() > MAX_QUERY_BYTES {
        let cut = (0..=MAX_QUERY_BYTES).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        rest = text.get(..cut).unwrap_or_default();
        query.refuse("…", "the search is too long; only its first 1000 bytes were used");
    }
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            break;
        }
        let (token, left) = next_token(rest);
        take(&mut query, token, left.is_empty());
        rest = left;
    }
    if query.words.is_empty() && !query.excluded.is_empty() {
        query.excluded.clear();
        query.refuse("-", "add a word to look for; a word with \"-\" only narrows a search");
    }
    query
}

/// The next token and what is left: up to white space, or, for a phrase, up to its closing quote.
fn next_token(text: &str) -> (&str, &str) {
    let quote = text.strip_prefix('-').unwrap_or(text);
    let skipped = text.len() - quote.len();
    let end = match quote.strip_prefix(is_quote) {
        Some(phrase) => {
            let open = quote.len() - phrase.len();
            phrase.find(is_quote).map(|at| {
                let close = phrase.get(at..).and_then(|s| s.chars().next()).map_or(0, char::len_utf8);
                skipped + open + at + close
            })
        }
        None => text.find(char::is_whitespace),
    };
    text.split_at_checked(end.unwrap_or(text.len())).unwrap_or((text, ""))
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„')
}

/// Adds one token to the query. `last` says that nothing follows it, not even a space.
fn take(query: &mut Query, token: &str, last: bool) {
    let (word, exclude) = match token.strip_prefix('-') {
        Some(word) if !word.is_empty() => (word, true),
        _ => (token, false),
    };
    if let Some(phrase) = word.strip_prefix(is_quote) {
        add_words(query, token, phrase.trim_end_matches(is_quote), exclude, false);
    } else if let Some((name, value)) = filter(word) {
        if exclude {
            query.refuse(token, "\"-\" works with words and phrases only");
        } else if let Err(message) = add_filter(query, &name, value) {
            query.refuse(token, message);
        }
    } else {
        add_words(query, token, word, exclude, last);
    }
}

/// Splits `name:value` if the name is one of the filters.
fn filter(word: &str) -> Option<(String, &str)> {
    let (name, value) = word.split_once(':')?;
    let name = name.to_ascii_lowercase();
    matches!(name.as_str(), "from" | "in" | "before" | "after" | "on" | "has").then_some((name, value))
}

fn add_filter(query: &mut Query, name: &str, value: &str) -> Result<(), &'static str> {
    let day = || date(value).ok_or("write the day as in 2026-11-01");
    match name {
        "from" => push_handle(&mut query.from, value.trim_start_matches('@'))?,
        "in" => push_handle(&mut query.in_, value.trim_start_matches(['~', '#']))?,
        "before" => query.before = Some(day().map(|d| query.before.map_or(d, |known| known.min(d)))?),
        "after" => query.after = Some(day().map(|d| query.after.map_or(d, |known| known.max(d)))?),
        "on" => query.on = Some(day()?),
        _ => {
            let has = match value.to_ascii_lowercase().as_str() {
                "file" | "files" => Has::File,
                "link" | "links" => Has::Link,
                "image" | "images" => Has::Image,
                _ => return Err("use has:file, has:link or has:image"),
            };
            if !query.has.contains(&has) {
                query.has.push(has);
            }
        }
    }
    Ok(())
}

fn push_handle(handles: &mut Vec<String>, value: &str) -> Result<(), &'static str> {
    let handle = fold(value.trim_matches(is_quote));
    if handle.is_empty() {
        return Err("write a name right after the colon");
    }
    if handles.len() >= MAX_WORDS {
        return Err("too many names; leave some out");
    }
    if !handles.contains(&handle) {
        handles.push(handle);
    }
    Ok(())
}

fn add_words(query: &mut Query, token: &str, text: &str, exclude: bool, open: bool) {
    let mut terms = sequence(text);
    if terms.is_empty() {
        return;
    }
    if query.words.len() + query.excluded.len() >= MAX_WORDS {
        return query.refuse(token, "too many words; leave some out");
    }
    if terms.len() > MAX_WORDS {
        // Long enough to be unique; a longer phrase would only cost more.
        terms.truncate(MAX_WORDS);
    }
    if exclude {
        query.excluded.push(terms);
    } else {
        let last = terms.last().map(String::as_str).unwrap_or_default();
        query.prefix = open
            && text.ends_with(char::is_alphanumeric)
            && (is_single(last) || last.chars().nth(1).is_some());
        query.words.push(terms);
    }
}

/// A day written `YYYY-MM-DD` that exists.
fn date(text: &str) -> Option<Date> {
    let number = |range: std::ops::Range<usize>| {
        let digits = text.get(range)?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<u16>().ok()).flatten()
    };
    let dashes = text.len() == 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    (dashes && year > 0 && (1..=days).contains(&day)).then_some(Date {
        year,
        month: month as u8,
        day: day as u8,
    })
}

#[cfg(test)]
#[path = "query_tests.rs"]
mod tests;

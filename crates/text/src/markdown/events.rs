//! Source to parser events. Owns the parser's options and the corrections chat needs: one tilde is a
//! tilde, HTML is text, an address is not torn apart by `_` or `*`, escapes are remembered, tables stay
//! small. Must not produce HTML.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd};

use super::MAX_CELLS;
use crate::links;

/// Stands before a sigil (`@`, `~`, `:`) that was escaped with a backslash. A noncharacter, which
/// [`prepare`] keeps out of the source.
pub(crate) const ESCAPED: char = '\u{FDD0}';

/// An event with the bytes of the source it comes from.
pub(crate) type Ranged<'a> = (Event<'a>, Range<usize>);

/// Replaces the character that this module uses for itself, and NUL, which no reader would see.
pub(crate) fn prepare(source: &str) -> Cow<'_, str> {
    if source.contains([ESCAPED, '\0']) {
        Cow::Owned(source.replace([ESCAPED, '\0'], "\u{FFFD}"))
    } else {
        Cow::Borrowed(source)
    }
}

/// Parses a message. `source` must come from [`prepare`].
pub(crate) fn parse(source: &str) -> Vec<Ranged<'_>> {
    // Subscript is switched on only to take single tildes away from strikethrough.
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_SUBSCRIPT;
    let mut events: Vec<Ranged<'_>> = Vec::new();
    let (mut in_code, mut cells) = (false, 0_usize);
    for (event, range) in Parser::new_ext(source, options).into_offset_iter() {
        match event {
            Event::Start(Tag::Subscript) => {
                let end = range.start + 1;
                events.push((Event::Text("~".into()), range.start..end));
            }
            Event::End(TagEnd::Subscript) => {
                let start = range.end.saturating_sub(1);
                events.push((Event::Text("~".into()), start..range.end));
            }
            Event::Html(text) | Event::InlineHtml(text) => events.push((Event::Text(text), range)),
            Event::Text(text) if !in_code && is_escaped(source, &range, &text) => {
                events.push((Event::Text(CowStr::from(format!("{ESCAPED}{text}"))), range));
            }
            // Short rows are filled up with empty cells; a wide table could grow a thousandfold.
            Event::End(TagEnd::TableCell)
                if cells > MAX_CELLS && matches!(events.last(), Some((Event::Start(Tag::TableCell), _))) =>
            {
                events.pop();
            }
            event => {
                match event {
                    Event::Start(Tag::CodeBlock(_)) => in_code = true,
                    Event::End(TagEnd::CodeBlock) => in_code = false,
                    Event::Start(Tag::TableCell) => cells += 1,
                    _ => {}
                }
                events.push((event, range));
            }
        }
    }
    mend_addresses(source, &mut events);
    events
}

/// Was the sigil at the start of this text written with a backslash before it?
fn is_escaped(source: &str, range: &Range<usize>, text: &str) -> bool {
    text.starts_with(['@', '~', ':'])
        && source.get(..range.start).is_some_and(|before| before.ends_with('\\'))
}

/// Puts web addresses together again that contain what looks like emphasis, as in `/__init__.py`.
fn mend_addresses(source: &str, events: &mut [Ranged<'_>]) {
    let (mut closed, mut at) = (0_usize, 0);
    while at < events.len() {
        match &events[at].0 {
            Event::Start(Tag::CodeBlock(_) | Tag::Link { .. } | Tag::Image { .. }) => closed += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::Link | TagEnd::Image) => closed = closed.saturating_sub(1),
            Event::Text(_) if closed == 0 => {
                if let Some(end) = unfinished_address(source, &events[at].1) {
                    at += mend(source, events.get_mut(at..).unwrap_or_default(), end);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

/// Where in the source the address ends that starts in this piece of text and runs past it.
fn unfinished_address(source: &str, range: &Range<usize>) -> Option<usize> {
    // Only the last word of the text can run on.
    let last = source.get(range.clone())?.rsplit(char::is_whitespace).next()?;
    let word = range.end - last.len();
    let start = source
        .get(word..range.end)?
        .char_indices()
        .map(|(at, _)| word + at)
        .find(|at| source.get(*at..).is_some_and(links::starts_address))?;
    let end = start + links::reach(source.get(start..)?);
    (end > range.end).then_some(end)
}

/// Joins the events that follow `events[0]` up to `end` onto it, if they are nothing but text and whole
/// emphasis. Returns how many events it has emptied.
fn mend(source: &str, events: &mut [Ranged<'_>], end: usize) -> usize {
    let Some((Event::Text(first), range)) = events.first() else {
        return 0;
    };
    let (mut joined, mut cursor, mut open, mut used) = (first.to_string(), range.end, 0_usize, 0);
    for (at, (event, range)) in events.iter().enumerate().skip(1) {
        if range.end > end {
            break;
        }
        match event {
            Event::Text(text) => {
                joined.push_str(source.get(cursor..range.start).unwrap_or_default());
                joined.push_str(text);
                cursor = range.end;
            }
            Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough) => open += 1,
            Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough) if open > 0 => {
                open -= 1;
                joined.push_str(source.get(cursor..range.end).unwrap_or_default());
                cursor = range.end;
            }
            _ => break,
        }
        if open == 0 {
            used = at;
        }
    }
    if used == 0 || open > 0 {
        return 0;
    }
    let last = events.get(used).map_or(cursor, |(_, range)| range.end);
    for (event, range) in events.iter_mut().skip(1).take(used) {
        *event = Event::Text("".into());
        *range = last..last;
    }
    if let Some((event, range)) = events.first_mut() {
        *event = Event::Text(joined.into());
        range.end = last;
    }
    used
}

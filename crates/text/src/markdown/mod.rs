//! Markdown as chat users write it, to safe HTML. Owns the dialect, what a message mentions and links to,
//! and the exact set of HTML that can come out. Must not look names up itself or load anything.
//!
//! The dialect: CommonMark with tables, task lists and `~~strikethrough~~`; every newline is a line
//! break; bare web and e-mail addresses are links; `@handle`, `~handle` and `:emoji:` are understood
//! outside code; raw HTML is shown as text; an image is a link to it.

use std::cell::RefCell;
use std::collections::BTreeSet;

pub(crate) mod events;
mod inline;
mod sanitize;
mod writer;

/// The deepest nesting of elements that is kept; what is nested deeper is shown flat.
pub const MAX_DEPTH: usize = 32;
/// The most table cells one message may have; tables beyond are shown as lines of text.
pub const MAX_CELLS: usize = 2_000;

/// A member, team or bot as mentioned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberName {
    /// Goes into `data-member` and into [`Mention::Member`].
    pub id: String,
    /// Shown after the `@`.
    pub name: String,
}

/// A channel as referred to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelName {
    /// Goes into `data-room`.
    pub id: String,
    /// Shown after the `~`.
    pub name: String,
}

/// Who and what can be mentioned. Handles come folded by [`crate::names::fold`]; a handle may be asked
/// for more than once, and with less and less of its end until one is known.
pub trait Names {
    /// The member, team or bot with this handle, if the reader may know of it.
    fn member(&self, handle: &str) -> Option<MemberName>;
    /// The channel with this handle, if every reader of the message may know of it.
    fn channel(&self, handle: &str) -> Option<ChannelName>;
}

/// Knows nobody: for text in which nothing can be mentioned.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoNames;

impl Names for NoNames {
    fn member(&self, _handle: &str) -> Option<MemberName> {
        None
    }
    fn channel(&self, _handle: &str) -> Option<ChannelName> {
        None
    }
}

/// Somebody a message calls on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mention {
    /// One member, team or bot, by the id that [`Names::member`] gave.
    Member(String),
    /// Everybody in the room: `@channel`, `@all` or `@here`.
    Channel,
}

/// A message ready to show.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rendered {
    /// Safe HTML, in the allow-list of this module and nothing else.
    pub html: String,
    /// Whom the message mentions, each once, in order.
    pub mentions: Vec<Mention>,
    /// The http and https addresses it links to, each once, in order.
    pub links: Vec<String>,
    /// Whether it holds a code span or block.
    pub has_code: bool,
}

/// Renders Markdown. `source` should be at most [`crate::MAX_SOURCE_CHARS`] long.
pub fn render(source: &str, names: &dyn Names) -> Rendered {
    let source = events::prepare(source);
    let mut rendered = writer::write(events::parse(&source), names);
    if rendered.html.trim().is_empty() && !source.trim().is_empty() {
        // Only link definitions, say. What was sent must be seen.
        rendered.html = format!("<p>{}</p>", crate::escape_html(source.trim()));
    }
    rendered.html = sanitize::clean(&rendered.html);
    rendered
}

/// The `links` of [`render`] alone.
pub(crate) fn links(source: &str) -> Vec<String> {
    writer::write(events::parse(&events::prepare(source)), &NoNames).links
}

/// The handles a message may refer to: what to load before [`render`] in one go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Candidates {
    /// Handles after `@`.
    pub members: BTreeSet<String>,
    /// Handles after `~`.
    pub channels: BTreeSet<String>,
}

/// Every handle that [`render`] could ask [`Names`] for.
pub fn candidates(source: &str) -> Candidates {
    struct Asked(RefCell<Candidates>);
    impl Names for Asked {
        fn member(&self, handle: &str) -> Option<MemberName> {
            self.0.borrow_mut().members.insert(handle.to_owned());
            None
        }
        fn channel(&self, handle: &str) -> Option<ChannelName> {
            self.0.borrow_mut().channels.insert(handle.to_owned());
            None
        }
    }
    let asked = Asked(RefCell::default());
    writer::write(events::parse(&events::prepare(source)), &asked);
    asked.0.into_inner()
}

#[cfg(test)]
mod golden_tests;
#[cfg(test)]
mod hostile_inputs;
#[cfg(test)]
mod hostile_tests;

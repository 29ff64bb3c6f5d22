//! Markdown to one line of plain text, for previews and notifications. Owns what a reader of one line
//! needs to see. Must not produce HTML: whoever shows the line escapes it.

use pulldown_cmark::{Event, Tag, TagEnd};
use unicode_segmentation::UnicodeSegmentation;

use crate::chars::is_bidi_control;
use crate::emoji::{self, emoji};
use crate::markdown::events::{self, ESCAPED};

/// The message as one line of at most `max_chars` characters as readers count them (grapheme clusters),
/// ending in `…` if something was cut. Marks of Markdown are gone, link text and image descriptions
/// stay, mentions stay as typed. At most 16 bytes for each character allowed, whatever the input.
pub fn snippet(source: &str, max_chars: usize) -> String {
    shorten(&text(source), max_chars)
}

/// The whole message as one line of plain text; what search indexes and highlights.
pub fn text(source: &str) -> String {
    let source = events::prepare(source);
    let (mut out, mut run) = (String::with_capacity(source.len()), String::new());
    let mut in_code = false;
    for (event, _) in events::parse(&source) {
        match event {
            Event::Text(text) if !in_code => run.push_str(&text),
            Event::Html(text) | Event::InlineHtml(text) => run.push_str(&text),
            other => {
                push_run(&mut out, &mut run);
                match other {
                    Event::Text(text) | Event::Code(text) => out.push_str(&text),
                    Event::TaskListMarker(done) => out.push_str(if done { "☑ " } else { "☐ " }),
                    Event::Start(Tag::CodeBlock(_)) => in_code = true,
                    Event::End(TagEnd::CodeBlock) => {
                        in_code = false;
                        out.push(' ');
                    }
                    Event::Start(tag) if !is_inline(tag.to_end()) => out.push(' '),
                    Event::End(tag) if !is_inline(tag) => out.push(' '),
                    Event::SoftBreak | Event::HardBreak | Event::Rule => out.push(' '),
                    _ => {}
                }
            }
        }
    }
    push_run(&mut out, &mut run);
    let line = one_line(&out);
    if line.is_empty() { one_line(&source) } else { line }
}

fn is_inline(tag: TagEnd) -> bool {
    matches!(tag, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image)
}

/// Appends a run of text with its emoji names replaced, and empties it.
fn push_run(out: &mut String, run: &mut String) {
    let mut rest = run.as_str();
    let mut previous = None;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        let name = (c == ':' && !previous.is_some_and(|p: char| p.is_ascii_alphanumeric() || p == ESCAPED))
            .then(|| after.bytes().take(emoji::MAX_NAME + 1).position(|b| b == b':'))
            .flatten()
            .and_then(|end| after.get(..end));
        if let Some((name, picture)) = name.and_then(|name| Some((name, emoji(name)?))) {
            out.push_str(picture);
            rest = after.get(name.len() + 1..).unwrap_or_default();
            previous = Some(':');
        } else {
            if c != ESCAPED {
                out.push(c);
            }
            rest = after;
            previous = Some(c);
        }
    }
    run.clear();
}

/// Every run of white space one space; controls and direction overrides left out, since a line shown
/// elsewhere must not reach beyond itself.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() && !line.ends_with(' ') {
            line.push(' ');
        }
        line.extend(word.chars().filter(|c| !c.is_control() && !is_bidi_control(*c)));
    }
    line.truncate(line.trim_end().len());
    line
}

/// Cuts a line to `max_chars` characters as readers count them, the `…` included.
fn shorten(line: &str, max_chars: usize) -> String {
    let max_bytes = max_chars.saturating_mul(16).max(64);
    let (mut kept, mut room) = (0, 0);
    for (count, (at, grapheme)) in line.grapheme_indices(true).enumerate() {
        let end = at + grapheme.len();
        if count >= max_chars || end > max_bytes {
            let cut = line.get(..room).unwrap_or_default().trim_end();
            return if max_chars == 0 { String::new() } else { format!("{cut}…") };
        }
        (room, kept) = (kept, end);
    }
    line.to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;

    use super::{snippet, text};

    #[test]
    fn marks_go_and_words_stay() {
        for (source, line) in [
            ("**Deploy** is _done_ ~~now~~", "Deploy is done now"),
            ("# Title\n\ntext\nnext", "Title text next"),
            ("- one\n- two\n  - three", "one two three"),
            ("- [x] done\n- [ ] open", "☑ done ☐ open"),
            ("see [the docs](https://a.example) ![a chart](https://a.example/c.png)", "see the docs a chart"),
            ("`let x = 1;` and\n```rust\nfn main() {}\n```\nend", "let x = 1; and fn main() {} end"),
            ("> quoted\n\nanswer", "quoted answer"),
            ("|a|b|\n|-|-|\n|1|2|", "a b 1 2"),
            ("<b>bold</b> & <i>", "<b>bold</b> & <i>"),
            ("@maya :tada: \\:tada: 10:100:20 `:tada:`", "@maya 🎉 :tada: 10:100:20 :tada:"),
            ("https://a.example/__init__.py", "https://a.example/__init__.py"),
            ("[only]: https://a.example", "[only]: https://a.example"),
            ("a\u{202E}b\u{7}c", "abc"),
            ("", ""),
            ("  \n ", ""),
        ] {
            assert_eq!(text(source), line, "{source:?}");
        }
    }

    #[test]
    fn cuts_fall_between_characters_as_readers_see_them() {
        assert_eq!(snippet("hello world", 11), "hello world");
        assert_eq!(snippet("hello world", 10), "hello wor…");
        assert_eq!(snippet("hello world", 7), "hello…");
        assert_eq!(snippet("👩\u{200D}💻👩\u{200D}💻👩\u{200D}💻", 2), "👩\u{200D}💻…");
        assert_eq!(snippet("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        assert_eq!(snippet("abc", 1), "…");
        assert_eq!(snippet("abc", 0), "");
        assert!(snippet(&format!("a{}", "\u{335}".repeat(9_000)), 20).len() <= 16 * 20 + 3);
    }

    proptest! {
        #[test]
        fn a_snippet_is_one_short_line(source in "(\\PC|[\\n*_`>#\\[\\]()|~:@-]){0,200}", max in 1_usize..60) {
            let line = snippet(&source, max);
            prop_assert!(line.graphemes(true).count() <= max, "{:?}", line);
            prop_assert!(!line.chars().any(char::is_control));
        }
    }
}

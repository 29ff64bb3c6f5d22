//! Events to HTML. Owns which element each construct becomes, the depth limit and the flattening of what
//! exceeds a limit. Must not let source text through unescaped.

use pulldown_cmark::{Alignment, CodeBlockKind, Event, LinkType, Tag, TagEnd};

use super::events::Ranged;
use super::inline::{add_link, link_start, push_text};
use super::{MAX_CELLS, MAX_DEPTH, Names, Rendered};
use crate::escape::push_escaped;
use crate::links::safe_href;

/// Writes the HTML of a message, not yet cleaned.
pub(crate) fn write(events: Vec<Ranged<'_>>, names: &dyn Names) -> Rendered {
    let cells = events.iter().filter(|(event, _)| matches!(event, Event::Start(Tag::TableCell))).count();
    let mut writer = Writer {
        names,
        out: Rendered::default(),
        text: String::new(),
        open: Vec::new(),
        elements: 0,
        links: 0,
        code: 0,
        images: Vec::new(),
        flat_tables: cells > MAX_CELLS,
        flat_table: None,
        columns: Vec::new(),
        column: 0,
        in_head: false,
    };
    for (event, _) in events {
        writer.event(event);
    }
    writer.flush();
    writer.out
}

struct Writer<'n> {
    names: &'n dyn Names,
    out: Rendered,
    /// Text not yet written: the parser hands one word over in several pieces.
    text: String,
    /// The end of each construct that is open; empty for one that has no element of its own.
    open: Vec<String>,
    /// How many of `open` have an element.
    elements: usize,
    links: usize,
    code: usize,
    /// Where the description of each open image starts, and its address.
    images: Vec<(usize, String)>,
    /// Tables are too large in sum, and all are shown as lines.
    flat_tables: bool,
    /// How many constructs were open when the flat table began that is being written.
    flat_table: Option<usize>,
    columns: Vec<Alignment>,
    column: usize,
    in_head: bool,
}

impl Writer<'_> {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Text(text) => {
                if self.code > 0 {
                    push_escaped(&mut self.out.html, &text);
                } else {
                    self.text.push_str(&text);
                }
            }
            Event::Start(tag) => {
                self.flush();
                self.start(tag);
            }
            Event::End(tag) => {
                if tag == TagEnd::HtmlBlock {
                    // Its lines come with their ends; the last one breaks nothing.
                    self.text.truncate(self.text.trim_end().len());
                }
                self.flush();
                self.end(tag);
            }
            Event::Code(code) => {
                self.flush();
                self.out.has_code = true;
                self.out.html.push_str("<code>");
                push_escaped(&mut self.out.html, &code);
                self.out.html.push_str("</code>");
            }
            Event::SoftBreak | Event::HardBreak => {
                self.flush();
                self.out.html.push_str("<br>");
            }
            Event::Rule => {
                self.flush();
                self.out.html.push_str("<hr>");
            }
            Event::TaskListMarker(done) => {
                self.flush();
                // Signs, not form controls: they need no label, and a message has nothing to operate.
                self.out.html.push_str(if done { "☑ " } else { "☐ " });
            }
            // Not switched on; the parser gives them as text.
            Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text) => {
                self.text.push_str(&text);
            }
            Event::FootnoteReference(_) => {}
        }
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            push_text(&mut self.out, self.names, &text, self.links > 0);
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        let flat = self.flat_table.is_some();
        let (start, end) = match tag {
            Tag::Paragraph | Tag::HtmlBlock => ("<p>".to_owned(), "</p>".to_owned()),
            Tag::Heading { level, .. } => (format!("<{level}>"), format!("</{level}>")),
            Tag::BlockQuote(_) => ("<blockquote>".to_owned(), "</blockquote>".to_owned()),
            Tag::CodeBlock(kind) => {
                self.code += 1;
                self.out.has_code = true;
                (code_start(&kind), "</code></pre>".to_owned())
            }
            Tag::List(None) => ("<ul>".to_owned(), "</ul>".to_owned()),
            Tag::List(Some(1)) => ("<ol>".to_owned(), "</ol>".to_owned()),
            Tag::List(Some(first)) => (format!("<ol start=\"{first}\">"), "</ol>".to_owned()),
            Tag::Item => ("<li>".to_owned(), "</li>".to_owned()),
            Tag::Emphasis => ("<em>".to_owned(), "</em>".to_owned()),
            Tag::Strong => ("<strong>".to_owned(), "</strong>".to_owned()),
            Tag::Strikethrough => ("<del>".to_owned(), "</del>".to_owned()),
            Tag::Link { link_type, dest_url, .. } => self.link(&dest_url, link_type == LinkType::Email),
            Tag::Image { dest_url, .. } => {
                let link = self.link(&dest_url, false);
                self.images.push((self.out.html.len() + link.0.len(), dest_url.into_string()));
                link
            }
            // A table needs four levels; it is flat as a whole or not at all.
            Tag::Table(_) if self.flat_tables || self.elements + 4 > MAX_DEPTH => {
                self.flat_table = Some(self.open.len());
                ("<p>".to_owned(), "</p>".to_owned())
            }
            Tag::Table(columns) => {
                self.columns = columns;
                ("<table>".to_owned(), "</tbody></table>".to_owned())
            }
            Tag::TableHead | Tag::TableRow | Tag::TableCell if flat => (String::new(), String::new()),
            Tag::TableHead => {
                (self.in_head, self.column) = (true, 0);
                ("<thead><tr>".to_owned(), "</tr></thead><tbody>".to_owned())
            }
            Tag::TableRow => {
                (self.in_head, self.column) = (false, 0);
                ("<tr>".to_owned(), "</tr>".to_owned())
            }
            Tag::TableCell => self.cell(),
            Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => (String::new(), String::new()),
        };
        if start.is_empty() || self.elements >= MAX_DEPTH {
            self.open.push(String::new());
        } else {
            self.elements += 1;
            self.out.html.push_str(&start);
            self.open.push(end);
        }
    }

    fn end(&mut self, tag: TagEnd) {
        let flat = self.flat_table.is_some();
        if tag == TagEnd::Image
            && let Some((start, address)) = self.images.pop()
            && self.out.html.len() <= start
        {
            // Without a description the address is all there is to read.
            push_escaped(&mut self.out.html, &address);
        }
        match tag {
            TagEnd::CodeBlock => self.code = self.code.saturating_sub(1),
            TagEnd::Link | TagEnd::Image => self.links = self.links.saturating_sub(1),
            TagEnd::TableCell if flat => self.out.html.push_str(" | "),
            TagEnd::TableHead | TagEnd::TableRow if flat => self.out.html.push_str("<br>"),
            _ => {}
        }
        let end = self.open.pop().unwrap_or_default();
        if end.is_empty() {
            if !matches!(
                tag,
                TagEnd::Link | TagEnd::Image | TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough
            ) {
                self.out.html.push('\n');
            }
        } else {
            self.elements = self.elements.saturating_sub(1);
            self.out.html.push_str(&end);
        }
        if self.flat_table == Some(self.open.len()) {
            self.flat_table = None;
        }
    }

    /// A link, unless it is inside another or leads where links may not.
    fn link(&mut self, destination: &str, email: bool) -> (String, String) {
        let href = if email { safe_href(&format!("mailto:{destination}")) } else { safe_href(destination) };
        let outer = self.links == 0 && self.elements < MAX_DEPTH;
        self.links += 1;
        match href {
            Some(href) if outer => {
                add_link(&mut self.out, &href);
                (link_start(&href), "</a>".to_owned())
            }
            _ => (String::new(), String::new()),
        }
    }

    fn cell(&mut self) -> (String, String) {
        let name = if self.in_head { "th" } else { "td" };
        let align = match self.columns.get(self.column) {
            Some(Alignment::Left) => " align=\"left\"",
            Some(Alignment::Center) => " align=\"center\"",
            Some(Alignment::Right) => " align=\"right\"",
            Some(Alignment::None) | None => "",
        };
        self.column += 1;
        (format!("<{name}{align}>"), format!("</{name}>"))
    }
}

/// The start of a code block, with its language if the fence names a plausible one.
fn code_start(kind: &CodeBlockKind<'_>) -> String {
    let language = match kind {
        CodeBlockKind::Fenced(info) => info.split([' ', '\t', ',', '{']).next().unwrap_or_default(),
        CodeBlockKind::Indented => "",
    };
    let plausible = (1..=20).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'#' | b'.' | b'-'));
    if plausible { format!("<pre data-lang=\"{language}\"><code>") } else { "<pre><code>".to_owned() }
}

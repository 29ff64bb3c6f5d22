//! Web and e-mail addresses in text. Owns which addresses may become a link, where a bare address ends,
//! and the list of links of a message. Must not fetch or rewrite what an address points to.

use crate::chars::{is_bidi_control, is_invisible};
use crate::names::{is_domain, is_email_local};

/// The longest address that becomes a link, in bytes; a longer one stays text.
pub const MAX_ADDRESS: usize = 2_048;

/// The http and https addresses of a message, each once, in order: what a link preview may look at.
/// Addresses inside code do not count. The same list as `links` of [`crate::markdown::render`].
pub fn extract(source: &str) -> Vec<String> {
    crate::markdown::links(source)
}

/// The address to put into `href` for a destination written in Markdown, if its scheme is http, https or
/// mailto and nothing in it is hidden. `www.` without a scheme is taken as https.
pub(crate) fn safe_href(destination: &str) -> Option<String> {
    let dest = destination.trim();
    if dest.len() > MAX_ADDRESS
        || dest.chars().any(|c| c.is_control() || is_bidi_control(c) || is_invisible(c))
    {
        return None;
    }
    if starts_with(dest, "www.") {
        return Some(format!("https://{dest}"));
    }
    let rest = ["http://", "https://", "mailto:"].iter().find_map(|scheme| after(dest, scheme))?;
    (!rest.is_empty() && !rest.starts_with(['/', '\\', '?', '#'])).then(|| dest.to_owned())
}

/// Is this an address of the web, as opposed to e-mail?
pub(crate) fn is_web(href: &str) -> bool {
    starts_with(href, "http://") || starts_with(href, "https://")
}

/// Does a bare web address start here? Says nothing about whether it is complete.
pub(crate) fn starts_address(text: &str) -> bool {
    is_web(text) || starts_with(text, "www.")
}

/// How far an address at the start of `text` could reach, before closing punctuation is taken off: up to
/// white space, quotes, brackets of HTML, or punctuation of scripts that write without spaces; hardly
/// further than [`MAX_ADDRESS`], so that many starts in one text stay cheap.
pub(crate) fn reach(text: &str) -> usize {
    let end = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || is_bidi_control(c)
            || is_invisible(c)
            || matches!(c, '<' | '>' | '"' | '`' | '\\' | '“' | '”' | '‘' | '’' | '«' | '»')
            || matches!(c, '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{3020}' | '\u{3030}')
            || matches!(c, '\u{FF01}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}' | '\u{FF3B}'..='\u{FF3D}' | '\u{FF5B}'..='\u{FF65}')
    };
    text.char_indices().find(|(at, c)| *at > MAX_ADDRESS || end(*c)).map_or(text.len(), |(at, _)| at)
}

/// The length in bytes and the `href` of the bare web address at the start of `text`.
pub(crate) fn web_address(text: &str) -> Option<(usize, String)> {
    let reached = text.get(..reach(text))?;
    let found = reached.get(..without_closing(reached))?;
    let bare = starts_with(found, "www.");
    let rest = if bare { found } else { after(found, "https://").or_else(|| after(found, "http://"))? };
    let host = rest.split(['/', '?', '#']).next()?;
    // A name before "@" would show one host and lead to another.
    let good = host.chars().next().is_some_and(|c| c.is_alphanumeric() || c == '[')
        && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | ':' | '[' | ']'))
        && (!bare
            || host
                .get(4..)
                .is_some_and(|name| name.contains('.') && !name.starts_with('.') && !host.contains("..")));
    if !good || found.len() > MAX_ADDRESS {
        return None;
    }
    Some((found.len(), if bare { format!("https://{found}") } else { found.to_owned() }))
}

/// The length left after closing punctuation and unmatched brackets are taken off the end.
fn without_closing(address: &str) -> usize {
    let count = |c| address.matches(c).count();
    let mut open =
        [(')', count('('), count(')')), (']', count('['), count(']')), ('}', count('{'), count('}'))];
    let mut end = address.len();
    while let Some(last) = address.get(..end).and_then(|left| left.chars().next_back()) {
        let drop = match open.iter_mut().find(|(close, ..)| *close == last) {
            Some((_, opened, closed)) if *closed > *opened => {
                *closed -= 1;
                true
            }
            Some(_) => false,
            None => matches!(last, '?' | '!' | '.' | ',' | ':' | ';' | '*' | '_' | '~' | '\'' | '|'),
        };
        if !drop {
            break;
        }
        end -= last.len_utf8();
    }
    end
}

/// The e-mail address around the `@` that ends `before` and starts `after_at`: how many bytes of each
/// side belong to it.
pub(crate) fn email_address(before: &str, after_at: &str) -> Option<(usize, usize)> {
    let local = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '-' | '%');
    let name: usize = before.chars().rev().take(65).take_while(|c| local(*c)).map(char::len_utf8).sum();
    let name = before.get(before.len() - name..)?.trim_start_matches('.');
    let reach: usize = after_at
        .chars()
        .take(254)
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
        .map(char::len_utf8)
        .sum();
    let domain = after_at.get(..reach)?.trim_end_matches(['.', '-']);
    (is_email_local(name) && is_domain(domain)).then_some((name.len(), domain.len()))
}

fn starts_with(text: &str, prefix: &str) -> bool {
    after(text, prefix).is_some()
}

fn after<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::{email_address, extract, safe_href, web_address};

    fn found(text: &str) -> Option<&str> {
        web_address(text).and_then(|(len, _)| text.get(..len))
    }

    #[test]
    fn bare_addresses_end_where_a_reader_would_end_them() {
        for (text, address) in [
            ("https://a.example/x, and", "https://a.example/x"),
            ("https://a.example/x_(y)).", "https://a.example/x_(y)"),
            ("https://a.example/?q=1&r=2!", "https://a.example/?q=1&r=2"),
            ("HTTPS://A.example", "HTTPS://A.example"),
            ("www.a.example/x", "www.a.example/x"),
            ("https://zh.wikipedia.org/wiki/天气。明天", "https://zh.wikipedia.org/wiki/天气"),
            ("http://[::1]:8080/x", "http://[::1]:8080/x"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("https://a.example/x\">", "https://a.example/x"),
            ("https://a.example/\u{202E}gpj.exe", "https://a.example/"),
        ] {
            assert_eq!(found(text), Some(address), "{text}");
        }
        for text in [
            "https://",
            "http://.",
            "https:///x",
            "www.",
            "www.example",
            "www..a.b",
            "https://good.example@evil.example/",
            "ftp://a.example",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
        assert_eq!(found(&format!("https://a.example/{}", "x".repeat(3000))), None);
    }

    #[test]
    fn only_three_schemes_are_safe() {
        assert_eq!(safe_href(" https://a.example/x ").as_deref(), Some("https://a.example/x"));
        assert_eq!(safe_href("mailto:a@b.example").as_deref(), Some("mailto:a@b.example"));
        assert_eq!(safe_href("www.a.example").as_deref(), Some("https://www.a.example"));
        for bad in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "//evil.example",
            "/relative",
            "#x",
            "",
            "http:",
            "http://",
            "https:///x",
            "https:evil",
            "blob:https://x",
            "http://a\tb",
            "https://a/\u{202E}x",
        ] {
            assert_eq!(safe_href(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn email_addresses_are_cut_out_on_both_sides() {
        assert_eq!(email_address("write to ..sam.r", "example.com. Bye"), Some((5, 11)));
        assert_eq!(email_address("x", "localhost"), None);
        assert_eq!(email_address("", "example.com"), None);
        assert_eq!(email_address(&"a".repeat(80), "example.com"), None);
    }

    #[test]
    fn a_message_lists_each_web_address_once_and_none_from_code() {
        let source = "https://a.example/1 [x](https://b.example) `https://c.example` mail@d.example\n\n    https://e.example\n\nhttps://a.example/1 ![i](https://f.example/i.png) <https://g.example>";
        assert_eq!(
            extract(source),
            ["https://a.example/1", "https://b.example", "https://f.example/i.png", "https://g.example"]
        );
    }
}

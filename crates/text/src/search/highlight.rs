//! A found text with its hits marked. Owns the choice of the part to show and the marking. Must not
//! let anything of the text through unescaped.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::engine::wanted;
use super::query::Query;
use super::split::{Term, split};
use crate::escape::push_escaped;

/// The most characters shown, as readers count them, ellipses not included.
const MAX_SHOWN: usize = 200;
/// How many of them may stand before the first hit.
const LEAD: usize = 40;
/// The most bytes shown, whatever a reader would count.
const MAX_BYTES: usize = 4_000;

/// At most 200 characters around the first hit as HTML: hits in `<mark>`, everything else escaped.
///
/// `text` is plain text, as from [`crate::plain::text`]. Without a hit, the start of the text.
pub fn highlight(text: &str, query: &Query) -> String {
    let text: String = text.nfc().collect();
    let hits = hits(&split(&text), query);
    let window = window(&text, hits.first().map_or(0, |hit| hit.0));
    let mut html = String::from(if window.0 > 0 { "…" } else { "" });
    let mut at = window.0;
    let plain = |html: &mut String, from: usize, to: usize| {
        push_escaped(html, text.get(from..to).unwrap_or_default());
    };
    for (start, end) in hits {
        let (start, end) = (start.max(at), end.min(window.1));
        if start >= end {
            continue;
        }
        plain(&mut html, at, start);
        html.push_str("<mark>");
        plain(&mut html, start, end);
        html.push_str("</mark>");
        at = end;
    }
    plain(&mut html, at, window.1);
    if window.1 < text.len() {
        html.push('…');
    }
    html
}

/// The places in the text that the query's words and phrases hit, in order, overlapping ones joined.
fn hits(terms: &[Term], query: &Query) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (sequence, prefix) in wanted(query).filter(|(sequence, _)| !sequence.is_empty()) {
        for place in terms.windows(sequence.len()) {
            let last = sequence.len() - 1;
            let same = place.iter().zip(sequence).enumerate().all(|(at, (term, wanted))| {
                term.text == *wanted || (prefix && at == last && term.text.starts_with(wanted.as_str()))
            });
            if let (true, Some(first), Some(end)) =
                (same, place.first(), place.iter().map(|term| term.end).max())
            {
                found.push((first.start, end));
            }
        }
    }
    found.sort_unstable();
    let mut joined: Vec<(usize, usize)> = Vec::new();
    for (start, end) in found {
        match joined.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => joined.push((start, end)),
        }
    }
    joined
}

/// The bytes to show: from a little before the first hit, at a word's start where there is one near.
fn window(text: &str, hit: usize) -> (usize, usize) {
    let before = text.get(..hit).unwrap_or_default();
    let mut start = before.grapheme_indices(true).rev().take(LEAD).last().map_or(hit, |(at, _)| at);
    start = start.max(hit.saturating_sub(MAX_BYTES / 4));
    while !text.is_char_boundary(start) {
        start += 1;
    }
    if start > 0
        && let Some(space) = text.get(start..hit).and_then(|lead| lead.find(' '))
    {
        start += space + 1;
    }
    let mut end = start;
    for (at, grapheme) in text.get(start..).unwrap_or_default().grapheme_indices(true).take(MAX_SHOWN) {
        if at + grapheme.len() > MAX_BYTES {
            break;
        }
        end = start + at + grapheme.len();
    }
    (start, end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;

    use super::super::parse_query;
    use super::highlight;
    use crate::escape_html;

    fn shown(text: &str, query: &str) -> String {
        highlight(text, &parse_query(query))
    }

    #[test]
    fn hits_are_marked_where_they_are() {
        for (text, query, html) in [
            ("We deploy now", "deploy", "We <mark>deploy</mark> now"),
            ("We DEPLOYED now", "deploy", "We <mark>DEPLOYED</mark> now"),
            ("We deployed now", "deploy now", "We deployed <mark>now</mark>"),
            ("the server, the Server", "\"the server\"", "<mark>the server</mark>, <mark>the Server</mark>"),
            ("Café au lait", "cafe", "<mark>Café</mark> au lait"),
            ("Cafe\u{301} au lait", "cafe", "<mark>Café</mark> au lait"),
            ("今天天气很好", "天气", "今天<mark>天气</mark>很好"),
            ("部署到生产环境了", "生产环境", "部署到<mark>生产环境</mark>了"),
            ("今天", "天", "今<mark>天</mark>"),
            ("set user_id here", "user_id", "set <mark>user_id</mark> here"),
            ("set user_id here", "userid ", "set <mark>user_id</mark> here"),
            ("<script>x</script>", "script ", "&lt;<mark>script</mark>&gt;x&lt;/<mark>script</mark>&gt;"),
            ("nothing & here", "absent", "nothing &amp; here"),
            ("a b", "from:maya", "a b"),
        ] {
            assert_eq!(shown(text, query), html, "{text:?} for {query:?}");
        }
    }

    #[test]
    fn a_long_text_is_shown_around_its_first_hit() {
        let text = format!("{}needle {}", "hay ".repeat(500), "straw ".repeat(500));
        let html = shown(&text, "needle");
        assert!(
            html.starts_with("…hay ")
                && html.contains("hay <mark>needle</mark> straw")
                && html.ends_with('…'),
            "{html}"
        );
        let plain = html.replace("<mark>", "").replace("</mark>", "");
        assert!((150..=202).contains(&plain.graphemes(true).count()), "{plain}");
        let long = format!("{}天气{}", "云".repeat(900), "雨".repeat(900));
        assert!(shown(&long, "天气").contains("云<mark>天气</mark>雨"));
        assert!(shown(&format!("a{}", "\u{335}".repeat(9_000)), "a").len() <= 20_000);
    }

    proptest! {
        #[test]
        fn without_the_marks_it_is_a_part_of_the_escaped_text(
            text in "([<>&\"'/a-c =]|天|é|script|<mark>){0,120}", query in "[abc天é\" ]{0,12}|script|mark",
        ) {
            let html = shown(&text, &query);
            let plain = html.replace("<mark>", "").replace("</mark>", "");
            let plain = plain.trim_start_matches('…').trim_end_matches('…');
            prop_assert!(!plain.contains(['<', '>', '"', '\'']), "{}", html);
            prop_assert!(escape_html(&text).contains(plain), "{} in {}", plain, text);
            prop_assert_eq!(html.matches("<mark>").count(), html.matches("</mark>").count());
        }
    }
}

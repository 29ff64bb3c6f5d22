//! Hostile input: whatever is written, the output keeps to the allow-list, the depth and the size.

use proptest::prelude::*;

use super::hostile_inputs::{PAYLOADS, bombs};
use super::{ChannelName, MAX_DEPTH, MemberName, Names, NoNames, render};

/// Knows everybody, under ids and names that carry the handle unchanged into attributes and text.
struct Everybody;

impl Names for Everybody {
    fn member(&self, handle: &str) -> Option<MemberName> {
        Some(MemberName {
            id: format!("\"><script>{handle}"),
            name: format!("<img src=x onerror=alert(1)>{handle}"),
        })
    }
    fn channel(&self, handle: &str) -> Option<ChannelName> {
        Some(ChannelName {
            id: format!("' onclick='{handle}"),
            name: format!("</a><svg onload=alert(1)>{handle}"),
        })
    }
}

const TAGS: &[&str] = &[
    "p",
    "br",
    "hr",
    "em",
    "strong",
    "del",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "a",
    "span",
];

/// Reads output as a browser would read well-formed HTML; says what is outside the allow-list. Returns
/// the deepest nesting.
fn check(html: &str) -> Result<usize, String> {
    let (mut depth, mut deepest, mut rest) = (0_usize, 0, html);
    while let Some(at) = rest.find('<') {
        if rest[..at].contains('>') {
            return Err(format!("a bare > in {:?}", &rest[..at]));
        }
        rest = &rest[at + 1..];
        if let Some(end) = rest.strip_prefix('/') {
            let (name, left) = end.split_once('>').ok_or("an end tag without end")?;
            if !TAGS.contains(&name) {
                return Err(format!("end of {name:?}"));
            }
            depth = depth.checked_sub(1).ok_or("an end without start")?;
            rest = left;
            continue;
        }
        let end = rest.find([' ', '>']).ok_or("a tag without end")?;
        let name = &rest[..end];
        if !TAGS.contains(&name) {
            return Err(format!("tag {name:?}"));
        }
        rest = &rest[end..];
        let mut attributes = Vec::new();
        while let Some(attribute) = rest.strip_prefix(' ') {
            let (key, value) = attribute.split_once("=\"").ok_or("an attribute without value")?;
            let (value, left) = value.split_once('"').ok_or("an attribute without end")?;
            attributes.push((key, value));
            rest = left;
        }
        rest = rest.strip_prefix('>').ok_or_else(|| format!("junk in {name:?}"))?;
        check_attributes(name, &attributes)?;
        if !matches!(name, "br" | "hr") {
            depth += 1;
            deepest = deepest.max(depth);
        }
    }
    match (depth, rest.contains('>')) {
        (0, false) => Ok(deepest),
        _ => Err(format!("{depth} elements open, or a bare > at the end: {rest:?}")),
    }
}

fn check_attributes(tag: &str, attributes: &[(&str, &str)]) -> Result<(), String> {
    let value = |key: &str| attributes.iter().find(|(k, _)| *k == key).map(|(_, v)| *v);
    for (key, value) in attributes {
        let good = match (tag, *key) {
            ("a", "href") => ["http://", "https://", "mailto:"]
                .iter()
                .any(|scheme| value.to_ascii_lowercase().starts_with(scheme)),
            ("a", "rel") => *value == "nofollow noopener noreferrer ugc",
            ("a", "target") => *value == "_blank",
            ("a", "class") => *value == "channel",
            ("a", "data-room") | ("span", "data-member") => true,
            ("span", "class") => matches!(*value, "mention" | "mention mention-all"),
            ("pre", "data-lang") => {
                value.len() <= 20 && value.chars().all(|c| c.is_ascii_alphanumeric() || "+#.-".contains(c))
            }
            ("ol", "start") => value.chars().all(|c| c.is_ascii_digit()),
            ("th" | "td", "align") => matches!(*value, "left" | "center" | "right"),
            _ => false,
        };
        if !good {
            return Err(format!("{tag} {key}={value:?}"));
        }
    }
    if tag == "a" && value("href").is_some() && (value("rel").is_none() || value("target").is_none()) {
        return Err("a link without rel and target".to_owned());
    }
    Ok(())
}

#[test]
fn the_checker_finds_what_it_is_for() {
    for bad in [
        "<script>x</script>",
        "<p onclick=\"x\">a</p>",
        "<a href=\"javascript:x\" rel=\"nofollow noopener noreferrer ugc\" target=\"_blank\">a</a>",
        "<a href=\"https://x\">a</a>",
        "<p>a",
        "a</p>",
        "<p",
        "<p id=x>a</p>",
        "<img src=\"x\">",
        "<span class=\"evil\">a</span>",
        "<input type=\"text\" disabled=\"\">",
        "<input>",
        "<P>a</P>",
        "a > b",
        "<!-- x -->",
        "<pre data-lang=\"a b\"></pre>",
        "<p style=\"x\">a</p>",
    ] {
        assert!(check(bad).is_err(), "{bad}");
    }
    assert_eq!(check("<p>a<em>b</em><br></p>"), Ok(2));
    assert_eq!(check("<a class=\"channel\" data-room=\"1\">~x</a>"), Ok(1));
}

#[test]
fn no_payload_gets_past_the_allow_list() {
    assert!(PAYLOADS.len() >= 60);
    for payload in PAYLOADS {
        for source in [
            (*payload).to_owned(),
            format!("text {payload} text"),
            format!("> - {payload}\n\n{payload}"),
            format!("**{payload}** [{payload}](https://a.example)"),
            format!("|{payload}|\n|-|\n|{payload}|"),
        ] {
            for names in [&NoNames as &dyn Names, &Everybody] {
                let html = render(&source, names).html;
                if let Err(problem) = check(&html) {
                    panic!("{problem}\nfrom {source:?}\nin {html}");
                }
                for link in html.match_indices("href=\"").map(|(at, _)| html[at..].to_ascii_lowercase()) {
                    assert!(!link.starts_with("href=\"https://good.example@"), "{source:?}: {html}");
                }
            }
        }
    }
}

#[test]
fn the_writer_is_safe_without_the_gate() {
    for source in
        PAYLOADS.iter().map(|payload| (*payload).to_owned()).chain(bombs().into_iter().map(|bomb| bomb.1))
    {
        let html =
            super::writer::write(super::events::parse(&super::events::prepare(&source)), &Everybody).html;
        if let Err(problem) = check(&html) {
            panic!("{problem}\nfrom {source:?}\nin {html}");
        }
    }
}

#[test]
fn payloads_stay_readable() {
    let html = render("<img src=x onerror=alert(1)>", &NoNames).html;
    assert_eq!(html, "<p>&lt;img src=x onerror=alert(1)&gt;</p>");
}

#[test]
fn bombs_stay_flat_and_small() {
    for (name, source) in bombs() {
        assert!(source.chars().count() <= 18_000, "{name}");
        for names in [&NoNames as &dyn Names, &Everybody] {
            let rendered = render(&source, names);
            match check(&rendered.html) {
                // A table row, a code block and an address inside the deepest element add a few.
                Ok(depth) => assert!(depth <= MAX_DEPTH + 4, "{name}: {depth} deep"),
                Err(problem) => panic!("{name}: {problem}"),
            }
            assert!(rendered.html.len() <= 1_500_000, "{name}: {} bytes", rendered.html.len());
        }
        let line = crate::plain::text(&source);
        assert!(line.len() <= source.len() * 2, "{name}: {} bytes", line.len());
    }
}

#[test]
fn what_is_too_deep_or_too_wide_keeps_its_text() {
    let deep = render(&format!("{}needle", "> ".repeat(500)), &NoNames).html;
    assert!(deep.contains("needle") && deep.matches("<blockquote>").count() == MAX_DEPTH, "{deep}");
    let wide = render(
        &format!("{}\n{}\n{}", "|a".repeat(1_500), "|-".repeat(1_500), "|needle\n".repeat(200)),
        &NoNames,
    )
    .html;
    assert!(wide.contains("needle") && !wide.contains("<table>"));
    let normal = render("|a|\n|-|\n|needle|", &NoNames).html;
    assert!(normal.contains("<table>"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_text_renders_within_the_allow_list(source in ".{0,300}") {
        let html = render(&source, &Everybody).html;
        prop_assert!(check(&html).is_ok(), "{:?} in {}", check(&html), html);
    }

    #[test]
    fn any_mix_of_marks_renders_within_the_allow_list(
        source in "([*_`~>#|\\[\\]()!<\\\\&:@\\n +.-]|<a |href=|\"|javascript:|https://a.b/|www\\.a\\.b|@all|~x|```|- \\[x\\] |1\\. |\\|-\\||&#60;|\\t|a|天|\u{0}){0,120}",
    ) {
        let rendered = render(&source, &Everybody);
        prop_assert!(check(&rendered.html).is_ok(), "{:?} in {}", check(&rendered.html), rendered.html);
        prop_assert!(source.trim().is_empty() || !rendered.html.is_empty(), "{:?} vanished", source);
        prop_assert!(rendered.links.iter().all(|link| crate::links::is_web(link)));
        crate::plain::snippet(&source, 80);
        crate::search::terms(&source);
    }
}

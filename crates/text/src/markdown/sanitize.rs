//! The last gate. Owns the exact list of elements, attributes, classes and schemes that a message may
//! contain. Must stay correct even if everything before it is wrong.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

/// Elements that carry no attributes.
const BARE: [&str; 22] = [
    "p",
    "br",
    "hr",
    "em",
    "strong",
    "del",
    "code",
    "blockquote",
    "ul",
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
    "a",
    "span",
];
/// Elements with the attributes each may carry, any value.
const ATTRIBUTES: [(&str, &[&str]); 4] =
    [("a", &["href", "data-room"]), ("span", &["data-member"]), ("pre", &["data-lang"]), ("ol", &["start"])];
/// Attributes that may carry only these values.
const VALUES: [(&str, &str, &[&str]); 4] = [
    ("a", "rel", &["nofollow noopener noreferrer ugc"]),
    ("a", "target", &["_blank"]),
    ("th", "align", &["left", "center", "right"]),
    ("td", "align", &["left", "center", "right"]),
];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut tags: HashSet<&str> = BARE.into_iter().collect();
    let mut attributes: HashMap<&str, HashSet<&str>> = HashMap::new();
    let mut values: HashMap<&str, HashMap<&str, HashSet<&str>>> = HashMap::new();
    for (tag, names) in ATTRIBUTES {
        tags.insert(tag);
        attributes.entry(tag).or_default().extend(names);
    }
    for (tag, name, allowed) in VALUES {
        tags.insert(tag);
        values.entry(tag).or_default().insert(name, allowed.iter().copied().collect());
    }
    let classes = HashMap::from([
        ("a", HashSet::from(["channel"])),
        ("span", HashSet::from(["mention", "mention-all"])),
    ]);
    let mut builder = Builder::empty();
    builder
        .tags(tags)
        .tag_attributes(attributes)
        .tag_attribute_values(values)
        .allowed_classes(classes)
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::Deny)
        .clean_content_tags(HashSet::from(["script", "style"]))
        .link_rel(None);
    builder
});

/// Returns `html` with everything outside the list taken out.
pub(crate) fn clean(html: &str) -> String {
    CLEANER.clean(html).to_string()
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn the_gate_holds_alone() {
        for (dirty, kept) in [
            ("<script>alert(1)</script>a", "a"),
            ("<img src=x onerror=alert(1)>a", "a"),
            ("<a href=\"javascript:alert(1)\">a</a>", "<a>a</a>"),
            ("<a href=\"/x\" onclick=\"x\" style=\"x\">a</a>", "<a>a</a>"),
            ("<a target=\"top\" rel=\"opener\">a</a>", "<a>a</a>"),
            ("<p class=\"mention\" id=\"x\">a</p>", "<p>a</p>"),
            ("<span class=\"mention evil\">a</span>", "<span class=\"mention\">a</span>"),
            ("<input type=\"text\" name=\"password\">", ""),
            ("<iframe src=\"https://x\"></iframe><svg><a>b</a></svg>a", "a"),
            ("<!-- c -->a", "a"),
        ] {
            assert_eq!(clean(dirty), kept, "{dirty}");
        }
    }
}

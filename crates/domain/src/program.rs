//! Programs: published security policies and where their reports come in.
use portico_types::{Error, MemberId, ProgramId, Result};
use serde::{Deserialize, Serialize};

crate::room::coded! {
    /// Whether reports are taken.
    Intake { Open = 0, Paused = 1 }
}

/// The policy text in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Policy {
    pub text: String,
    pub html: String,
    /// Grows with each change; a report is bound to the one it was received under.
    pub version: i64,
}

/// Something that is, or is not, to be tested. Advice at intake, never a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ScopeItem {
    pub asset: String,
    pub kind: String,
    pub in_scope: bool,
    #[serde(default)]
    pub note: String,
}

/// A program as its team sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Program {
    #[schema(value_type = String)]
    pub id: ProgramId,
    pub display_id: i64,
    pub slug: String,
    pub name: String,
    /// Reports are called `PREFIX-n`.
    pub prefix: String,
    pub intro: String,
    pub policy: Policy,
    pub scope: Vec<ScopeItem>,
    /// An address for questions about the process, `mailto:` or `https:`, for security.txt.
    pub contact: String,
    pub languages: Vec<String>,
    pub intake: Intake,
    /// Shown on the public page, for instance why intake is paused.
    pub notice: String,
    /// Its team. Empty for those who know of the program but are not in it.
    #[schema(value_type = Vec<String>)]
    pub member_ids: Vec<MemberId>,
    /// Where everybody reads the policy, relative to the server.
    pub public_url: String,
    /// Where everybody can report, relative to the server.
    pub report_url: String,
}

/// Longest slug, in characters.
pub const SLUG_CHARS: usize = 40;
/// Longest policy, in characters.
pub const POLICY_CHARS: usize = 16_000;
/// Longest introduction and notice, in graphemes.
pub const INTRO_CHARS: usize = 1_000;
/// Entries of a scope at most.
pub const SCOPE_ITEMS: usize = 100;
/// Languages of a program at most.
pub const LANGUAGES: usize = 16;

/// Words that stand in the addresses of the public pages, or may one day.
const RESERVED_SLUGS: [&str; 12] = [
    "track",
    "report",
    "reports",
    "new",
    "hall",
    "updates",
    "advisories",
    "feed",
    "assets",
    "policy",
    "thanks",
    "csaf",
];

impl Program {
    /// What everybody may know of it: the program without its team.
    #[must_use]
    pub fn public(&self) -> Self {
        Self { member_ids: Vec::new(), ..self.clone() }
    }
}

/// The addresses of a program's public pages: the policy, the form.
pub fn urls(slug: &str) -> (String, String) {
    (format!("/security/{slug}"), format!("/security/{slug}/report"))
}

/// A slug stands in public addresses: lower-case ASCII letters, digits and single dashes between them.
pub fn check_slug(slug: &str) -> Result<&str> {
    let form = slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !slug.starts_with('-')
        && !slug.ends_with('-')
        && !slug.contains("--");
    if slug.is_empty() || slug.len() > SLUG_CHARS || !form {
        return Err(Error::invalid(
            "slug",
            format!(
                "use lower-case letters, digits and single dashes between them, {SLUG_CHARS} characters at most"
            ),
        ));
    }
    if RESERVED_SLUGS.contains(&slug) {
        return Err(Error::invalid(
            "slug",
            format!("the pages use the word {slug} themselves; choose another"),
        ));
    }
    Ok(slug)
}

/// A slug made of a name; `program` when nothing of it can stand in an address.
pub fn slug_from(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if slug.len() >= SLUG_CHARS {
            break;
        }
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if check_slug(slug).is_ok() { slug.to_owned() } else { "program".to_owned() }
}

/// A prefix: two to six letters A to Z, kept in capitals.
pub fn check_prefix(prefix: &str) -> Result<String> {
    let kept = prefix.trim().to_ascii_uppercase();
    if (2..=6).contains(&kept.len()) && kept.bytes().all(|b| b.is_ascii_uppercase()) {
        Ok(kept)
    } else {
        Err(Error::invalid(
            "prefix",
            "a prefix is two to six letters from A to Z; reports are called PREFIX-1, PREFIX-2",
        ))
    }
}

/// Prefixes a name suggests, best first. The caller takes the first that is free.
pub fn prefixes_from(name: &str) -> Vec<String> {
    let letters = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_uppercase()).collect()
    };
    let initials: String =
        name.split_whitespace().filter_map(|w| letters(w).chars().next()).take(6).collect();
    let all = letters(name);
    let mut list = vec![initials.clone()];
    list.extend((3..=6).chain([2]).filter_map(|n| all.get(..n).map(ToOwned::to_owned)));
    list.push("SEC".to_owned());
    let stem = if initials.is_empty() { "SEC".to_owned() } else { initials.chars().take(4).collect() };
    list.extend(('A'..='Z').map(|c| format!("{stem}{c}")));
    list.retain(|p| check_prefix(p).is_ok());
    list
}

/// Languages people may write in: BCP 47 tags in order of preference, without repeats.
pub fn check_languages(tags: &[String]) -> Result<Vec<String>> {
    let mut kept: Vec<String> = Vec::new();
    for tag in tags {
        let tag = tag.trim();
        let form = tag.len() <= 35
            && tag.split('-').enumerate().all(|(i, part)| {
                let letters = part.bytes().all(|b| b.is_ascii_alphabetic());
                (1..=8).contains(&part.len())
                    && part.bytes().all(|b| b.is_ascii_alphanumeric())
                    && (i > 0 || (letters && part.len() >= 2))
            });
        if !form {
            return Err(Error::invalid("languages", "a language is a tag like en, de or pt-BR"));
        }
        if !kept.iter().any(|k| k.eq_ignore_ascii_case(tag)) {
            kept.push(tag.to_owned());
        }
    }
    if kept.len() > LANGUAGES {
        return Err(Error::invalid("languages", format!("name {LANGUAGES} languages at most")));
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_can_stand_in_an_address() {
        for good in ["shop", "northwind-lamps", "a", "3d"] {
            assert!(check_slug(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "a--b", "A", "a b", "ä", "a/b", "..", "track", "new", &"x".repeat(41)] {
            assert_eq!(check_slug(bad).unwrap_err().field(), Some("slug"), "{bad}");
        }
        assert_eq!(slug_from("Northwind  Lamps, Inc."), "northwind-lamps-inc");
        for name in ["天気", "Track", "", "--"] {
            assert_eq!(slug_from(name), "program", "{name}");
        }
        assert!(check_slug(&slug_from(&"word ".repeat(50))).is_ok());
    }

    #[test]
    fn a_prefix_is_made_of_the_name() {
        assert_eq!(prefixes_from("Northwind Lamps")[0], "NL");
        assert_eq!(prefixes_from("Portico")[0], "POR");
        assert_eq!(prefixes_from("天気")[0], "SEC");
        for name in ["Northwind Lamps", "P", "天気", "a b c d e f g h"] {
            assert!(prefixes_from(name).iter().all(|p| check_prefix(p).is_ok()), "{name}");
        }
        assert_eq!(check_prefix(" nl ").unwrap(), "NL");
        for bad in ["", "N", "TOOLONG", "N1", "ÄÖ", "N-L"] {
            assert_eq!(check_prefix(bad).unwrap_err().field(), Some("prefix"), "{bad}");
        }
    }

    #[test]
    fn languages_are_tags() {
        let tags = |list: &[&str]| list.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        assert_eq!(check_languages(&tags(&["en", " pt-BR ", "EN"])).unwrap(), ["en", "pt-BR"]);
        for bad in ["", "e", "englishlanguage", "en\nContact: x", "en, de", "1a", "en-"] {
            assert!(check_languages(&tags(&[bad])).is_err(), "{bad}");
        }
    }
}

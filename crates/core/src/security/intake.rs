//! What a reporter fills in, checked part by part and made one message. Done before the write lane is entered.

use super::check::{address, block, line};
use crate::messages::Composed;
use portico_domain::{
    limits::NAME_CHARS,
    message::{Body, Mentions},
    report::ReporterCard,
};
use portico_text::{
    markdown::{self, NoNames},
    names::check_email,
    search,
};
use portico_types::{Error, Result};

/// Longest title, in graphemes.
pub(super) const TITLE: usize = 200;
/// Longest parts, in characters. Together with their headings they fit into one message.
const DESCRIPTION: usize = 5_000;
const STEPS: usize = 6_000;
const IMPACT: usize = 3_000;
const VERSIONS: usize = 300;

/// A report as it is typed into the form.
#[derive(Clone, Debug, Default)]
pub struct ReportDraft {
    pub title: String,
    pub description: String,
    pub steps: String,
    pub impact: String,
    /// Versions or pages; may be empty.
    pub versions: String,
    /// For public thanks; may be empty.
    pub name: String,
    /// `http:`, `https:` or `mailto:`; may be empty.
    pub link: String,
    /// For answers; may be empty.
    pub email: String,
    pub wants_credit: bool,
}

/// A report that can be sent.
#[derive(Clone, Debug)]
pub struct Intake {
    pub(super) title: String,
    pub(super) versions: String,
    pub(super) card: ReporterCard,
    pub(super) composed: Composed,
}

impl ReportDraft {
    /// Checks every part and composes the message; or says what is wrong, one error for each field at fault.
    pub fn check(&self) -> Result<Intake, Vec<Error>> {
        let mut wrong = Vec::new();
        let mut keep = |outcome: Result<String>| outcome.map_err(|e| wrong.push(e)).unwrap_or_default();
        let needed = |field, outcome: Result<String>, say: &'static str| match outcome {
            Ok(text) if text.is_empty() => Err(Error::invalid(field, say)),
            other => other,
        };
        let title = keep(needed(
            "title",
            line("title", &self.title, TITLE),
            "give it a title that says what is wrong and where",
        ));
        let description = keep(needed(
            "description",
            block("description", &self.description, DESCRIPTION),
            "describe what is wrong",
        ));
        let steps =
            keep(needed("steps", block("steps", &self.steps, STEPS), "say step by step how to see the flaw"));
        let impact = keep(needed(
            "impact",
            block("impact", &self.impact, IMPACT),
            "say what an attacker gains; one honest sentence is enough",
        ));
        let versions = keep(line("versions", &self.versions, VERSIONS));
        let name = keep(line("name", &self.name, NAME_CHARS));
        let link = keep(optional(&self.link, |t| address("link", t, &["https://", "http://", "mailto:"])));
        let email = keep(optional(&self.email, |t| {
            check_email(t).map_err(|e| Error::invalid("email", e.to_string()))
        }));
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let parts = [
            ("Description", description.as_str()),
            ("Steps to reproduce", &steps),
            ("Impact", &impact),
            ("Versions", &versions),
        ];
        let given = |text: String| Some(text).filter(|t| !t.is_empty());
        let card =
            ReporterCard { name, email: given(email), link: given(link), wants_credit: self.wants_credit };
        Ok(Intake { composed: compose(&parts), title, versions, card })
    }
}

fn optional(text: &str, check: impl FnOnce(&str) -> Result<String>) -> Result<String> {
    if text.trim().is_empty() { Ok(String::new()) } else { check(text) }
}

/// One message of the parts under their headings. Each part is rendered alone, so that a fence or comment left open in
/// one cannot swallow the next.
fn compose(parts: &[(&str, &str)]) -> Composed {
    let (mut text, mut html, mut has_link) = (String::new(), String::new(), false);
    for (heading, part) in parts.iter().filter(|(_, part)| !part.is_empty()) {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str("### ");
        text.push_str(heading);
        text.push_str("\n\n");
        text.push_str(part);
        html.push_str(&markdown::render(&format!("### {heading}"), &NoNames).html);
        let rendered = markdown::render(part, &NoNames);
        html.push_str(&rendered.html);
        has_link |= !rendered.links.is_empty();
    }
    let terms = search::terms(&text);
    Composed { body: Body::Markdown { text, html }, mentions: Mentions::default(), terms, has_link }
}

#[cfg(test)]
mod tests {
    use super::*;
    use portico_domain::{limits, message::check_body};
    use portico_types::ErrorCode;

    fn draft() -> ReportDraft {
        ReportDraft {
            title: "Any customer reads other invoices".into(),
            description: "The number in the address is not checked.".into(),
            steps: "1. Sign in\n2. Change the number".into(),
            impact: "Names and addresses of all customers.".into(),
            ..ReportDraft::default()
        }
    }

    fn text(intake: &Intake) -> (&str, &str) {
        match &intake.composed.body {
            Body::Markdown { text, html } => (text, html),
            _ => panic!("a report is text"),
        }
    }

    #[test]
    fn every_field_at_fault_is_named_at_once() {
        let fields = |d: &ReportDraft| {
            d.check()
                .map(|_| ())
                .unwrap_err()
                .iter()
                .map(|e| e.field().unwrap_or("").to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(fields(&ReportDraft::default()), ["title", "description", "steps", "impact"]);
        let bad = ReportDraft {
            name: "x".repeat(10_000),
            link: "javascript:alert(1)".into(),
            email: "nobody".into(),
            title: "a\u{202E}b".into(),
            versions: "v\u{2066}1".into(),
            ..draft()
        };
        assert_eq!(fields(&bad), ["title", "versions", "name", "link", "email"]);
        let long = ReportDraft { steps: "x".repeat(6_001), ..draft() };
        assert_eq!(long.check().unwrap_err()[0].code(), ErrorCode::TooLarge);
    }

    #[test]
    fn the_longest_parts_fit_into_one_message() {
        let wide = |n| "🎉".repeat(n);
        let intake = ReportDraft {
            description: wide(DESCRIPTION),
            steps: wide(STEPS),
            impact: wide(IMPACT),
            versions: wide(VERSIONS),
            ..draft()
        }
        .check()
        .unwrap();
        let (text, _) = text(&intake);
        assert!(text.chars().count() <= limits::MESSAGE_CHARS);
        assert_eq!(check_body(text, 0).unwrap(), text);
    }

    #[test]
    fn an_open_fence_or_comment_ends_with_its_part() {
        for open in ["```\nnever closed", "<!-- never closed", "<script>alert(1)", "> ~~~\n> x"] {
            let intake = ReportDraft { description: open.into(), ..draft() }.check().unwrap();
            let (_, html) = text(&intake);
            for heading in ["Steps to reproduce", "Impact"] {
                assert!(html.contains(&format!("<h3>{heading}</h3>")), "{open}: {html}");
            }
            assert!(!html.contains("<script"), "{html}");
        }
    }

    #[test]
    fn nobody_is_called_from_outside() {
        let intake = ReportDraft { description: "@channel @olive-owner".into(), ..draft() }.check().unwrap();
        assert_eq!(intake.composed.mentions, Mentions::default());
    }
}

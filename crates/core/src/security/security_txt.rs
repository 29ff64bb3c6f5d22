//! security.txt (RFC 9116): where to report, in the form programs read.

use crate::{Ctx, Query};
use jiff::Timestamp;
use portico_domain::program::Intake;
use portico_store::Read;
use portico_types::{Error, Millis, Result};
use std::fmt::Write;

/// How long the file may be believed, in days. The RFC wants less than a year; ours is made anew at every request.
const VALID_DAYS: i64 = 180;

/// What stands in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecurityTxtFacts {
    /// Most preferred first: `https:`, `mailto:` or `tel:`. At least one.
    pub contacts: Vec<String>,
    /// From when on it is stale.
    pub expires: Millis,
    /// Policies, `https:`.
    pub policies: Vec<String>,
    /// BCP 47.
    pub languages: Vec<String>,
    /// Addresses of this very file, `https:`.
    pub canonical: Vec<String>,
    /// Pages of thanks, `https:`.
    pub acknowledgments: Vec<String>,
}

/// The file: one field a line, LF line ends (RFC 9116 2.2).
pub fn security_txt(facts: &SecurityTxtFacts) -> String {
    let mut out = String::new();
    let mut field = |name: &str, value: &str| {
        // A value is one line, whatever it was made of.
        let value: String = value.chars().filter(|c| !c.is_control()).collect();
        let _infallible = writeln!(out, "{name}: {value}");
    };
    for contact in &facts.contacts {
        field("Contact", contact);
    }
    let at = Timestamp::from_second(facts.expires.0.div_euclid(Millis::SECOND)).unwrap_or(Timestamp::MAX);
    field("Expires", &at.to_string());
    for page in &facts.acknowledgments {
        field("Acknowledgments", page);
    }
    if !facts.languages.is_empty() {
        field("Preferred-Languages", &facts.languages.join(", "));
    }
    for page in &facts.canonical {
        field("Canonical", page);
    }
    for page in &facts.policies {
        field("Policy", page);
    }
    out
}

/// Gathers the file's facts from the published programs.
pub struct SecurityTxt {
    /// Where people reach this server, without a slash at the end, like `https://portico.example`.
    pub base_url: String,
}

impl Query for SecurityTxt {
    type Out = SecurityTxtFacts;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<SecurityTxtFacts> {
        let mut facts = SecurityTxtFacts {
            expires: ctx.now.plus(VALID_DAYS * Millis::DAY),
            ..SecurityTxtFacts::default()
        };
        // Web addresses in the file must be https (RFC 9116 2.5); without it only addresses of the programs remain.
        let base = self.base_url.trim_end_matches('/');
        let base = Some(base).filter(|b| b.starts_with("https://"));
        let programs = read.public_programs()?;
        let add = |list: &mut Vec<String>, value: String| {
            if !value.is_empty() && !list.contains(&value) {
                list.push(value);
            }
        };
        for program in &programs {
            if let Some(base) = base {
                if program.intake == Intake::Open {
                    add(&mut facts.contacts, format!("{base}{}", program.report_url));
                }
                add(&mut facts.policies, format!("{base}{}", program.public_url));
            }
            for tag in &program.languages {
                add(&mut facts.languages, tag.clone());
            }
        }
        for program in &programs {
            add(&mut facts.contacts, program.contact.clone());
        }
        if facts.contacts.is_empty() {
            return Err(Error::not_found());
        }
        facts.canonical.extend(base.map(|b| format!("{b}/.well-known/security.txt")));
        Ok(facts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> SecurityTxtFacts {
        SecurityTxtFacts {
            contacts: vec![
                "https://a.example/security/shop/report".into(),
                "mailto:security@a.example".into(),
            ],
            expires: Millis(1_795_694_400_123),
            policies: vec!["https://a.example/security/shop".into()],
            languages: vec!["en".into(), "sv".into()],
            canonical: vec!["https://a.example/.well-known/security.txt".into()],
            acknowledgments: Vec::new(),
        }
    }

    #[test]
    fn the_file_is_as_the_rfc_wants_it() {
        assert_eq!(
            security_txt(&facts()),
            "Contact: https://a.example/security/shop/report\n\
             Contact: mailto:security@a.example\n\
             Expires: 2026-11-26T12:00:00Z\n\
             Preferred-Languages: en, sv\n\
             Canonical: https://a.example/.well-known/security.txt\n\
             Policy: https://a.example/security/shop\n"
        );
    }

    #[test]
    fn fields_that_may_stand_once_stand_once_and_nothing_breaks_out_of_its_line() {
        let text = security_txt(&SecurityTxtFacts {
            contacts: vec!["mailto:a@b.example\r\nPolicy: https://evil.example".into()],
            ..facts()
        });
        for once in ["Expires: ", "Preferred-Languages: "] {
            assert_eq!(text.lines().filter(|l| l.starts_with(once)).count(), 1);
        }
        assert_eq!(text.lines().filter(|l| l.starts_with("Policy: ")).count(), 1);
        assert!(text.ends_with('\n') && !text.contains('\r'));
        for line in text.lines() {
            let (name, value) = line.split_once(": ").unwrap();
            assert!(
                name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-') && !value.is_empty(),
                "{line}"
            );
        }
    }
}

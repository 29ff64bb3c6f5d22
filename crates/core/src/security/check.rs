//! Addresses and texts from outside, checked field by field. Knows no things of the desk.

use portico_text::names::{NameError, check_email, clean_name};
use portico_types::{Error, Result};

/// Longest address, in bytes.
const ADDRESS: usize = 2_048;

/// A web or mail address whose scheme is one of `schemes`, without anything hidden in it. Only these three schemes are
/// ever known: `http`, `https`, `mailto`.
pub(crate) fn address(field: &'static str, text: &str, schemes: &[&str]) -> Result<String> {
    let text = text.trim();
    let wrong =
        || Error::invalid(field, format!("an address starts with {}, nothing else", schemes.join(" or ")));
    if text.len() > ADDRESS {
        return Err(Error::too_large(
            field,
            format!("the address is too long; the limit is {ADDRESS} characters"),
        ));
    }
    if text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '\\')) {
        return Err(Error::invalid(field, "an address has no spaces, quotes or brackets in it"));
    }
    clean_name(text, ADDRESS).map_err(|e| Error::invalid(field, e.to_string().replace("name", "address")))?;
    let (scheme, rest) = text.split_once(':').ok_or_else(wrong)?;
    let scheme = scheme.to_ascii_lowercase();
    if !schemes.iter().any(|s| s.trim_end_matches(['/', ':']) == scheme) {
        return Err(wrong());
    }
    if scheme == "mailto" {
        let (mail, query) = rest.split_once('?').map_or((rest, None), |(m, q)| (m, Some(q)));
        let mail = check_email(mail).map_err(|e| Error::invalid(field, e.to_string()))?;
        return Ok(query.map_or_else(|| format!("mailto:{mail}"), |q| format!("mailto:{mail}?{q}")));
    }
    let host = rest.strip_prefix("//").ok_or_else(wrong)?.split(['/', '?', '#']).next().unwrap_or_default();
    // A name before "@" would show one host and lead to another.
    let good = host.chars().next().is_some_and(|c| c.is_alphanumeric() || c == '[')
        && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | ':' | '[' | ']'));
    if !good {
        return Err(Error::invalid(field, "the address has no proper host name"));
    }
    Ok(format!("{scheme}:{rest}"))
}

/// A text of many lines: line ends made one, blank edges cut. Empty is fine; whoever needs something in it, looks.
pub(crate) fn block(field: &'static str, text: &str, limit: usize) -> Result<String> {
    // Cheap first: four bytes are the widest character, and line ends of forms are two.
    if text.len() > limit.saturating_mul(5) {
        return Err(too_long(field, limit));
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim_end().trim_start_matches(['\n', ' ', '\t']);
    if let Some(c) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(Error::invalid(
            field,
            format!(
                "the text holds a control character (U+{:04X}); remove it or write it as an escape",
                u32::from(c)
            ),
        ));
    }
    if text.chars().count() > limit {
        return Err(too_long(field, limit));
    }
    Ok(text.to_owned())
}

/// A line; may be empty.
pub(crate) fn line(field: &'static str, text: &str, limit: usize) -> Result<String> {
    if text.trim().is_empty() {
        return Ok(String::new());
    }
    clean_name(text, limit).map_err(|e| match e {
        NameError::TooLong { .. } => too_long(field, limit),
        other => Error::invalid(field, other.to_string().replacen("name", "this", 1)),
    })
}

fn too_long(field: &'static str, limit: usize) -> Error {
    Error::too_large(field, format!("this is too long; the limit is {limit} characters"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use portico_types::ErrorCode;

    #[test]
    fn only_known_schemes_and_honest_hosts() {
        let web = ["http://", "https://", "mailto:"];
        for (given, kept) in [
            ("https://a.example/x?y#z", "https://a.example/x?y#z"),
            (" HTTPS://a.example ", "https://a.example"),
            ("http://[::1]:8080/", "http://[::1]:8080/"),
            ("mailto:a@B.example", "mailto:a@b.example"),
        ] {
            assert_eq!(address("link", given, &web).unwrap(), kept);
        }
        for bad in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "//evil.example",
            "evil.example",
            "https:evil",
            "https://",
            "https:///x",
            "https://good.example@evil.example/",
            "https://a.example/\u{202E}x",
            "https://a.example/ x",
            "https://a.example/\">",
            "mailto:",
            "mailto:a b@c.example",
            "",
        ] {
            assert_eq!(address("link", bad, &web).unwrap_err().field(), Some("link"), "{bad:?}");
        }
        assert!(address("contact", "http://a.example", &["https://", "mailto:"]).is_err());
        assert_eq!(
            address("link", &format!("https://a.example/{}", "x".repeat(3000)), &web).unwrap_err().code(),
            ErrorCode::TooLarge
        );
    }

    #[test]
    fn blocks_keep_their_lines() {
        assert_eq!(block("steps", "\r\n 1. a\r\n2. b\n\n", 100).unwrap(), "1. a\n2. b");
        assert_eq!(block("steps", " \n", 100).unwrap(), "");
        assert_eq!(block("steps", "a\0b", 100).unwrap_err().code(), ErrorCode::Invalid);
        assert_eq!(block("steps", "\u{1b}[31m", 100).unwrap_err().code(), ErrorCode::Invalid);
        assert!(block("steps", &"天".repeat(100), 100).is_ok());
        assert_eq!(block("steps", &"天".repeat(101), 100).unwrap_err().code(), ErrorCode::TooLarge);
        assert_eq!(block("steps", &"x".repeat(10_000_000), 100).unwrap_err().code(), ErrorCode::TooLarge);
    }

    #[test]
    fn lines_turn_nothing_around() {
        assert_eq!(line("title", "  a \t b ", 10).unwrap(), "a b");
        assert_eq!(line("title", "", 10).unwrap(), "");
        assert_eq!(line("title", "a\u{202E}b", 10).unwrap_err().field(), Some("title"));
        assert_eq!(line("name", &"x".repeat(10_000), 64).unwrap_err().code(), ErrorCode::TooLarge);
    }
}

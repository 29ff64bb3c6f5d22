//! Words that must not be in the repository: they name one person's machine, or a mirror only it can reach.
//!
//! The words themselves are put together from parts here, so that this file may be checked as well.

use std::path::Path;

use crate::Report;
use crate::tree::{Source, sources};

/// Directories of one machine. They count where a path begins, not in the middle of one.
const PATHS: &[&str] = &[
    concat!("/", "work/"),
    concat!("/", "root/"),
    concat!("/", "home/"),
    concat!("/", "Users/"),
    concat!("/tmp/", "target"),
    concat!("C:\\", "Users\\"),
];
/// Words of package mirrors, anywhere.
const MIRRORS: &[&str] = &[
    concat!("arti", "factory"),
    concat!("verda", "ccio"),
    concat!("index.crates.io", ":"),
    concat!("npm", "mirror"),
    concat!("dev", "pi/"),
];
/// Lock files, and the only hosts that may be named in them.
const LOCK_FILES: &[(&str, &[&str])] = &[
    ("package-lock.json", &["https://registry.npmjs.org/"]),
    ("Cargo.lock", &["registry+https://github.com/rust-lang/crates.io-index"]),
];

pub(crate) fn check(root: &Path) -> Result<Report, String> {
    let mut own = vec![root.display().to_string()];
    // A container's home is often "/", which says nothing.
    own.extend(std::env::var("HOME").ok().filter(|home| home.len() > 1));
    Ok(judge(&sources(root, "", |_| true)?, &own))
}

fn judge(sources: &[Source], own: &[String]) -> Report {
    let mut report = Report::default();
    for Source { path, text } in sources {
        for (number, line) in text.lines().enumerate() {
            if let Some(word) = forbidden(line, own).or_else(|| strange_host(path, line)) {
                report
                    .failures
                    .push(format!("{path}:{}: {word:?} belongs to one machine; take it out", number + 1));
            }
        }
    }
    report
}

/// The first forbidden word of a line.
fn forbidden<'a>(line: &'a str, own: &'a [String]) -> Option<&'a str> {
    let paths = PATHS.iter().copied().chain(own.iter().map(String::as_str));
    for word in paths {
        let begins_a_path = |at: usize| {
            let before = line[..at].chars().next_back();
            before.is_none_or(|c| !(c.is_alphanumeric() || "/._-~}*>)".contains(c)))
        };
        let ends_a_name = |at: usize| {
            let after = line[at + word.len()..].chars().next();
            word.ends_with(['/', '\\'])
                || after.is_none_or(|c| !(c.is_alphanumeric() || c == '_' || c == '-'))
        };
        if line
            .match_indices(word)
            .any(|(at, _)| begins_a_path(at) && (ends_a_name(at) || PATHS.contains(&word)))
        {
            return Some(word);
        }
    }
    MIRRORS.iter().copied().find(|word| line.to_ascii_lowercase().contains(word))
}

/// A host in a lock file other than the public registry's.
fn strange_host<'a>(path: &str, line: &'a str) -> Option<&'a str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let (_, hosts) = LOCK_FILES.iter().find(|(file, _)| *file == name)?;
    let line = line.trim();
    // Only where a package comes from; a package's own page may be anywhere.
    let value = line.strip_prefix("\"resolved\": \"").or_else(|| line.strip_prefix("source = \""))?;
    let value = value.split('"').next().unwrap_or(value);
    // A package of our own is named by its directory.
    let own = !value.contains(':');
    let public = hosts.iter().any(|host| value.starts_with(host));
    (!own && !public).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let source = Source { path: path.to_owned(), text: text.to_owned() };
        judge(&[source], &["/srv/checkout".to_owned()]).failures
    }

    #[test]
    fn paths_of_a_machine_are_found_with_their_line() {
        let text = format!("fine\nsee {}main/x\n", PATHS[0]);
        let failures = found("docs/a.md", &text);
        assert_eq!(failures.len(), 1);
        assert!(failures[0].starts_with("docs/a.md:2: "), "{failures:?}");
        for path in PATHS {
            assert_eq!(found("a", &format!("dir = \"{path}x\"")).len(), 1, "{path}");
            assert_eq!(found("a", &format!("{path}x")).len(), 1, "{path}");
        }
        assert_eq!(found("a", "cd /srv/checkout && make").len(), 1);
    }

    #[test]
    fn the_same_letters_inside_a_path_or_address_are_fine() {
        for text in [
            format!("https://example.org{}plans", PATHS[0]),
            format!("./crates{}x", PATHS[0]),
            format!("$HOME{}x", PATHS[2]),
            "/srv/checkouts/other".to_owned(),
            "/rooms/{id}/members".to_owned(),
        ] {
            assert_eq!(found("a", &text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn mirrors_are_found_anywhere_and_strange_hosts_in_lock_files() {
        assert_eq!(
            found("a.toml", &format!("url = \"https://x.example/{}/npm\"", MIRRORS[0].to_uppercase())).len(),
            1
        );
        let lock = |host: &str| format!("      \"resolved\": \"https://{host}/svelte/-/svelte-5.tgz\",");
        assert_eq!(found("ui/app/package-lock.json", &lock("npm.internal.example")).len(), 1);
        assert_eq!(found("ui/app/package-lock.json", &lock("registry.npmjs.org")).len(), 0);
        assert_eq!(found("ui/app/package-lock.json", "  \"funding\": \"https://example.org\"").len(), 0);
        assert_eq!(found("ui/package-lock.json", "      \"resolved\": \"widget\",").len(), 0);
        assert_eq!(found("Cargo.lock", "source = \"git+https://github.com/a/b#c\"").len(), 1);
        assert_eq!(
            found("Cargo.lock", "source = \"registry+https://github.com/rust-lang/crates.io-index\"").len(),
            0
        );
    }
}

//! The section `[backup]` of the settings, checked: when, where to, for whom, and how many are kept.

use crate::keep::crypt;
use portico_types::{Error, Millis, Result};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// As it is written.
#[derive(Deserialize, Default, Debug)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Section {
    directory: Option<PathBuf>,
    to: Vec<String>,
    plain: bool,
    every: Option<String>,
    keep: Option<Keep>,
}

/// How many are kept: the newest of each of so many days, weeks (from Monday) and months, in UTC, that have one.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Keep {
    pub(crate) daily: usize,
    pub(crate) weekly: usize,
    pub(crate) monthly: usize,
}

impl Default for Keep {
    fn default() -> Self {
        Self { daily: 7, weekly: 4, monthly: 6 }
    }
}

/// As it holds.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    pub(crate) directory: PathBuf,
    /// Public keys, each of them good; none: not encrypted.
    pub(crate) to: Vec<String>,
    /// Milliseconds from one to the next.
    pub(crate) every: i64,
    pub(crate) keep: Keep,
}

fn wrong(field: &'static str, message: impl Into<String>) -> Error {
    Error::invalid(field, message.into())
}

/// `12h` or `2d` in milliseconds.
fn span(text: &str) -> Option<i64> {
    let unit = match text.as_bytes().last()? {
        b'h' => Millis::HOUR,
        b'd' => Millis::DAY,
        _ => return None,
    };
    let number: i64 = text.get(..text.len() - 1)?.parse().ok()?;
    (1..=744).contains(&number).then(|| number * unit).filter(|ms| *ms <= 31 * Millis::DAY)
}

impl Schedule {
    /// Checks what can be checked without looking at the disk. None where no backups are asked for.
    pub(crate) fn check(section: Option<Section>) -> Result<Option<Self>> {
        let Some(Section { directory, to, plain, every, keep }) = section else { return Ok(None) };
        let Some(directory) = directory else {
            return Err(wrong("backup.directory", "backup.directory is missing; say where backups go"));
        };
        match (to.is_empty(), plain) {
            (true, false) => {
                return Err(wrong(
                    "backup.to",
                    "backup.to names no key; make one by portico backup-key, or say plain = true for a disk that is encrypted already",
                ));
            }
            (false, true) => {
                return Err(wrong(
                    "backup.plain",
                    "backup.plain and backup.to exclude each other; leave one out",
                ));
            }
            _ => {}
        }
        for key in &to {
            crypt::recipient(key).map_err(|e| wrong("backup.to", format!("backup.to: {}", e.message())))?;
        }
        let text = every.as_deref().unwrap_or("24h");
        let Some(every) = span(text) else {
            return Err(wrong(
                "backup.every",
                format!("backup.every is {text:?}; write hours or days up to a month, \"24h\" or \"7d\""),
            ));
        };
        let keep = keep.unwrap_or_default();
        if keep.daily + keep.weekly + keep.monthly == 0 {
            return Err(wrong("backup.keep", "backup.keep keeps nothing; keep at least daily = 1"));
        }
        Ok(Some(Self { directory, to, every, keep }))
    }

    /// Looks whether the directory can be written.
    pub(crate) fn try_out(&self) -> Result<()> {
        writable(&self.directory).map_err(|e| {
            wrong(
                "backup.directory",
                format!("backups cannot be written to {} (backup.directory): {e}; make it, for the user portico runs as", self.directory.display()),
            )
        })
    }
}

fn writable(directory: &Path) -> std::io::Result<()> {
    tempfile::Builder::new().prefix(".portico-").tempfile_in(directory)?.close()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> std::result::Result<Schedule, String> {
        let section: Section = toml::from_str(text).map_err(|e| e.to_string())?;
        Schedule::check(Some(section)).map(Option::unwrap).map_err(|e| e.message().to_owned())
    }

    #[test]
    fn what_is_missing_or_wrong_is_said() {
        let key = age::x25519::Identity::generate().to_public();
        let good = read(&format!("directory = '/b'\nto = ['{key}']")).unwrap();
        assert_eq!((good.every, good.keep), (Millis::DAY, Keep { daily: 7, weekly: 4, monthly: 6 }));
        let kept =
            read("directory = '/b'\nplain = true\nevery = '6h'\nkeep = { daily = 2, weekly = 0 }").unwrap();
        assert_eq!((kept.every, kept.keep), (6 * Millis::HOUR, Keep { daily: 2, weekly: 0, monthly: 6 }));
        for (text, says) in [
            ("plain = true", "backup.directory is missing"),
            ("directory = '/b'", "names no key"),
            ("directory = '/b'\nto = ['age1nonsense']", "is no public key"),
            (&format!("directory = '/b'\nplain = true\nto = ['{key}']"), "exclude each other"),
            ("directory = '/b'\nplain = true\nevery = '90m'", "\"24h\""),
            ("directory = '/b'\nplain = true\nevery = '0h'", "\"24h\""),
            ("directory = '/b'\nplain = true\nevery = '32d'", "\"24h\""),
            (
                "directory = '/b'\nplain = true\nkeep = { daily = 0, weekly = 0, monthly = 0 }",
                "keeps nothing",
            ),
            ("directory = '/b'\nplain = true\nkeep = { yearly = 1 }", "yearly"),
        ] {
            let said = read(text).unwrap_err();
            assert!(said.contains(says), "{text}: {said}");
        }
        assert!(Schedule::check(None).unwrap().is_none());
        let dir = tempfile::tempdir().unwrap();
        let at = |directory: PathBuf| Schedule { directory, ..good.clone() };
        at(dir.path().to_owned()).try_out().unwrap();
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "trying out leaves nothing");
        let said = at(dir.path().join("not there")).try_out().unwrap_err();
        assert!(said.message().contains("not there") && said.field() == Some("backup.directory"), "{said}");
    }
}

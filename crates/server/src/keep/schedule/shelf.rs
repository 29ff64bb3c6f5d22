//! The directory of scheduled backups: their names, which of them are kept, and what is taken away. Only files with a name
//! of the schedule's own are touched, and their age is what their name says, whoever copied them about.

use super::settings::Keep;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use portico_types::{Error, Millis, Result};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

const FORM: &str = "portico-%Y%m%dT%H%M%SZ.backup";
/// What a file is called while it is written.
const PART: &str = ".part";

/// The name of a backup of this moment.
pub(super) fn name(at: Millis) -> Result<String> {
    let at = Timestamp::from_millisecond(at.0).map_err(Error::internal)?;
    Ok(at.to_zoned(TimeZone::UTC).strftime(FORM).to_string())
}

/// The moment that a name of ours says; none where it is not ours.
pub(super) fn stamp(file: &str) -> Option<DateTime> {
    let at = DateTime::strptime(FORM, file).ok()?;
    // Read leniently, it is ours only if we would write it so.
    (at.strftime(FORM).to_string() == file).then_some(at)
}

/// Which of these go. `newest first` within each day, week and month; the newest of all stays whatever is asked.
pub(super) fn to_remove(mut all: Vec<DateTime>, keep: Keep) -> Vec<DateTime> {
    all.sort_unstable_by(|a, b| b.cmp(a));
    let mut kept: BTreeSet<DateTime> = all.first().copied().into_iter().collect();
    let mut first_of = |count: usize, of: fn(&DateTime) -> (i16, i16)| {
        let mut seen = BTreeSet::new();
        for at in &all {
            if seen.len() == count {
                break;
            }
            if seen.insert(of(at)) {
                kept.insert(*at);
            }
        }
    };
    first_of(keep.daily, |at| (at.year(), at.date().day_of_year()));
    first_of(keep.weekly, |at| {
        let week = at.date().iso_week_date();
        (week.year(), week.week().into())
    });
    first_of(keep.monthly, |at| (at.year(), at.month().into()));
    all.retain(|at| !kept.contains(at));
    all
}

fn files(directory: &Path) -> Result<Vec<(String, PathBuf)>> {
    let failed =
        |e: std::io::Error| Error::internal(format!("cannot look into {}: {e}", directory.display()));
    let mut all = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_type().map_err(failed)?.is_file()
            && let Ok(name) = entry.file_name().into_string()
        {
            all.push((name, entry.path()));
        }
    }
    Ok(all)
}

fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::internal(format!("cannot remove {}: {e}", path.display())))
        }
        _ => Ok(()),
    }
}

/// Takes away what a backup that did not come to its end has left. Gives how many there were.
pub(super) fn clear_halves(directory: &Path) -> Result<usize> {
    let mut gone = 0;
    for (name, path) in files(directory)? {
        if name.strip_suffix(PART).is_some_and(|whole| stamp(whole).is_some()) {
            remove(&path)?;
            gone += 1;
        }
    }
    Ok(gone)
}

/// Takes away what need not be kept, and never `good`. Gives how many there were.
pub(super) fn prune(directory: &Path, keep: Keep, good: &str) -> Result<usize> {
    let all = files(directory)?.into_iter().filter_map(|(name, _)| stamp(&name)).collect();
    let mut gone = 0;
    for at in to_remove(all, keep) {
        let name = at.strftime(FORM).to_string();
        if name != good {
            remove(&directory.join(name))?;
            gone += 1;
        }
    }
    Ok(gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime {
        text.parse().unwrap()
    }

    #[test]
    fn a_name_says_its_moment_and_only_ours_do() {
        let made = name(Millis(1_780_000_000_123)).unwrap();
        assert_eq!(made, "portico-20260528T202640Z.backup");
        assert_eq!(stamp(&made), Some(at("2026-05-28T20:26:40")));
        for other in [
            "portico-20260528T202640Z.backup.part",
            "portico-20260528T202640Z.backup ",
            " portico-20260528T202640Z.backup",
            "portico-20261328T202640Z.backup",
            "portico-2026528T202640Z.backup",
            "Portico-20260528T202640Z.backup",
            "portico-0601.backup",
            "portico.db",
            "",
        ] {
            assert_eq!(stamp(other), None, "{other:?}");
        }
    }

    #[test]
    fn the_newest_of_each_day_week_and_month_stay() {
        let keep = |daily, weekly, monthly| Keep { daily, weekly, monthly };
        // (what there is, what is kept of it)
        let table: &[(Keep, &[&str], &[&str])] = &[
            (keep(0, 0, 1), &[], &[]),
            (keep(1, 0, 0), &["2026-05-01T01:00:00", "2026-05-01T23:00:00"], &["2026-05-01T23:00:00"]),
            // Days that have one count, not days of the calendar: a server that stood still loses nothing by it.
            (
                keep(2, 0, 0),
                &["2026-01-01T01:00:00", "2026-03-01T01:00:00", "2026-05-01T01:00:00"],
                &["2026-03-01T01:00:00", "2026-05-01T01:00:00"],
            ),
            // The week goes over the turn of the year: the 1st of January 2027 is a Friday of week 53.
            (
                keep(0, 2, 0),
                &[
                    "2026-12-27T01:00:00",
                    "2026-12-28T01:00:00",
                    "2027-01-01T01:00:00",
                    "2027-01-03T01:00:00",
                    "2027-01-04T01:00:00",
                ],
                &["2027-01-03T01:00:00", "2027-01-04T01:00:00"],
            ),
            (
                keep(1, 1, 3),
                &[
                    "2026-01-31T01:00:00",
                    "2026-02-01T01:00:00",
                    "2026-02-28T01:00:00",
                    "2026-04-02T01:00:00",
                    "2026-04-03T01:00:00",
                ],
                &["2026-01-31T01:00:00", "2026-02-28T01:00:00", "2026-04-03T01:00:00"],
            ),
            // A month of another year is another month.
            (
                keep(0, 0, 2),
                &["2025-04-01T01:00:00", "2026-04-01T01:00:00"],
                &["2025-04-01T01:00:00", "2026-04-01T01:00:00"],
            ),
            // Nothing asked for: the newest stays all the same.
            (keep(0, 0, 0), &["2026-04-01T01:00:00", "2026-04-02T01:00:00"], &["2026-04-02T01:00:00"]),
        ];
        for (keep, there, stay) in table {
            let all: Vec<DateTime> = there.iter().map(|t| at(t)).collect();
            let gone = to_remove(all.clone(), *keep);
            let left: Vec<DateTime> = all.into_iter().filter(|t| !gone.contains(t)).collect();
            assert_eq!(left, stay.iter().map(|t| at(t)).collect::<Vec<_>>(), "{keep:?} of {there:?}");
        }
    }

    #[test]
    fn nothing_but_our_own_is_taken_away() {
        let dir = tempfile::tempdir().unwrap();
        let there = [
            "portico-20260501T010000Z.backup",
            "portico-20260502T010000Z.backup",
            "portico-20260503T010000Z.backup",
            "portico-20260503T020000Z.backup.part",
            "portico-0601.backup",
            "notes.part",
        ];
        for name in there {
            std::fs::write(dir.path().join(name), name).unwrap();
        }
        std::fs::create_dir(dir.path().join("portico-20260401T010000Z.backup")).unwrap();
        assert_eq!(clear_halves(dir.path()).unwrap(), 1);
        let keep = Keep { daily: 1, weekly: 0, monthly: 0 };
        // The one that is known to be good stays, though it is not the newest.
        assert_eq!(prune(dir.path(), keep, "portico-20260502T010000Z.backup").unwrap(), 1);
        let mut left: Vec<String> = std::fs::read_dir(dir.path())
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(
            left,
            [
                "notes.part",
                "portico-0601.backup",
                "portico-20260401T010000Z.backup",
                "portico-20260502T010000Z.backup",
                "portico-20260503T010000Z.backup"
            ]
        );
    }
}

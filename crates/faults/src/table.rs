//! The parts of a run, and the one table that comes of it.

use crate::{
    Result, apart, clock::Clock, cut, drained, drill, failing, killed, nodes, soak, starved, storm, torn,
    upgrade,
};
use clap::ValueEnum;
use std::path::{Path, PathBuf};

/// A part of the run.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    Killed,
    Torn,
    Cut,
    Drained,
    Storm,
    Starved,
    Nodes,
    Drill,
    Upgrade,
    Failing,
    Apart,
    Soak,
}

/// How a line begins of what nobody has looked at.
const NOT_DONE: &str = "NOT DONE";

/// Where it happens and how much of it.
pub(crate) struct Place {
    pub(crate) binary: PathBuf,
    /// The one from before.
    pub(crate) old: Option<PathBuf>,
    pub(crate) work: tempfile::TempDir,
    pub(crate) long: bool,
}

impl Place {
    /// A new directory.
    pub(crate) fn directory(&self, name: &str) -> Result<PathBuf> {
        let path = self.work.path().join(name);
        std::fs::create_dir_all(&path)?;
        Ok(path)
    }
}

/// One line of the table.
pub(crate) struct Line {
    what: String,
    counts: String,
    good: bool,
}

impl Line {
    pub(crate) fn new(what: &str, counts: String, good: bool) -> Self {
        Self { what: what.to_owned(), counts, good }
    }

    /// Says something more.
    pub(crate) fn note(&mut self, more: &str) {
        self.counts = format!("{}; {more}", self.counts);
    }
}

const ALL: [Part; 12] = [
    Part::Killed,
    Part::Torn,
    Part::Cut,
    Part::Drained,
    Part::Storm,
    Part::Starved,
    Part::Nodes,
    Part::Drill,
    Part::Upgrade,
    Part::Failing,
    Part::Apart,
    Part::Soak,
];

/// Runs the parts and prints the table. Says whether every line is good.
#[expect(clippy::print_stdout, clippy::print_stderr, reason = "the table is what this is for")]
pub(crate) fn run(
    binary: &Path,
    old: Option<&Path>,
    long: bool,
    only: &[Part],
    without: &[Part],
) -> Result<bool> {
    let old = old.map(Path::canonicalize).transpose()?;
    let place = Place { binary: binary.canonicalize()?, old, work: tempfile::tempdir()?, long };
    let mut lines = Vec::new();
    for part in if only.is_empty() { &ALL[..] } else { only } {
        if only.is_empty() && *part == Part::Upgrade && place.old.is_none() {
            continue;
        }
        let clock = Clock::start();
        let name = part.to_possible_value().map_or_else(String::new, |v| v.get_name().to_owned());
        if without.contains(part) {
            lines.push(Line::new(&name, format!("{NOT_DONE}: left out by --without"), true));
            continue;
        }
        let came = match part {
            Part::Killed => killed::run(&place),
            Part::Torn => torn::run(&place),
            Part::Cut => cut::run(&place),
            Part::Drained => drained::run(&place),
            Part::Storm => storm::run(&place),
            Part::Starved => starved::run(&place),
            Part::Nodes => nodes::run(&place),
            Part::Drill => drill::run(&place),
            Part::Upgrade => upgrade::run(&place),
            Part::Failing => failing::run(&place),
            Part::Apart => apart::run(&place),
            Part::Soak => soak::run(&place),
        };
        match came {
            Ok(mut new) => lines.append(&mut new),
            Err(e) => lines.push(Line::new(&name, format!("could not be done: {e}"), false)),
        }
        eprintln!("faults: {name} took {:.0} s", clock.elapsed().as_secs_f64());
    }
    let width = lines.iter().map(|l| l.what.chars().count()).max().unwrap_or(0);
    for line in &lines {
        let lost = match (line.good, line.counts.starts_with(NOT_DONE)) {
            (true, true) => "not known",
            (true, false) => "nothing lost",
            (false, _) => "LOST",
        };
        println!("{:width$} | {} | {lost}", line.what, line.counts.replace('\n', " "));
    }
    Ok(lines.iter().all(|l| l.good))
}

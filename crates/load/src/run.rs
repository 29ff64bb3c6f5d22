//! A run: which scenarios, where, and what comes of them.

use crate::{
    Result,
    clock::Clock,
    fanout, fresh, idle, lane, machine,
    report::{Report, Row},
    search, sizes,
};
use clap::{Args, ValueEnum};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A part of the run.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    Sizes,
    Fresh,
    Lane,
    Fanout,
    Idle,
    Search,
}

const ALL: [Part; 6] = [Part::Sizes, Part::Fresh, Part::Lane, Part::Fanout, Part::Idle, Part::Search];

/// What to run.
#[derive(Args)]
pub(crate) struct Bench {
    /// The release binary of the server.
    #[arg(long)]
    server: PathBuf,
    /// The folder with the built web app and widget.
    #[arg(long)]
    ui: PathBuf,
    /// An empty or missing directory for databases; it is removed at the end.
    #[arg(long)]
    work: PathBuf,
    /// Where to write the table as JSON.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Only these parts.
    #[arg(long, value_delimiter = ',')]
    only: Vec<Part>,
    /// Messages of the grown database.
    #[arg(long, default_value_t = 1_000_000)]
    messages: usize,
    /// A tenth of the time, to see that it works; the figures mean little.
    #[arg(long)]
    quick: bool,
}

/// Where scenarios find the server and put their data.
pub(crate) struct Place {
    pub(crate) server: PathBuf,
    pub(crate) messages: usize,
    pub(crate) quick: bool,
    work: PathBuf,
}

impl Place {
    /// An empty directory.
    pub(crate) fn directory(&self, name: &str) -> Result<PathBuf> {
        let path = self.work.join(name);
        fs::create_dir_all(&path)?;
        Ok(path)
    }

    /// Tells whoever waits what is going on.
    #[expect(clippy::print_stderr, clippy::unused_self, reason = "a tool speaks to whoever started it")]
    pub(crate) fn say(&self, what: &str) {
        eprintln!("bench: {what}");
    }
}

/// Removes the databases, whatever happens.
struct Cleaner(PathBuf);

impl Drop for Cleaner {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

/// Runs the scenarios. Says whether every delivery and every answer was right; how fast they were is the table's
/// matter.
#[expect(clippy::print_stdout, reason = "the table is what this is for")]
pub(crate) fn bench(bench: &Bench) -> Result<bool> {
    let clock = Clock::start();
    if fs::read_dir(&bench.work).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(
            format!("{} is not empty; name a directory that may be removed", bench.work.display()).into()
        );
    }
    fs::create_dir_all(&bench.work)?;
    let _cleaner = Cleaner(bench.work.clone());
    let place = Place {
        server: bench.server.clone(),
        messages: bench.messages,
        quick: bench.quick,
        work: bench.work.clone(),
    };
    let files = machine::raise_files();
    place.say(&format!("{}, {files} open files allowed", machine::describe()));
    let load_before = machine::load();
    let (mut rows, mut failures) = (Vec::new(), Vec::new());
    let parts = if bench.only.is_empty() { &ALL[..] } else { &bench.only };
    for part in parts {
        if let Some(name) = part.to_possible_value() {
            place.say(&format!("{:.0} s: {}", clock.elapsed().as_secs_f64(), name.get_name()));
        }
        rows.extend(run(*part, &place, &bench.ui, &mut failures)?);
    }
    let report = Report {
        machine: machine::describe(),
        load_before,
        load_after: machine::load(),
        seconds: clock.elapsed().as_secs_f64(),
        rows,
        failures,
    };
    println!("{}", report.table());
    if let Some(out) = &bench.out {
        write(out, &report)?;
    }
    Ok(report.failures.is_empty())
}

fn run(part: Part, place: &Place, ui: &Path, failures: &mut Vec<String>) -> Result<Vec<Row>> {
    match part {
        Part::Sizes => sizes::measure(&place.server, ui),
        Part::Fresh => fresh::measure(place),
        Part::Lane => lane::measure(place, failures),
        Part::Fanout => fanout::measure(place, failures),
        Part::Idle => idle::measure(place, failures),
        Part::Search => search::measure(place, failures),
    }
}

fn write(out: &Path, report: &Report) -> Result<()> {
    if let Some(parent) = out.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(out, serde_json::to_string_pretty(report)?)?;
    Ok(())
}

//! A run: which scenarios, where, and what comes of them.

use crate::{
    Result, building,
    clock::Clock,
    fanout, files, fresh, growth, idle, lane, log_reads, machine, mixed, pg_lane,
    plot::Plot,
    report::{Report, Row},
    rooms, search, security, sizes, soak, stalled, storm, widget,
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
    PgLane,
    Fanout,
    Rooms,
    Stalled,
    Mixed,
    Storm,
    Growth,
    Widget,
    Security,
    Files,
    Idle,
    Search,
    Costs,
    /// A clean debug build; not in a quick run that does not name it.
    Build,
    /// Half an hour; only when named.
    Soak,
}

/// What a run without names does; a quick one leaves out the last.
const ALL: [Part; 17] = [
    Part::Sizes,
    Part::Fresh,
    Part::Lane,
    Part::PgLane,
    Part::Fanout,
    Part::Rooms,
    Part::Stalled,
    Part::Mixed,
    Part::Storm,
    Part::Growth,
    Part::Widget,
    Part::Security,
    Part::Files,
    Part::Idle,
    Part::Search,
    Part::Costs,
    Part::Build,
];

/// Files that are open besides sockets.
const SPARE: u64 = 300;

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
    /// A directory for the pictures, beside where the table goes.
    #[arg(long)]
    publish: Option<PathBuf>,
    /// Minutes of `soak`.
    #[arg(long, default_value_t = 30)]
    minutes: u64,
    /// A PostgreSQL server on which databases may be made: the URL of one of them.
    #[arg(long)]
    postgres: Option<String>,
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
    pub(crate) postgres: Option<String>,
    /// Of the soak.
    pub(crate) minutes: u64,
    work: PathBuf,
    pictures: Vec<PathBuf>,
}

impl Place {
    /// An empty directory.
    pub(crate) fn directory(&self, name: &str) -> Result<PathBuf> {
        let path = self.work.join(name);
        fs::create_dir_all(&path)?;
        Ok(path)
    }

    /// How many of these sockets the limit of open files allows.
    pub(crate) fn sockets(&self, wanted: usize) -> usize {
        let most = machine::raise_files().saturating_sub(SPARE) as usize;
        if most < wanted {
            self.say(&format!("the limit of open files allows only {most} sockets"));
        }
        wanted.min(most)
    }

    /// Keeps a picture under this name.
    pub(crate) fn draw(&self, name: &str, plot: &Plot) -> Result<()> {
        for directory in &self.pictures {
            fs::create_dir_all(directory)?;
            fs::write(directory.join(format!("{name}.svg")), plot.svg())?;
        }
        Ok(())
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
        postgres: bench.postgres.clone(),
        minutes: bench.minutes,
        work: bench.work.clone(),
        pictures: [bench.out.as_deref().and_then(Path::parent), bench.publish.as_deref()]
            .into_iter()
            .flatten()
            .map(Path::to_path_buf)
            .collect(),
    };
    let files = machine::raise_files();
    place.say(&format!("{}, {files} open files allowed", machine::describe()));
    let load_before = machine::load();
    let (mut rows, mut failures) = (Vec::new(), Vec::new());
    let parts = match &bench.only[..] {
        [] if bench.quick => &ALL[..ALL.len() - 1],
        [] => &ALL[..],
        named => named,
    };
    let mut times = Vec::new();
    for part in parts {
        let name = part.to_possible_value().map_or(String::new(), |v| v.get_name().to_owned());
        let begun = clock.elapsed().as_secs_f64();
        place.say(&format!("{begun:.0} s: {name}"));
        let before = machine::pace();
        // What breaks off must not take with it what was measured before.
        let measured = run(*part, &place, &bench.ui, &mut failures).unwrap_or_else(|e| {
            place.say(&format!("{name} broke off: {e}"));
            failures.push(format!("{name} broke off: {e}"));
            Vec::new()
        });
        let after = machine::pace();
        rows.extend(measured.into_iter().map(|row| row.on_machine(before, after)));
        times.push((name, clock.elapsed().as_secs_f64() - begun));
    }
    if bench.only.is_empty() && bench.quick {
        rows.extend(building::not_measured());
    }
    let report = Report {
        machine: machine::describe(),
        load_before,
        load_after: machine::load(),
        seconds: clock.elapsed().as_secs_f64(),
        parts: times,
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
        Part::PgLane => pg_lane::measure(place, failures),
        Part::Fanout => fanout::measure(place, failures),
        Part::Rooms => rooms::measure(place, failures),
        Part::Stalled => stalled::measure(place, failures),
        Part::Mixed => mixed::measure(place, failures),
        Part::Storm => storm::measure(place, failures),
        Part::Growth => growth::measure(place, failures),
        Part::Widget => widget::measure(place, failures),
        Part::Security => security::measure(place, failures),
        Part::Files => files::measure(place, failures),
        Part::Soak => soak::measure(place, failures),
        Part::Build => building::measure(place, ui.parent().unwrap_or(ui)),
        Part::Idle => idle::measure(place, failures),
        Part::Search => search::measure(place, failures),
        Part::Costs => {
            let mut rows = mixed::costs::measure(place, failures)?;
            rows.extend(log_reads::measure(place, failures)?);
            Ok(rows)
        }
    }
}

fn write(out: &Path, report: &Report) -> Result<()> {
    if let Some(parent) = out.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(out, serde_json::to_string_pretty(report)?)?;
    Ok(())
}

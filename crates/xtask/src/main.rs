//! Checks of the repository that the compiler cannot make: `cargo xtask check`, or one of them by name; and the front of a
//! cluster on one machine.
//!
//! Each check is a module with a pure part that takes text and gives findings, tested on planted violations, and
//! a thin part that reads the files. No check touches the network or changes a file, but for `generate`.

mod deps;
mod files;
mod front;
mod generated;
mod sql;
mod tree;
mod words;

use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::{Parser, Subcommand};

/// What a check found.
#[derive(Debug, Default)]
struct Report {
    /// What must be mended, one sentence each.
    failures: Vec<String>,
    /// What is worth knowing, one line each.
    notes: Vec<String>,
}

/// A check: it reads the repository at this path and reports, or says why it could not.
type Check = fn(&Path) -> Result<Report, String>;

/// Every check, in the order in which they run: the quick ones first.
const CHECKS: &[(&str, Check)] = &[
    ("files", files::check),
    ("words", words::check),
    ("deps", deps::check),
    ("sql", sql::check),
    ("plans", sql::plans::check),
    ("fmt", fmt),
    ("generated", generated::check),
];

#[derive(Parser)]
#[command(about = "checks of the repository that the compiler cannot make")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// every check below
    Check,
    /// which crate may depend on which, and who may use a driver or a web framework
    Deps,
    /// no source file longer than 600 lines; those over 400 are listed
    Files,
    /// every statement on a tenant's table is bound to the tenant
    Sql,
    /// no statement looks at all an organization has to find a little
    Plans,
    /// nothing that belongs to one machine: home directories, package mirrors
    Words,
    /// the sources are formatted
    Fmt,
    /// files made by a program are as that program makes them now
    Generated,
    /// write the files made by a program anew
    Generate,
    /// one address in front of several servers, each connection to the next (scripts/cluster.sh)
    Front {
        /// where to listen
        #[arg(long, default_value = "127.0.0.1:8065")]
        listen: SocketAddr,
        /// the servers
        #[arg(required = true)]
        servers: Vec<SocketAddr>,
    },
}

impl Task {
    /// The name of the one check asked for; `None` for all.
    fn name(&self) -> Option<&'static str> {
        match self {
            Self::Check | Self::Generate | Self::Front { .. } => None,
            Self::Deps => Some("deps"),
            Self::Files => Some("files"),
            Self::Sql => Some("sql"),
            Self::Plans => Some("plans"),
            Self::Words => Some("words"),
            Self::Fmt => Some("fmt"),
            Self::Generated => Some("generated"),
        }
    }
}

fn main() -> ExitCode {
    let task = Arguments::parse().task;
    let outcome = match (repository(), &task) {
        (_, Task::Front { listen, servers }) => TcpListener::bind(listen)
            .and_then(|listener| front::serve(&listener, servers.clone()))
            .map(|()| true)
            .map_err(|error| format!("cannot listen on {listen}: {error}")),
        (Ok(root), Task::Generate) => generated::write(&root).map(|()| true),
        (Ok(root), _) => run(&root, task.name(), &mut io::stdout().lock()).map_err(|error| error.to_string()),
        (Err(error), _) => Err(error),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the checks asked for, all of them even when one fails, and says whether every one passed.
fn run(root: &Path, only: Option<&str>, out: &mut impl Write) -> io::Result<bool> {
    let mut clean = true;
    for (name, check) in CHECKS.iter().filter(|(name, _)| only.is_none_or(|only| only == *name)) {
        let report = check(root).unwrap_or_else(|error| Report { failures: vec![error], notes: Vec::new() });
        clean &= report.failures.is_empty();
        writeln!(out, "{name}: {}", if report.failures.is_empty() { "ok" } else { "FAILED" })?;
        for note in &report.notes {
            writeln!(out, "  note: {note}")?;
        }
        for failure in &report.failures {
            writeln!(out, "  {failure}")?;
        }
    }
    Ok(clean)
}

/// The top of the repository: the nearest directory above the working directory that holds a workspace.
fn repository() -> Result<PathBuf, String> {
    let here =
        std::env::current_dir().map_err(|error| format!("the working directory is unknown: {error}"))?;
    here.ancestors()
        .find(|dir| {
            std::fs::read_to_string(dir.join("Cargo.toml"))
                .is_ok_and(|manifest| manifest.contains("[workspace]"))
        })
        .map(Path::to_owned)
        .ok_or_else(|| {
            "run this inside the repository: no Cargo.toml with a [workspace] is above here".to_owned()
        })
}

fn fmt(root: &Path) -> Result<Report, String> {
    let output = Command::new("cargo")
        .args(["fmt", "--all", "--check", "--", "-l"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("cargo fmt could not be started: {error}"))?;
    let mut report = Report::default();
    if !output.status.success() {
        report.failures.push("not formatted; run `cargo fmt --all`:".to_owned());
        for text in [&output.stdout, &output.stderr] {
            report.failures.extend(String::from_utf8_lossy(text).lines().map(|line| format!("  {line}")));
        }
    }
    Ok(report)
}

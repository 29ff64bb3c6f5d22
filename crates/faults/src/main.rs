//! Breaks a real Portico, and a simulated one, and counts what was lost. Never shipped.
//!
//! `run` starts the binary and kills, starves, cuts and drains it; `simulate` drives the application from seeds, two
//! nodes on one log, with everything lost that may be lost. Whoever is acknowledged must be found, once and in order.

mod apart;
mod clock;
mod cut;
mod drained;
mod drill;
mod failing;
mod http;
mod killed;
mod ledger;
mod nats;
mod nodes;
mod server;
mod simulate;
mod soak;
mod socket;
mod stalled;
mod starved;
mod storm;
mod table;
mod torn;
mod upgrade;

use clap::{Parser, Subcommand};
use std::{path::PathBuf, process::ExitCode};

/// What went wrong, for a person.
type Failure = Box<dyn std::error::Error + Send + Sync>;
type Result<T, E = Failure> = std::result::Result<T, E>;

#[derive(Parser)]
#[command(about = "breaks a Portico and counts what was lost")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Break the binary, and print one table.
    Run {
        /// The server.
        #[arg(long)]
        server: PathBuf,
        /// The server from before, for the part `upgrade`, which is left out without it.
        #[arg(long)]
        old: Option<PathBuf>,
        /// Two hundred kills instead of ten, ten thousand sockets instead of two.
        #[arg(long)]
        long: bool,
        /// Only these parts.
        #[arg(long, value_delimiter = ',')]
        only: Vec<table::Part>,
        /// Without these, which the table says.
        #[arg(long, value_delimiter = ',')]
        without: Vec<table::Part>,
    },
    /// Run seeds of the simulation.
    Simulate {
        /// How many.
        #[arg(long, default_value_t = 200)]
        seeds: u64,
        /// The first.
        #[arg(long, default_value_t = 1)]
        from: u64,
        /// Say what is done, step by step: for a seed that failed.
        #[arg(long)]
        tell: bool,
    },
}

#[expect(clippy::print_stderr, reason = "a tool speaks to whoever started it")]
fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Run { server, old, long, only, without } => {
            table::run(&server, old.as_deref(), long, &only, &without)
        }
        Task::Simulate { seeds, from, tell } => simulate::seeds(from, seeds, tell),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("portico-faults: {e}");
            ExitCode::FAILURE
        }
    }
}

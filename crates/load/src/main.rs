//! The load tool: measures a real Portico server against raw baselines of the same run, and checks every delivery.
//!
//! Never shipped. It knows the server's native API and its database schema, and none of its code.

mod alarm;
mod building;
mod clock;
mod cost;
mod crowd;
mod drive;
mod fanout;
mod files;
mod fill;
mod fresh;
mod growth;
mod house;
mod http;
mod idle;
mod lane;
mod log_reads;
mod machine;
mod make;
mod measure;
mod mixed;
mod model;
mod order;
mod pg;
mod pg_lane;
mod plot;
mod poster;
mod raw_fan;
mod raw_lane;
mod report;
mod rooms;
mod run;
mod search;
mod security;
mod server;
mod sizes;
mod soak;
mod socket;
mod stalled;
mod storm;
mod widget;
mod words;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// What went wrong, for a person.
type Failure = Box<dyn std::error::Error + Send + Sync>;
type Result<T, E = Failure> = std::result::Result<T, E>;

#[derive(Parser)]
#[command(about = "measures a Portico server against raw baselines of the same run")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run the scenarios, print one table, write it as JSON.
    Bench(run::Bench),
    /// Say what so many people would need, from the costs of single acts. Runs nothing.
    Model(Box<model::Model>),
    /// The raw fan-out server: one thread that writes each frame to each socket. Started by `bench`.
    #[command(hide = true)]
    RawFan {
        /// Sockets to accept before it begins.
        sockets: usize,
        /// How many of them each frame goes to, the next ones in turn. Divides them.
        each: usize,
    },
}

#[expect(clippy::print_stderr, reason = "a tool speaks to whoever started it")]
fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Bench(bench) => run::bench(&bench),
        Task::Model(model) => model::print(&model),
        Task::RawFan { sockets, each } => raw_fan::serve(sockets, each).map(|()| true),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            let cause = e.source().map_or(String::new(), |cause| format!(": {cause}"));
            eprintln!("portico-load: {e}{cause}");
            ExitCode::FAILURE
        }
    }
}

//! The binary `portico`: configuration, command line, wiring, signals. No rules.

mod assets;
mod cli;
mod clock;
mod config;
mod demo;
mod dice;
mod files;
mod keep;
mod logging;
mod metrics;
mod nodes;
mod operator;
mod pages;
mod say;
mod serve;

use clap::Parser;
use std::{io::Write, process::ExitCode};

// The default allocator keeps what a burst needed; this one gives it back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Pictures are made by this same binary in a sandbox, entered before any thread or log exists.
    if std::env::args_os().nth(1).is_some_and(|a| a == portico_blobs::image_worker::SUBCOMMAND) {
        return portico_blobs::image_worker::run_worker();
    }
    let cli = cli::Cli::parse();
    match cli::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            // Nobody may be left to read it.
            let _gone = writeln!(std::io::stderr(), "portico: {}", e.cause().unwrap_or_else(|| e.message()));
            ExitCode::FAILURE
        }
    }
}

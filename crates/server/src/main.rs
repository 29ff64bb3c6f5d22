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
use std::{
    io::Write,
    os::unix::process::CommandExt,
    process::{Command, ExitCode},
};

// The default allocator keeps what a burst needed; this one gives it back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Has the allocator give memory back when it is freed, not some time after: a server at rest frees nothing more that would
/// remind it, and would keep a third of its size from its start for ever. It reads its settings before `main`, so this
/// process begins once again, in its place; where that cannot be, it goes on as it is.
fn give_memory_back() {
    const SETTING: &str = "MIMALLOC_PURGE_DELAY";
    if std::env::var_os(SETTING).is_some() {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut args = std::env::args_os();
    let mut again = Command::new(program);
    if let Some(name) = args.next() {
        again.arg0(name);
    }
    let _cannot = again.args(args).env(SETTING, "0").exec();
}

fn main() -> ExitCode {
    // Pictures are made by this same binary in a sandbox, entered before any thread or log exists.
    if std::env::args_os().nth(1).is_some_and(|a| a == portico_blobs::image_worker::SUBCOMMAND) {
        return portico_blobs::image_worker::run_worker();
    }
    give_memory_back();
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

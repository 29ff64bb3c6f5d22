//! The command line.

use crate::{
    config::{self, Config, Flags},
    demo,
    keep::{backup, moving, restore},
    logging, operator,
    say::say,
    serve,
};
use clap::{Parser, Subcommand};
use portico_types::{Error, Result};

/// Team chat, customer chat and a security desk in one server.
#[derive(Parser)]
#[command(name = "portico", version, about, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server.
    Serve {
        #[command(flatten)]
        flags: Flags,
    },
    /// Make an organization and its owner without a browser. The server must not be running on the embedded database.
    Setup {
        #[command(flatten)]
        flags: Flags,
        #[command(flatten)]
        answers: operator::Answers,
    },
    /// Start a throw-away server with a believable organization in it, and a shop with the widget on another port.
    Demo {
        #[command(flatten)]
        options: demo::Options,
    },
    /// Write everything into one encrypted file. The server may be running.
    Backup {
        #[command(flatten)]
        flags: Flags,
        #[command(flatten)]
        options: backup::Options,
    },
    /// Make a key pair for backups: the secret key into a new file, the public one is printed.
    BackupKey {
        /// The file for the secret key.
        #[arg(value_name = "FILE")]
        file: std::path::PathBuf,
    },
    /// Put a backup in place, after all of it was checked. The server must not be running.
    Restore {
        #[command(flatten)]
        flags: Flags,
        #[command(flatten)]
        options: restore::Options,
    },
    /// Move everything between the embedded database and PostgreSQL. No server may be running on either.
    Move {
        #[command(flatten)]
        options: moving::Options,
    },
    /// Check settings, database and files, and say what is wrong.
    Doctor {
        #[command(flatten)]
        flags: Flags,
    },
    /// Print the documented settings file.
    Config,
    /// Print the API's description (OpenAPI).
    Openapi,
}

/// Runs what was asked for.
pub(crate) fn run(cli: Cli) -> Result<()> {
    match cli.command {
        Command::Config => {
            say(config::EXAMPLE.trim_end());
            Ok(())
        }
        Command::Openapi => {
            say(portico_api::openapi::document());
            Ok(())
        }
        Command::Serve { flags } => with_runtime(flags, |config| async move { serve::run(config).await }),
        Command::Setup { flags, answers } => {
            with_runtime(flags, |config| async move { operator::set_up(config, answers).await })
        }
        Command::Backup { flags, options } => {
            with_runtime(flags, |config| async move { backup::run(config, options).await })
        }
        Command::BackupKey { file } => backup::new_key(&file),
        Command::Restore { flags, options } => {
            with_runtime(flags, |config| async move { restore::run(config, options).await })
        }
        Command::Move { options } => {
            with_runtime(Flags::default(), |_| async move { moving::run(options).await })
        }
        Command::Doctor { flags } => {
            with_runtime(flags, |config| async move { operator::doctor(config).await })
        }
        Command::Demo { options } => {
            let flags = options.flags()?;
            with_runtime(flags, |config| async move { demo::run(config, options).await })
        }
    }
}

fn with_runtime<F: Future<Output = Result<()>>>(flags: Flags, work: impl FnOnce(Config) -> F) -> Result<()> {
    let config = Config::read(flags)?;
    logging::start(&config.log, config.log_json)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Error::internal)?;
    let outcome = runtime.block_on(work(config));
    // A scheduled backup in the middle of its writing is not waited for: nothing of it counts.
    runtime.shutdown_background();
    outcome
}

//! The command line.

use crate::{
    config::{self, Config, Flags},
    demo, logging, operator,
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
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Error::internal)?
        .block_on(work(config))
}

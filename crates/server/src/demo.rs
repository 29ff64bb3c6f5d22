//! `portico demo`: a throw-away server with a believable organization in it.

use crate::config::{Config, Flags};
use clap::Args;
use portico_types::Result;

/// How the demo runs.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// Address of the server.
    #[arg(long, default_value = "127.0.0.1:8065", value_name = "ADDR")]
    listen: String,
}

impl Options {
    /// The settings of a throw-away server.
    pub(crate) fn flags(&self) -> Result<Flags> {
        let data = std::env::temp_dir().join(format!("portico-demo-{}", std::process::id()));
        Ok(Flags { data: Some(data), listen: Some(self.listen.clone()), ..Flags::default() })
    }
}

/// Runs it.
pub(crate) async fn run(config: Config, _options: Options) -> Result<()> {
    crate::serve::run(config).await
}

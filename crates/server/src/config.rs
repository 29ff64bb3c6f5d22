//! Settings: flags, then `PORTICO_*`, then `portico.toml`. The first that says something holds.

use crate::keep::schedule::settings::{Schedule, Section};
use clap::Args;
use portico_blobs::Address;
use portico_bus::Servers;
use portico_types::{Error, Result};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Settings of a server, as flags and environment give them.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Flags {
    /// Directory for the database, files and keys.
    #[arg(long, env = "PORTICO_DATA", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Address to listen on.
    #[arg(long, env = "PORTICO_LISTEN", value_name = "ADDR")]
    pub(crate) listen: Option<String>,
    /// Where browsers reach the server, for instance https://chat.example.org.
    #[arg(long, env = "PORTICO_PUBLIC_URL", value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// A PostgreSQL server instead of the embedded database: postgres://user:password@host/database.
    #[arg(long, env = "PORTICO_DATABASE", value_name = "URL", hide_env_values = true)]
    pub(crate) database: Option<String>,
    /// A NATS that connects several servers on one PostgreSQL: nats://user:password@host:4222, or tls://….
    #[arg(long, env = "PORTICO_BUS", value_name = "URL", hide_env_values = true)]
    pub(crate) bus: Option<String>,
    /// A bucket for files instead of the data directory: s3://bucket/prefix?endpoint=https://…&region=…. Its keys are in
    /// AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
    #[arg(long, env = "PORTICO_FILES", value_name = "URL")]
    pub(crate) files: Option<String>,
    /// Believe X-Forwarded-For and X-Forwarded-Proto of a proxy of your own in front.
    #[arg(long, env = "PORTICO_BEHIND_PROXY")]
    pub(crate) behind_proxy: bool,
    /// Largest upload in MB.
    #[arg(long, env = "PORTICO_FILES_MAX_SIZE", value_name = "MB")]
    pub(crate) max_file_size: Option<u64>,
    /// Streams one address may hold open.
    #[arg(long, env = "PORTICO_SOCKETS_PER_ADDRESS", value_name = "N")]
    pub(crate) sockets_per_address: Option<u32>,
    /// Address to show metrics on, for Prometheus: GET /metrics. Without it nothing is shown.
    #[arg(long, env = "PORTICO_METRICS", value_name = "ADDR")]
    pub(crate) metrics: Option<String>,
    /// What to log, for instance `info` or `portico_store=debug`.
    #[arg(long, env = "PORTICO_LOG", value_name = "FILTER")]
    pub(crate) log: Option<String>,
    /// Log as JSON.
    #[arg(long, env = "PORTICO_LOG_JSON")]
    pub(crate) log_json: bool,
    /// Settings file.
    #[arg(long, env = "PORTICO_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// `portico.toml`. An unknown key is an error: a setting that nothing reads is worse than none.
#[derive(Deserialize, Default, Debug)]
#[serde(deny_unknown_fields, default)]
struct File {
    data: Option<PathBuf>,
    listen: Option<String>,
    public_url: Option<String>,
    database: Option<String>,
    bus: Option<String>,
    behind_proxy: bool,
    sockets_per_address: Option<u32>,
    metrics: Option<String>,
    log: Option<String>,
    log_json: bool,
    files: FileFiles,
    backup: Option<Section>,
}

#[derive(Deserialize, Default, Debug)]
#[serde(deny_unknown_fields, default)]
struct FileFiles {
    /// Where, when not in the data directory.
    store: Option<String>,
    /// MB.
    max_size: Option<u64>,
}

/// Settings as they hold.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) data: PathBuf,
    pub(crate) listen: String,
    pub(crate) public_url: Option<String>,
    pub(crate) database: Option<String>,
    pub(crate) bus: Option<Servers>,
    /// The data directory's own without it.
    pub(crate) files: Option<Address>,
    pub(crate) behind_proxy: bool,
    pub(crate) sockets_per_address: u32,
    /// Not shown without it.
    pub(crate) metrics: Option<String>,
    /// Bytes.
    pub(crate) max_file: u64,
    pub(crate) log: String,
    pub(crate) log_json: bool,
    /// Backups by the clock.
    pub(crate) backup: Option<Schedule>,
}

impl Config {
    /// Reads the settings file, if there is one, and puts flags and environment over it.
    pub(crate) fn read(flags: Flags) -> Result<Self> {
        let file = match &flags.config {
            Some(path) => load(path)?,
            None if Path::new("portico.toml").exists() => load(Path::new("portico.toml"))?,
            None => File::default(),
        };
        let limit = portico_domain::limits::FILE_BYTES;
        let max_file =
            flags.max_file_size.or(file.files.max_size).map_or(limit, |mb| mb.saturating_mul(1024 * 1024));
        if max_file == 0 {
            return Err(Error::invalid("files.max_size", "files.max_size is 0 MB; give at least 1"));
        }
        let public_url = flags.public_url.or(file.public_url).map(|u| u.trim_end_matches('/').to_owned());
        if let Some(url) = &public_url
            && !(url.starts_with("https://") || url.starts_with("http://"))
        {
            return Err(Error::invalid(
                "public_url",
                format!("public_url is {url:?}; write https://chat.example.org"),
            ));
        }
        let database = flags.database.or(file.database);
        let bus = flags.bus.or(file.bus).as_deref().map(Servers::parse).transpose()?;
        if bus.is_some() && database.is_none() {
            return Err(Error::invalid(
                "bus",
                "a bus connects servers that share a database, and the embedded one cannot be shared; give --database, or leave --bus out",
            ));
        }
        let files = flags.files.or(file.files.store).as_deref().map(Address::parse).transpose();
        let files = files.map_err(|e| Error::invalid("files.store", e))?;
        Ok(Self {
            data: flags.data.or(file.data).unwrap_or_else(|| "data".into()),
            listen: flags.listen.or(file.listen).unwrap_or_else(|| "127.0.0.1:8065".into()),
            public_url,
            database,
            bus,
            files,
            behind_proxy: flags.behind_proxy || file.behind_proxy,
            sockets_per_address: flags.sockets_per_address.or(file.sockets_per_address).unwrap_or(2_000),
            metrics: flags.metrics.or(file.metrics),
            max_file,
            log: flags.log.or(file.log).unwrap_or_else(|| "info".into()),
            log_json: flags.log_json || file.log_json,
            backup: Schedule::check(file.backup)?,
        })
    }
}

fn load(path: &Path) -> Result<File> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| Error::invalid("config", format!("cannot read {}: {e}", path.display())))?;
    toml::from_str(&text).map_err(|e| Error::invalid("config", format!("{}: {e}", path.display())))
}

/// The documented example, which is the default of everything.
pub(crate) const EXAMPLE: &str = include_str!("../../../portico.example.toml");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_says_what_the_defaults_are() {
        let lines: Vec<&str> = EXAMPLE.lines().map(|l| l.strip_prefix("#: ").unwrap_or(l)).collect();
        let uncommented = lines.join("\n");
        let file: File = toml::from_str(&uncommented).expect("the example is valid");
        let defaults = Config::read(Flags { config: Some("/dev/null".into()), ..Flags::default() }).unwrap();
        assert_eq!(file.data.unwrap(), defaults.data);
        assert_eq!(file.listen.unwrap(), defaults.listen);
        assert_eq!(file.files.max_size.unwrap() * 1024 * 1024, defaults.max_file);
        assert_eq!(file.log.unwrap(), defaults.log);
        assert_eq!(file.sockets_per_address.unwrap(), defaults.sockets_per_address);
    }

    #[test]
    fn a_bus_without_a_database_to_share_is_an_error() {
        let read = |database: Option<&str>, bus: &str| {
            Config::read(Flags {
                config: Some("/dev/null".into()),
                database: database.map(Into::into),
                bus: Some(bus.into()),
                ..Flags::default()
            })
        };
        let shared = Some("postgres://db.example/portico");
        assert!(read(shared, "nats://bus.example").is_ok());
        assert!(read(None, "nats://bus.example").unwrap_err().message().contains("--database"));
        let e = read(shared, "redis://:secret@bus.example").unwrap_err();
        assert!(e.message().contains("nats://") && !e.message().contains("secret"), "{}", e.message());
    }

    #[test]
    fn a_setting_nobody_knows_is_an_error() {
        let dir = std::env::temp_dir().join(format!("portico-config-{}", std::process::id()));
        std::fs::write(&dir, "lisen = 'x'\n").unwrap();
        let e = Config::read(Flags { config: Some(dir.clone()), ..Flags::default() }).unwrap_err();
        std::fs::remove_file(dir).unwrap();
        assert!(e.message().contains("lisen"), "{}", e.message());
    }
}

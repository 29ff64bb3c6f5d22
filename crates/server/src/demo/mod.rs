//! `portico demo`: a throw-away server with a believable organization in it, and a shop on another origin that carries
//! the widget.
//!
//! Everything in it is made by the same commands a browser would ask for. Must not touch settings, databases or
//! directories of a real server: it reads no settings file and lives in a fresh directory of its own.

mod cast;
mod customers;
mod files;
mod pictures;
mod security;
mod shop;
mod story;
mod team;

use crate::{
    config::{Config, Flags},
    say::say,
    serve,
};
use clap::Args;
use portico_types::{Error, Result, Secret};
use std::{net::SocketAddr, path::PathBuf};
use story::Story;
use tokio::net::TcpListener;

/// The password of everybody in the demo.
const PASSWORD: &str = "lamps and daylight";

/// How the demo runs.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// Address of the server.
    #[arg(long, default_value = "127.0.0.1:8065", value_name = "ADDR")]
    listen: String,
    /// Address of the shop that carries the widget.
    #[arg(long, default_value = "127.0.0.1:8066", value_name = "ADDR")]
    shop_listen: String,
    /// Keep the data when the demo ends, and say where it is.
    #[arg(long)]
    keep: bool,
    /// What to log.
    #[arg(long, default_value = "warn", value_name = "FILTER")]
    log: String,
}

impl Options {
    /// The settings of a throw-away server, in a new directory that only its owner can enter.
    pub(crate) fn flags(&self) -> Result<Flags> {
        let data = tempfile::Builder::new()
            .prefix("portico-demo-")
            .tempdir()
            .map_err(|e| Error::internal(format!("cannot make a directory for the demo: {e}")))?
            .keep();
        Ok(Flags {
            data: Some(data),
            listen: Some(self.listen.clone()),
            log: Some(self.log.clone()),
            // A portico.toml that lies about could name a real database.
            config: Some("/dev/null".into()),
            ..Flags::default()
        })
    }
}

/// The directory of the demo, which goes with it.
struct Throwaway {
    path: PathBuf,
    keep: bool,
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        if self.keep {
            eprintln!("portico: the demo's data is kept in {}", self.path.display());
        } else if let Err(e) = std::fs::remove_dir_all(&self.path) {
            eprintln!("portico: the demo's data in {} could not be removed: {e}", self.path.display());
        }
    }
}

/// What the demo is made of that somebody has to be told.
struct Made {
    /// The public key of the shop's inbox.
    key: String,
    /// The secret of one reporter's tracking link.
    tracking: Secret<String>,
}

/// Fills it, serves it, and takes it away when a signal comes.
pub(crate) async fn run(config: Config, options: Options) -> Result<()> {
    let place = Throwaway { path: config.data.clone(), keep: options.keep };
    let shop = TcpListener::bind(&options.shop_listen).await.map_err(|e| {
        Error::internal(format!(
            "cannot listen on {}: {e}; choose another with --shop-listen",
            options.shop_listen
        ))
    })?;
    let shop_address = shop.local_addr().map_err(Error::internal)?;
    let made = tokio::select! {
        made = fill(&config, shop_address) => made?,
        stopped = serve::signal() => return stopped,
    };
    let running = serve::start(&config).await?;
    let portico = format!("http://{}", reachable(running.address));
    let shop =
        tokio::spawn(shop::serve(shop, shop::Page { portico: portico.clone(), key: made.key.clone() }));
    tell(&portico, shop_address, &made);
    serve::signal().await?;
    shop.abort();
    running.stop().await;
    drop(place);
    Ok(())
}

/// Writes the organization into the database before anything serves it.
async fn fill(config: &Config, shop: SocketAddr) -> Result<Made> {
    let story = Story::begin(config).await?;
    let cast = cast::gather(&story).await?;
    team::talk(&story, &cast).await?;
    let key = customers::serve(&story, &cast, &origins(shop)).await?;
    let tracking = security::work(&story, &cast).await?;
    team::today(&story, &cast).await?;
    Ok(Made { key, tracking })
}

/// Where a browser of this machine finds a server that listens there.
fn reachable(address: SocketAddr) -> SocketAddr {
    let mut address = address;
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    address
}

/// The origins of the shop, by each name this machine has for itself.
fn origins(shop: SocketAddr) -> Vec<String> {
    let mut origins = vec![format!("http://{}", reachable(shop))];
    if reachable(shop).ip().is_loopback() {
        origins.push(format!("http://localhost:{}", shop.port()));
    }
    origins
}

fn tell(portico: &str, shop: SocketAddr, made: &Made) {
    say(format_args!(
        "Northwind Lamps, a demo of Portico. Everything in it is invented and goes when you press Ctrl-C.\n"
    ));
    say(format_args!("  Portico           {portico}"));
    say(format_args!("  The shop          http://{}", reachable(shop)));
    say(format_args!("  Security policy   {portico}/security/lamp-firmware"));
    say(format_args!("  A reporter's link {portico}/security/track/{}\n", made.tracking.expose()));
    say(format_args!("Sign in with the password: {PASSWORD}\n"));
    for (who, what) in cast::INTRODUCED {
        say(format_args!("  {who:<28} {what}"));
    }
}

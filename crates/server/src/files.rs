//! Where files are: the data directory, or a bucket.

use crate::config::Config;
use portico_blobs::Blobs;
use portico_types::{Error, Result};
use std::sync::Arc;

/// Opens the place for files that the settings name. Whether a bucket answers is another matter: see [`try_out`].
pub(crate) async fn open(config: &Config) -> Result<Blobs> {
    let directory = config.data.join("files");
    let opened = match &config.files {
        Some(address) => Blobs::open_bucket(address, None, directory).await,
        None => Blobs::open(directory).await,
    };
    opened.map_err(Error::internal)
}

/// Says, beside the start, when a bucket cannot be used (chat goes on without it, and it may come back), or is missing.
pub(crate) fn try_out(config: &Config, blobs: &Arc<Blobs>) {
    if config.files.is_none() {
        if config.bus.is_some() {
            tracing::warn!(
                "there is a bus and no bucket: files are on the node that took them in, and no other has them; see --files"
            );
        }
        return;
    }
    let blobs = Arc::clone(blobs);
    tokio::spawn(async move {
        match blobs.check().await {
            Ok(()) => tracing::info!("files are reached"),
            Err(e) => {
                tracing::error!(why = %e, "files cannot be reached; uploads and downloads are refused until they can");
            }
        }
    });
}

/// Where they are, in words.
pub(crate) fn place(config: &Config) -> String {
    match &config.files {
        Some(address) => address.to_string(),
        None => config.data.join("files").display().to_string(),
    }
}

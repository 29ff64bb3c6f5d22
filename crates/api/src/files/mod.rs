//! Files: in by streaming, out by id, in a sandbox.

mod fetch;
mod upload;

pub(crate) use fetch::{serve, serve_thumb};
pub(crate) use upload::{Named, take, take_stream};

use crate::Api;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(upload::upload))
        .routes(routes!(fetch::file))
        .routes(routes!(fetch::thumb))
}

use portico_blobs::BlobError;
use portico_types::Error;

/// What a failure of the file store means to the caller.
pub(crate) fn blob_error(e: BlobError) -> Error {
    match e {
        BlobError::TooLarge { .. } => Error::too_large("file", format!("{e} (files.max_size)")),
        BlobError::Full => Error::unavailable("the disk is full; free some space, nothing was kept"),
        BlobError::Unavailable(cause) => {
            tracing::warn!(cause, "the file store cannot be used");
            Error::unavailable("files cannot be reached just now; nothing was kept. try again in a moment")
        }
        BlobError::NotFound => Error::not_found(),
        BlobError::Range { size } => Error::range(format!("the file has {size} bytes")),
        other => Error::internal(other),
    }
}

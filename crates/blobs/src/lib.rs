//! Bytes of files: where they are kept, what they are, what they may be called, and pictures made safe.
//!
//! Owns the blob store (content-addressed, one tree per tenant), type recognition by content, file names for
//! headers, and the sandboxed image worker. It must not know who may read a file, what message it hangs on, or
//! any HTTP route: those are rows in the database and rules above this crate.

mod address;
mod bucket;
mod error;
pub mod image_worker;
mod kind;
mod local;
mod name;
mod range;
mod store;
mod upload;

pub use address::{Address, Keys};
pub use error::BlobError;
pub use kind::{SNIFF_BYTES, inline_safe, is_picture, sniff};
pub use name::{content_disposition, safe_name};
pub use range::ByteRange;
pub use store::{BlobReader, Blobs, Sha256};
pub use upload::{Stored, Upload};

//! Pictures from outside, decoded where they can do no harm.
//!
//! Decoders are the likeliest place for a hostile file to win, so they never run in the server: each picture goes
//! to a short-lived child process (the same binary, hidden subcommand `image-worker`) that has given up files,
//! network and nearly all system calls before it reads the first byte. What comes back was drawn anew from pixels:
//! right way up, without EXIF, GPS, comments, colour profiles or trailing bytes, and with a thumbnail.
//!
//! This module owns the limits, the worker and the talk between the two. It must not store anything.

mod client;
mod motion;
mod pictures;
mod sandbox;
mod wire;
mod worker;

pub use client::ImageWorker;
pub use sandbox::{Refused, Sandbox, restrict_files, restrict_system_calls};
pub use worker::run_worker;

use crate::error::megabytes;

/// The subcommand under which the server's binary must call [`run_worker`].
pub const SUBCOMMAND: &str = "image-worker";
/// Largest encoded picture taken, in bytes.
pub const MAX_INPUT_BYTES: u64 = 32 << 20;
/// Longest side taken, in pixels.
pub const MAX_SIDE: u32 = 16_384;
/// Largest area taken, in pixels.
pub const MAX_PIXELS: u64 = 50_000_000;
/// Largest re-encoded picture given back, in bytes.
pub const MAX_OUTPUT_BYTES: u64 = 64 << 20;
/// What a decoder may allocate, in bytes.
pub const MAX_DECODER_BYTES: u64 = 256 << 20;
/// Time one picture may take before its worker is killed, in seconds of wall time.
pub const MAX_SECONDS: u64 = 10;
/// Workers running at once in one [`ImageWorker`]; more callers wait.
pub const MAX_WORKERS: usize = 2;
/// The box a thumbnail fits in, in pixels.
pub const THUMBNAIL_BOX: (u32, u32) = (720, 480);

/// One encoded picture.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its type: `image/png`, `image/jpeg`, `image/webp` or `image/gif`.
    pub kind: &'static str,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// The encoded file.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} {}x{}, {} bytes)", self.kind, self.width, self.height, self.bytes.len())
    }
}

/// What became of a picture's movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// It had one frame.
    Still,
    /// Every frame was re-encoded.
    Kept,
    /// It moved, or claimed to, but only its first frame was kept: an animated WebP, a damaged GIF, or a GIF with
    /// more frames or pixels than is kind to those who would look at it.
    FirstFrameOnly,
}

/// A picture made safe to keep and to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Processed {
    /// The whole picture, re-encoded: JPEG stays JPEG (quality 90), PNG stays PNG, WebP becomes lossless WebP, a
    /// moving GIF stays a GIF and a still one becomes PNG.
    pub picture: Picture,
    /// The picture within [`THUMBNAIL_BOX`], never enlarged: PNG when anything in it is transparent, else JPEG.
    pub thumbnail: Picture,
    /// Whether it moves still.
    pub motion: Motion,
}

/// What was too large about a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// The encoded bytes.
    Bytes,
    /// The longer side, in pixels.
    Side,
    /// The area, in pixels.
    Pixels,
    /// The memory its decoder asked for, in bytes; the amount asked for is not known and given as 0.
    Memory,
    /// The re-encoded bytes.
    Output,
}

/// Why a picture could not be processed. In each case the file may still be kept as a plain download.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// The bytes are no PNG, JPEG, GIF or WebP, or are damaged beyond decoding.
    #[error("the file is not a picture Portico can read (PNG, JPEG, GIF or WebP)")]
    NotAnImage,
    /// The picture exceeds a limit.
    #[error("{}", too_large(*what, *actual, *limit))]
    TooLarge {
        /// The limit it exceeds.
        what: Measure,
        /// What it has.
        actual: u64,
        /// What is allowed.
        limit: u64,
    },
    /// The worker took too long and was killed.
    #[error("the picture took longer than {seconds} s to process")]
    TimedOut {
        /// The time it was given.
        seconds: u64,
    },
    /// The worker died, was killed by its sandbox, or answered nonsense.
    #[error("the image worker failed: {detail}")]
    Crashed {
        /// How it ended and the first of what it said, for the log; never for the person who uploaded.
        detail: String,
    },
    /// The worker could not be started at all.
    #[error("the image worker could not be started: {0}")]
    NotStarted(#[source] std::io::Error),
}

fn too_large(what: Measure, actual: u64, limit: u64) -> String {
    match what {
        Measure::Bytes => format!("the picture is {}; the limit is {}", megabytes(actual), megabytes(limit)),
        Measure::Side => format!("the picture is {actual} pixels long on one side; the limit is {limit}"),
        Measure::Pixels => format!("the picture has {actual} pixels; the limit is {limit}"),
        Measure::Memory => format!("the picture needs more than {} to decode", megabytes(limit)),
        Measure::Output => {
            format!(
                "the picture would be {} once cleaned; the limit is {}",
                megabytes(actual),
                megabytes(limit)
            )
        }
    }
}

//! Pictures that move: which may go on moving, and how.
//!
//! A GIF is written anew from its decoded frames: the same palettes and pixels, so nothing is lost, and none of
//! its comments, application blocks or trailing bytes. One that is damaged or asks too much keeps its first frame
//! only, as does an animated WebP, for which there is no encoder here.

use std::io::Cursor;

use gif::{ColorOutput, DecodeOptions, Encoder, MemoryLimit};
use image::codecs::webp::WebPDecoder;

use super::MAX_OUTPUT_BYTES;

/// Most frames kept: twenty seconds at 25 a second.
const MAX_FRAMES: u32 = 500;
/// Largest moving canvas, in pixels: every viewer's machine draws it again for each frame.
const MAX_CANVAS: u64 = 4_000_000;
/// Most pixels in all frames together, which bounds the time spent here.
const MAX_FRAME_PIXELS: u64 = 100_000_000;

/// What a GIF turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Gif {
    /// One frame.
    Still,
    /// Several, re-encoded.
    Moving(Vec<u8>),
    /// Several, but too many, too large or damaged.
    TooMuch,
}

/// Writes a GIF anew, frame by frame.
pub(super) fn re_encode_gif(input: &[u8]) -> Gif {
    match copy_frames(input) {
        Ok((0 | 1, _)) => Gif::Still,
        Ok((_, bytes)) => Gif::Moving(bytes),
        Err(NotKept) => Gif::TooMuch,
    }
}

/// The frames are not worth, or not safe, keeping. Which it was makes no difference to anyone.
struct NotKept;

impl From<gif::DecodingError> for NotKept {
    fn from(_: gif::DecodingError) -> Self {
        Self
    }
}

impl From<gif::EncodingError> for NotKept {
    fn from(_: gif::EncodingError) -> Self {
        Self
    }
}

fn copy_frames(input: &[u8]) -> Result<(u32, Vec<u8>), NotKept> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::Indexed);
    options.set_memory_limit(MemoryLimit::Bytes(MAX_CANVAS.try_into().map_err(|_| NotKept)?));
    options.check_frame_consistency(true);
    let mut decoder = options.read_info(Cursor::new(input))?;
    let (width, height) = (decoder.width(), decoder.height());
    let small_enough = u64::from(width) * u64::from(height) <= MAX_CANVAS;

    let global = decoder.global_palette().unwrap_or_default().to_vec();
    let mut encoder = Encoder::new(Vec::new(), width, height, &global)?;
    let (mut frames, mut pixels) = (0, 0);
    loop {
        // How often to repeat stands before the first frame, and is known once that was reached.
        let Some(frame) = decoder.next_frame_info()? else {
            break;
        };
        frames += 1;
        pixels += u64::from(frame.width) * u64::from(frame.height);
        if frames > 1 && (!small_enough || frames > MAX_FRAMES || pixels > MAX_FRAME_PIXELS) {
            return Err(NotKept);
        }
        if !small_enough {
            // A single large frame is a still picture; only a second one would make it too much.
            continue;
        }
        let mut frame = frame.clone();
        let mut buffer = vec![0; decoder.buffer_size()];
        decoder.read_into_buffer(&mut buffer)?;
        if frames == 1 {
            encoder.set_repeat(decoder.repeat())?;
        }
        frame.buffer = buffer.into();
        // The decoder has put the lines in order.
        frame.interlaced = false;
        encoder.write_frame(&frame)?;
        if encoder.get_ref().len() as u64 > MAX_OUTPUT_BYTES {
            return Err(NotKept);
        }
    }
    let bytes = encoder.into_inner().map_err(|_| NotKept)?;
    Ok((frames, bytes))
}

/// Whether a WebP has more than one frame.
pub(super) fn webp_moves(input: &[u8]) -> bool {
    WebPDecoder::new(Cursor::new(input)).is_ok_and(|decoder| decoder.has_animation())
}

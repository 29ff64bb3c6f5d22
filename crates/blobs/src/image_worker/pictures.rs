//! Decoding, turning, shrinking and encoding one picture, inside the sandbox.
//!
//! Works on bytes alone; it must not assume that it is given a picture at all.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::codecs::webp::WebPEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::{
    MAX_DECODER_BYTES, MAX_INPUT_BYTES, MAX_OUTPUT_BYTES, MAX_PIXELS, MAX_SIDE, Measure, Motion, Picture,
    Processed, THUMBNAIL_BOX, motion,
};
use crate::kind::sniff;

const PICTURE_QUALITY: u8 = 90;
const THUMBNAIL_QUALITY: u8 = 82;
/// Above this many pixels PNG is packed the quick way: the time limit is worth more than the last tenth of size.
const THOROUGH_PNG_PIXELS: u64 = 8_000_000;

/// Why there is no picture to give back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    NotAnImage,
    TooLarge { what: Measure, actual: u64, limit: u64 },
}

impl From<ImageError> for Refusal {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Limits(_) => {
                Self::TooLarge { what: Measure::Memory, actual: 0, limit: MAX_DECODER_BYTES }
            }
            _ => Self::NotAnImage,
        }
    }
}

/// Makes a safe picture and a thumbnail of whatever the bytes are.
pub(super) fn process(input: &[u8]) -> Result<Processed, Refusal> {
    within(Measure::Bytes, input.len() as u64, MAX_INPUT_BYTES)?;
    let format = match sniff(input) {
        "image/png" => ImageFormat::Png,
        "image/jpeg" => ImageFormat::Jpeg,
        "image/gif" => ImageFormat::Gif,
        "image/webp" => ImageFormat::WebP,
        _ => return Err(Refusal::NotAnImage),
    };
    let upright = decode(input, format)?;
    let thumbnail = thumbnail(&upright)?;
    let (width, height) = (upright.width(), upright.height());
    let (kind, bytes, motion) = match format {
        ImageFormat::Jpeg => ("image/jpeg", jpeg(upright, PICTURE_QUALITY)?, Motion::Still),
        ImageFormat::WebP => {
            let motion = if motion::webp_moves(input) { Motion::FirstFrameOnly } else { Motion::Still };
            ("image/webp", webp(upright)?, motion)
        }
        ImageFormat::Gif => match motion::re_encode_gif(input) {
            motion::Gif::Moving(bytes) => ("image/gif", bytes, Motion::Kept),
            motion::Gif::TooMuch => ("image/png", png(&upright)?, Motion::FirstFrameOnly),
            motion::Gif::Still => ("image/png", png(&upright)?, Motion::Still),
        },
        _ => ("image/png", png(&upright)?, Motion::Still),
    };
    within(Measure::Output, bytes.len() as u64, MAX_OUTPUT_BYTES)?;
    Ok(Processed { picture: Picture { kind, width, height, bytes }, thumbnail, motion })
}

/// Decodes after looking at the size the header claims, and turns the picture as its camera was held.
fn decode(input: &[u8], format: ImageFormat) -> Result<DynamicImage, Refusal> {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(input), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    within(Measure::Side, u64::from(width.max(height)), u64::from(MAX_SIDE))?;
    within(Measure::Pixels, u64::from(width) * u64::from(height), MAX_PIXELS)?;
    if width == 0 || height == 0 {
        return Err(Refusal::NotAnImage);
    }
    // A picture is worth having even when its EXIF is nonsense.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn within(what: Measure, actual: u64, limit: u64) -> Result<(), Refusal> {
    if actual > limit { Err(Refusal::TooLarge { what, actual, limit }) } else { Ok(()) }
}

fn thumbnail(picture: &DynamicImage) -> Result<Picture, Refusal> {
    let (width, height) = THUMBNAIL_BOX;
    let small = if picture.width() <= width && picture.height() <= height {
        picture.clone()
    } else {
        // Quickly to double the size, then carefully: careful shrinking of 50 megapixels takes seconds.
        let near = if picture.width() > width * 2 || picture.height() > height * 2 {
            picture.thumbnail(width * 2, height * 2)
        } else {
            picture.clone()
        };
        near.resize(width, height, image::imageops::FilterType::CatmullRom)
    };
    let (width, height) = (small.width(), small.height());
    let (kind, bytes) = if shows_through(&small) {
        ("image/png", png(&DynamicImage::ImageRgba8(small.into_rgba8()))?)
    } else {
        ("image/jpeg", jpeg(small, THUMBNAIL_QUALITY)?)
    };
    Ok(Picture { kind, width, height, bytes })
}

/// Whether any pixel is not opaque; an alpha channel alone says nothing.
fn shows_through(picture: &DynamicImage) -> bool {
    picture.color().has_alpha() && picture.to_rgba8().pixels().any(|pixel| pixel.0[3] != u8::MAX)
}

fn jpeg(picture: DynamicImage, quality: u8) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    match picture {
        DynamicImage::ImageLuma8(grey) => grey.write_with_encoder(encoder)?,
        other => other.into_rgb8().write_with_encoder(encoder)?,
    }
    Ok(bytes)
}

fn png(picture: &DynamicImage) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let area = u64::from(picture.width()) * u64::from(picture.height());
    let effort = if area > THOROUGH_PNG_PIXELS { CompressionType::Fast } else { CompressionType::Default };
    picture.write_with_encoder(PngEncoder::new_with_quality(&mut bytes, effort, FilterType::Adaptive))?;
    Ok(bytes)
}

fn webp(picture: DynamicImage) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let encoder = WebPEncoder::new_lossless(&mut bytes);
    if picture.color().has_alpha() {
        picture.into_rgba8().write_with_encoder(encoder)?;
    } else {
        picture.into_rgb8().write_with_encoder(encoder)?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;

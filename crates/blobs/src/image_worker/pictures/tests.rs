//! Pictures with something in them that must not survive, or that must.

use image::{Rgb, RgbImage};

use super::*;

fn jpeg_of(picture: RgbImage) -> Vec<u8> {
    jpeg(picture.into(), 95).unwrap()
}

/// Left half red, right half blue, wider than high.
fn red_and_blue() -> RgbImage {
    RgbImage::from_fn(32, 16, |x, _| if x < 16 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) })
}

/// An EXIF segment with an orientation, and a GPS directory that says 52 degrees north.
fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0\x2a\0\0\0\x08".to_vec();
    tiff.extend_from_slice(&[0, 2]);
    tiff.extend_from_slice(&[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    tiff.extend_from_slice(&[0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38]);
    tiff.extend_from_slice(&[0, 0, 0, 0]);
    assert_eq!(tiff.len(), 38);
    tiff.extend_from_slice(&[0, 2]);
    tiff.extend_from_slice(&[0, 1, 0, 2, 0, 0, 0, 2, b'N', 0, 0, 0]);
    tiff.extend_from_slice(&[0, 2, 0, 5, 0, 0, 0, 3, 0, 0, 0, 68]);
    tiff.extend_from_slice(&[0, 0, 0, 0]);
    for number in [52_u32, 1, 31, 1, 7, 1] {
        tiff.extend_from_slice(&number.to_be_bytes());
    }
    let mut segment = vec![0xff, 0xe1];
    segment.extend_from_slice(&u16::try_from(tiff.len() + 8).unwrap().to_be_bytes());
    segment.extend_from_slice(b"Exif\0\0");
    segment.extend_from_slice(&tiff);
    segment
}

/// The JPEG with more segments right behind its first two bytes.
fn with_segments(jpeg: &[u8], segments: &[u8]) -> Vec<u8> {
    [&jpeg[..2], segments, &jpeg[2..]].concat()
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn where_a_photo_was_taken_is_not_kept() {
    let comment = b"\xff\xfe\0\x0ctaken home";
    let mut input = with_segments(&jpeg_of(red_and_blue()), &[&exif(1)[..], comment].concat());
    input.extend_from_slice(b"<script>trailing</script>");
    assert!(contains(&input, b"Exif") && contains(&input, &[0, 0, 0, 52]));
    let done = process(&input).unwrap();
    for picture in [&done.picture, &done.thumbnail] {
        for needle in [&b"Exif"[..], b"taken home", b"<script>", &[0, 0, 0, 52, 0, 0, 0, 1]] {
            assert!(!contains(&picture.bytes, needle), "{needle:?}");
        }
    }
}

#[test]
fn a_photo_held_upright_is_turned_upright() {
    let input = with_segments(&jpeg_of(red_and_blue()), &exif(6));
    let done = process(&input).unwrap();
    // Orientation 6: the camera was turned; showing it right means a quarter turn clockwise, left becomes top.
    for picture in [&done.picture, &done.thumbnail] {
        assert_eq!((picture.width, picture.height), (16, 32));
        let pixels = image::load_from_memory(&picture.bytes).unwrap().to_rgb8();
        assert_eq!(pixels.dimensions(), (16, 32));
        let (top, bottom) = (pixels.get_pixel(8, 4).0, pixels.get_pixel(8, 28).0);
        assert!(top[0] > 180 && top[2] < 80, "{top:?}");
        assert!(bottom[2] > 180 && bottom[0] < 80, "{bottom:?}");
    }
}

#[test]
fn text_in_a_png_is_not_kept() {
    let mut input = png(&red_and_blue().into()).unwrap();
    let mut chunk = b"tEXtAuthor\0Ann of Utrecht".to_vec();
    let length = u32::try_from(chunk.len() - 4).unwrap();
    // The decoder does not look at the checksum of a chunk it could do without; give it a right one all the same.
    let sum = crc(&chunk);
    chunk.splice(0..0, length.to_be_bytes());
    chunk.extend_from_slice(&sum.to_be_bytes());
    input.splice(33..33, chunk);
    assert!(contains(&input, b"Utrecht"));
    let done = process(&input).unwrap();
    assert!(!contains(&done.picture.bytes, b"Utrecht"));
    let before = image::load_from_memory(&input).unwrap();
    assert_eq!(image::load_from_memory(&done.picture.bytes).unwrap(), before);
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg()))
    })
}

#[test]
fn truncated_files_are_refused_or_whole_pictures_and_never_a_panic() {
    let picture = DynamicImage::from(red_and_blue());
    for (input, must_fail) in [
        (png(&picture).unwrap(), true),
        (webp(picture.clone()).unwrap(), true),
        (moving_gif(3), false),
        (jpeg_of(red_and_blue()), false),
    ] {
        for end in (0..input.len()).step_by(7) {
            match process(&input[..end]) {
                Ok(done) => {
                    // A decoder may fill in what is missing; then the result is a sound picture of its own.
                    assert!(!must_fail || end + 16 >= input.len(), "cut at {end} of {}", input.len());
                    image::load_from_memory(&done.picture.bytes).unwrap();
                }
                Err(refusal) => assert_eq!(refusal, Refusal::NotAnImage, "cut at {end}"),
            }
        }
    }
}

fn moving_gif(frames: u8) -> Vec<u8> {
    let mut encoder = gif::Encoder::new(Vec::new(), 4, 4, &[255, 0, 0, 0, 255, 0]).unwrap();
    encoder.set_repeat(gif::Repeat::Infinite).unwrap();
    encoder.write_raw_extension(gif::Extension::Comment.into(), &[b"made by ann"]).unwrap();
    for n in 0..frames {
        let frame = gif::Frame { delay: 7, ..gif::Frame::from_indexed_pixels(4, 4, [n % 2; 16], None) };
        encoder.write_frame(&frame).unwrap();
    }
    encoder.into_inner().unwrap()
}

fn frames_of(bytes: &[u8]) -> Vec<(u16, Vec<u8>)> {
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::Indexed);
    let mut decoder = options.read_info(bytes).unwrap();
    let mut frames = Vec::new();
    while let Some(frame) = decoder.read_next_frame().unwrap() {
        frames.push((frame.delay, frame.buffer.to_vec()));
    }
    assert_eq!(decoder.repeat(), gif::Repeat::Infinite);
    frames
}

#[test]
fn a_moving_gif_goes_on_moving_without_its_comments() {
    let mut input = moving_gif(3);
    input.extend_from_slice(b"PK\x03\x04 an archive behind");
    assert!(contains(&input, b"made by ann"));
    let done = process(&input).unwrap();
    assert_eq!((done.picture.kind, done.motion), ("image/gif", Motion::Kept));
    assert!(!contains(&done.picture.bytes, b"made by ann") && !contains(&done.picture.bytes, b"an archive"));
    assert_eq!(frames_of(&done.picture.bytes), frames_of(&moving_gif(3)));
    assert_eq!(done.thumbnail.kind, "image/jpeg");
}

#[test]
fn a_gif_that_is_damaged_or_too_long_keeps_its_first_frame() {
    let whole = moving_gif(3);
    let mut endless = moving_gif(250);
    // Two more than the limit of 500, by repeating the frames of the middle.
    let body = endless[..endless.len() - 1].to_vec();
    let start = frame_start(&body);
    endless = [&body[..], &body[start..], &body[start..], b";"].concat();
    for input in [whole[..whole.len() - 4].to_vec(), endless] {
        let done = process(&input).unwrap();
        assert_eq!((done.picture.kind, done.motion), ("image/png", Motion::FirstFrameOnly));
        let picture = image::load_from_memory(&done.picture.bytes).unwrap().to_rgb8();
        assert_eq!(picture.get_pixel(0, 0).0, [255, 0, 0]);
    }
}

/// Where the first frame's control block begins.
fn frame_start(gif: &[u8]) -> usize {
    gif.windows(3).position(|window| window == b"\x21\xf9\x04").unwrap()
}

#[test]
fn a_still_gif_becomes_a_png() {
    let done = process(&moving_gif(1)).unwrap();
    assert_eq!((done.picture.kind, done.motion), ("image/png", Motion::Still));
}

#[test]
fn limits_are_told_with_their_numbers() {
    let wide = png(&DynamicImage::new_luma8(MAX_SIDE + 1, 1)).unwrap();
    assert_eq!(
        process(&wide),
        Err(Refusal::TooLarge {
            what: Measure::Side,
            actual: u64::from(MAX_SIDE) + 1,
            limit: u64::from(MAX_SIDE)
        })
    );
    assert!(process(&png(&DynamicImage::new_luma8(MAX_SIDE, 1)).unwrap()).is_ok());
    let long = vec![0; usize::try_from(MAX_INPUT_BYTES).unwrap() + 1];
    assert!(matches!(process(&long), Err(Refusal::TooLarge { what: Measure::Bytes, .. })));
}

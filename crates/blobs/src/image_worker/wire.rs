//! The worker's answer as bytes.
//!
//! ```text
//! "PIW1"  walls: u8 (1 files, 2 system calls)  verdict: u8
//!   0 done       motion: u8, picture, thumbnail   each: kind u8, width u32, height u32, length u32, bytes
//!   1 not an image
//!   2 too large  measure: u8, actual: u64, limit: u64
//! ```
//! Little endian. The server reads it as hostile: a decoder that was taken over writes this.

use std::io::{self, Write};

use super::pictures::Refusal;
use super::sandbox::Sandbox;
use super::{MAX_OUTPUT_BYTES, MAX_PIXELS, MAX_SIDE, Measure, Motion, Picture, Processed, THUMBNAIL_BOX};
use crate::kind::sniff;

const MAGIC: &[u8; 4] = b"PIW1";
const KINDS: [&str; 4] = ["image/png", "image/jpeg", "image/webp", "image/gif"];
const MOTIONS: [Motion; 3] = [Motion::Still, Motion::Kept, Motion::FirstFrameOnly];
const MEASURES: [Measure; 5] =
    [Measure::Bytes, Measure::Side, Measure::Pixels, Measure::Memory, Measure::Output];
/// The largest thumbnail taken; one of this many pixels is a tenth of it even as noise in PNG.
const MAX_THUMBNAIL_BYTES: u64 = 4 << 20;
/// The longest answer there can be: two pictures and less than a hundred bytes about them.
pub(super) const MAX_REPLY_BYTES: u64 = MAX_OUTPUT_BYTES + MAX_THUMBNAIL_BYTES + 128;

/// What a worker said: which walls it had, and what it made of the picture.
pub(super) struct Reply {
    pub(super) sandbox: Sandbox,
    pub(super) outcome: Result<Processed, Refusal>,
}

/// Writes an answer.
pub(super) fn write(
    out: &mut impl Write,
    sandbox: Sandbox,
    outcome: &Result<Processed, Refusal>,
) -> io::Result<()> {
    out.write_all(MAGIC)?;
    out.write_all(&[u8::from(sandbox.files) | u8::from(sandbox.system_calls) << 1])?;
    match outcome {
        Ok(done) => {
            out.write_all(&[0, place(&MOTIONS, &done.motion)?])?;
            write_picture(out, &done.picture)?;
            write_picture(out, &done.thumbnail)
        }
        Err(Refusal::NotAnImage) => out.write_all(&[1]),
        Err(Refusal::TooLarge { what, actual, limit }) => {
            out.write_all(&[2, place(&MEASURES, what)?])?;
            out.write_all(&actual.to_le_bytes())?;
            out.write_all(&limit.to_le_bytes())
        }
    }
}

fn write_picture(out: &mut impl Write, picture: &Picture) -> io::Result<()> {
    let length = u32::try_from(picture.bytes.len()).map_err(io::Error::other)?;
    out.write_all(&[place(&KINDS, &picture.kind)?])?;
    for number in [picture.width, picture.height, length] {
        out.write_all(&number.to_le_bytes())?;
    }
    out.write_all(&picture.bytes)
}

/// The number a value goes by.
fn place<T: PartialEq>(table: &[T], value: &T) -> io::Result<u8> {
    let place = table.iter().position(|known| known == value);
    place.and_then(|n| u8::try_from(n).ok()).ok_or_else(|| io::Error::other("a value without a number"))
}

/// Reads an answer; the error says what is wrong with it. Nothing may follow it.
pub(super) fn read(bytes: &[u8]) -> Result<Reply, &'static str> {
    let mut rest = bytes;
    if take(&mut rest, 4)? != MAGIC {
        return Err("the answer does not begin as one");
    }
    let walls = byte(&mut rest)?;
    let sandbox = Sandbox { files: walls & 1 != 0, system_calls: walls & 2 != 0 };
    let outcome = match byte(&mut rest)? {
        0 => {
            let motion = *MOTIONS.get(usize::from(byte(&mut rest)?)).ok_or("unknown motion")?;
            let picture = read_picture(&mut rest)?;
            let thumbnail = read_picture(&mut rest)?;
            check(&picture, (MAX_SIDE, MAX_SIDE), MAX_OUTPUT_BYTES)?;
            check(&thumbnail, THUMBNAIL_BOX, MAX_THUMBNAIL_BYTES)?;
            Ok(Processed { picture, thumbnail, motion })
        }
        1 => Err(Refusal::NotAnImage),
        2 => {
            let what = *MEASURES.get(usize::from(byte(&mut rest)?)).ok_or("unknown measure")?;
            Err(Refusal::TooLarge { what, actual: long(&mut rest)?, limit: long(&mut rest)? })
        }
        _ => return Err("unknown verdict"),
    };
    if rest.is_empty() { Ok(Reply { sandbox, outcome }) } else { Err("bytes follow the answer") }
}

fn read_picture(rest: &mut &[u8]) -> Result<Picture, &'static str> {
    let kind = *KINDS.get(usize::from(byte(rest)?)).ok_or("unknown kind of picture")?;
    let (width, height, length) = (word(rest)?, word(rest)?, word(rest)?);
    let length = usize::try_from(length).map_err(|_| "a picture longer than memory")?;
    Ok(Picture { kind, width, height, bytes: take(rest, length)?.to_vec() })
}

/// Holds a picture to what the worker promises of it.
fn check(picture: &Picture, (width, height): (u32, u32), bytes: u64) -> Result<(), &'static str> {
    if sniff(&picture.bytes) != picture.kind {
        return Err("a picture is not of the kind named");
    }
    let area = u64::from(picture.width) * u64::from(picture.height);
    if picture.width > width || picture.height > height || area == 0 || area > MAX_PIXELS {
        return Err("a picture's size is not one there can be");
    }
    if picture.bytes.len() as u64 > bytes { Err("a picture is too long") } else { Ok(()) }
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], &'static str> {
    let (taken, left) = rest.split_at_checked(count).ok_or("the answer is cut short")?;
    *rest = left;
    Ok(taken)
}

fn byte(rest: &mut &[u8]) -> Result<u8, &'static str> {
    take(rest, 1).map(|b| b[0])
}

fn word(rest: &mut &[u8]) -> Result<u32, &'static str> {
    let bytes = take(rest, 4)?.try_into().map_err(|_| "the answer is cut short")?;
    Ok(u32::from_le_bytes(bytes))
}

fn long(rest: &mut &[u8]) -> Result<u64, &'static str> {
    let bytes = take(rest, 8)?.try_into().map_err(|_| "the answer is cut short")?;
    Ok(u64::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: Sandbox = Sandbox { files: true, system_calls: true };

    fn done() -> Processed {
        let picture = Picture { kind: "image/gif", width: 3, height: 2, bytes: b"GIF89a...".to_vec() };
        let thumbnail =
            Picture { kind: "image/jpeg", width: 3, height: 2, bytes: b"\xff\xd8\xff\xe0".to_vec() };
        Processed { picture, thumbnail, motion: Motion::Kept }
    }

    fn written(outcome: &Result<Processed, Refusal>) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&mut bytes, BOTH, outcome).unwrap();
        bytes
    }

    #[test]
    fn every_answer_is_read_as_it_was_written() {
        let too_large = Refusal::TooLarge { what: Measure::Memory, actual: 0, limit: 9 };
        for outcome in [Ok(done()), Err(Refusal::NotAnImage), Err(too_large)] {
            let reply = read(&written(&outcome)).unwrap();
            assert_eq!(reply.sandbox, BOTH);
            assert_eq!(reply.outcome, outcome);
        }
    }

    #[test]
    fn an_answer_cut_anywhere_or_with_more_behind_it_is_refused() {
        let whole = written(&Ok(done()));
        for end in 0..whole.len() {
            assert!(read(&whole[..end]).is_err(), "cut at {end}");
        }
        let mut longer = whole;
        longer.push(0);
        assert!(read(&longer).is_err());
    }

    #[test]
    fn pictures_that_are_not_what_they_say_are_refused() {
        let mut html = done();
        html.picture.bytes = b"<script>alert(1)</script>".to_vec();
        let mut wide = done();
        wide.thumbnail.width = 721;
        let mut empty = done();
        empty.picture.height = 0;
        let mut huge = done();
        huge.picture.width = MAX_SIDE + 1;
        for lie in [html, wide, empty, huge] {
            assert!(read(&written(&Ok(lie))).is_err());
        }
    }
}

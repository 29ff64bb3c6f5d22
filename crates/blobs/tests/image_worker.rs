//! The image worker as the server uses it: real processes, hostile pictures, workers gone wrong, and proof that
//! the sandbox bites.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

use std::io::Cursor;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use image::{DynamicImage, ImageFormat, RgbImage, RgbaImage};
use portico_blobs::image_worker::{ImageError, ImageWorker, MAX_INPUT_BYTES, Measure, Motion};
use portico_blobs::sniff;

const PROBE: &str = env!("CARGO_BIN_EXE_portico-image-probe");
const SIGSYS: i32 = 31;

fn worker() -> ImageWorker {
    // Long enough for a loaded machine and an unoptimised decoder; no test waits for it to pass.
    ImageWorker::new(PROBE).with_time_limit(Duration::from_mins(2))
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn slope(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, y| image::Rgb([(x % 256) as u8, (y % 256) as u8, 128])).into()
}

#[tokio::test]
async fn every_kind_comes_back_as_a_picture_of_that_kind_with_a_thumbnail() {
    for (format, kind) in [
        (ImageFormat::Png, "image/png"),
        (ImageFormat::Jpeg, "image/jpeg"),
        (ImageFormat::WebP, "image/webp"),
        (ImageFormat::Gif, "image/png"),
    ] {
        let input = encoded(&slope(900, 300), format);
        let done = worker().process(&input).await.unwrap();
        assert_eq!((done.picture.kind, done.picture.width, done.picture.height), (kind, 900, 300));
        assert_eq!(
            (done.thumbnail.kind, done.thumbnail.width, done.thumbnail.height),
            ("image/jpeg", 720, 240)
        );
        assert_eq!(done.motion, Motion::Still);
        for picture in [&done.picture, &done.thumbnail] {
            assert_eq!(sniff(&picture.bytes), picture.kind);
            let again = image::load_from_memory(&picture.bytes).unwrap();
            assert_eq!((again.width(), again.height()), (picture.width, picture.height));
        }
    }
}

#[tokio::test]
async fn a_transparent_picture_keeps_its_transparency_in_the_thumbnail() {
    let clear: DynamicImage =
        RgbaImage::from_fn(30, 20, |x, _| image::Rgba([200, 10, 10, if x < 15 { 0 } else { 255 }])).into();
    let done = worker().process(&encoded(&clear, ImageFormat::Png)).await.unwrap();
    assert_eq!((done.thumbnail.kind, done.thumbnail.width, done.thumbnail.height), ("image/png", 30, 20));
    let thumbnail = image::load_from_memory(&done.thumbnail.bytes).unwrap().to_rgba8();
    assert_eq!((thumbnail.get_pixel(3, 3).0[3], thumbnail.get_pixel(20, 3).0[3]), (0, 255));
}

#[tokio::test]
async fn what_is_no_picture_is_refused_whatever_it_says() {
    for lie in [
        &b""[..],
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"\x89PNG\r\n\x1a\nand then something else entirely",
        b"GIF89a=1;alert(document.domain)//",
        b"\xff\xd8\xff<?php system($_GET['c']); ?>",
        b"RIFF\xff\xff\xff\xffWEBPVP8 \0\0\0\0",
        b"II*\0\x08\0\0\0",
    ] {
        let outcome = worker().process(lie).await;
        // The script that begins as a GIF does claim a size: 24,891 pixels wide.
        let refused =
            matches!(outcome, Err(ImageError::NotAnImage | ImageError::TooLarge { actual: 24_891, .. }));
        assert!(refused, "{lie:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_tiny_file_that_claims_to_be_huge_is_refused_before_it_is_decoded() {
    let mut bomb = encoded(&slope(1, 1), ImageFormat::Png);
    // Width and height lie in the header chunk, behind the signature, a length and a name; its checksum after.
    bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    let sum = png_checksum(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&sum.to_be_bytes());
    assert!(bomb.len() < 200);
    let outcome = worker().process(&bomb).await;
    assert!(
        matches!(outcome, Err(ImageError::TooLarge { what: Measure::Side, actual: 60_000, limit: 16_384 })),
        "{outcome:?}"
    );

    bomb[16..20].copy_from_slice(&16_000_u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&16_000_u32.to_be_bytes());
    let sum = png_checksum(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&sum.to_be_bytes());
    let outcome = worker().process(&bomb).await;
    assert!(
        matches!(outcome, Err(ImageError::TooLarge { what: Measure::Pixels, actual: 256_000_000, .. })),
        "{outcome:?}"
    );
}

/// The CRC-32 that closes each PNG chunk.
fn png_checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |mut sum, byte| {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
        }
        sum
    })
}

#[tokio::test]
async fn too_many_bytes_start_no_worker_at_all() {
    let none = ImageWorker::new("/nonexistent/program");
    let outcome = none.process(&vec![0; MAX_INPUT_BYTES as usize + 1]).await;
    assert!(matches!(outcome, Err(ImageError::TooLarge { what: Measure::Bytes, .. })), "{outcome:?}");
    let outcome = none.process(b"x").await;
    assert!(matches!(outcome, Err(ImageError::NotStarted(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_worker_that_hangs_is_killed_and_gone_when_the_caller_hears_of_it() {
    let hanging = ImageWorker::new(PROBE).with_subcommand("hang").with_time_limit(Duration::from_millis(300));
    let outcome = hanging.process(b"anything").await;
    assert!(matches!(outcome, Err(ImageError::TimedOut { .. })), "{outcome:?}");
    assert_eq!(probes_running("hang"), 0);
}

/// How many probes of one kind are alive as children of this process.
fn probes_running(part: &str) -> usize {
    let wanted = format!("{PROBE}\0{part}\0");
    let me = format!("PPid:\t{}\n", std::process::id());
    std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| {
            let path = entry.unwrap().path();
            let line = std::fs::read(path.join("cmdline")).ok()?;
            let status = std::fs::read_to_string(path.join("status")).ok()?;
            (line == wanted.as_bytes() && status.contains(&me)).then_some(())
        })
        .count()
}

#[tokio::test]
async fn workers_that_die_or_talk_nonsense_are_crashes_with_a_reason() {
    for (part, reason) in [
        ("abort", "signal: 6"),
        ("nonsense", "does not begin as one"),
        ("flood", "Broken pipe"),
        ("no-such-part", "unknown part"),
    ] {
        let outcome = worker().with_subcommand(part).process(&vec![1; 100_000]).await;
        let Err(ImageError::Crashed { detail }) = outcome else { panic!("{part}: {outcome:?}") };
        assert!(detail.contains(reason), "{part}: {detail}");
    }
}

#[tokio::test]
async fn a_worker_inherits_no_environment() {
    let outcome = worker().with_subcommand("environment").process(b"x").await;
    let Err(ImageError::Crashed { detail }) = outcome else { panic!("{outcome:?}") };
    assert!(detail.contains(" 0 variables"), "{detail}");
}

#[tokio::test]
async fn many_pictures_at_once_all_come_back() {
    let worker = worker();
    let input = encoded(&slope(40, 40), ImageFormat::Png);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let (worker, input) = (worker.clone(), input.clone());
        tasks.spawn(async move { worker.process(&input).await });
    }
    let done = tasks.join_all().await;
    assert_eq!(done.len(), 6);
    assert!(done.iter().all(Result::is_ok), "{done:?}");
}

fn probe(part: &str) -> Output {
    Command::new(PROBE).arg(part).stdin(Stdio::null()).output().unwrap()
}

/// These two fail, rather than pass by, on a kernel without Landlock or seccomp: there the worker has no walls.
#[test]
fn behind_landlock_there_are_no_files_and_no_network() {
    let output = probe("open-behind-landlock");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "PermissionDenied\n".repeat(4));
}

#[test]
fn behind_seccomp_a_forbidden_call_is_the_last() {
    for part in ["open-behind-seccomp", "connect-behind-seccomp", "thread-behind-seccomp"] {
        let output = probe(part);
        assert_eq!(output.status.signal(), Some(SIGSYS), "{part}: {output:?}");
        assert_eq!(output.stdout, b"", "{part}");
    }
    let output = probe("work-behind-seccomp");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "allowed\n", "{output:?}");
}

#[test]
fn the_real_worker_says_that_both_walls_stand() {
    let output = probe("image-worker");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    // Magic, both walls, not an image.
    assert_eq!(output.stdout, b"PIW1\x03\x01");
}

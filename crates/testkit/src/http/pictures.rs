//! Pictures, good and evil, and the process that reads them.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// The program that plays the image worker, built when it is not there yet: a test binary cannot be one itself.
pub(crate) fn worker() -> PathBuf {
    static WORKER: OnceLock<PathBuf> = OnceLock::new();
    WORKER.get_or_init(build).clone()
}

fn build() -> PathBuf {
    const NAME: &str = "portico-image-probe";
    let test = std::env::current_exe().expect("this test's own path");
    // target/<profile>/deps/<test>
    let profile = test.ancestors().nth(2).expect("the profile's directory");
    let program = profile.join(NAME);
    if !program.exists() {
        let target = profile.parent().expect("the target directory");
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo
            .args(["build", "--quiet", "--package", "portico-blobs", "--bin", NAME])
            .arg("--target-dir")
            .arg(target);
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        cargo.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")));
        assert!(
            cargo.status().expect("cargo runs").success(),
            "the image worker of the tests could not be built"
        );
    }
    program
}

/// A PNG made of its parts, which nobody checks: `size` is what its header claims, `data` its compressed pixels.
pub fn png((width, height): (u32, u32), data: &[u8]) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    // 8 bits, true colour, no interlace.
    header.extend([8, 2, 0, 0, 0]);
    for (name, bytes) in [(b"IHDR", header.as_slice()), (b"IDAT", data), (b"IEND", &[])] {
        out.extend((bytes.len() as u32).to_be_bytes());
        let from = out.len();
        out.extend(name);
        out.extend(bytes);
        let sum = crc(&out[from..]);
        out.extend(sum.to_be_bytes());
    }
    out
}

/// A whole PNG of one pixel.
pub fn dot() -> Vec<u8> {
    // zlib, one stored block: filter 0 and three bytes of colour.
    png((1, 1), &[0x78, 0x01, 0x01, 4, 0, 0xfb, 0xff, 0, 200, 100, 50, 0x03, 0x56, 0x01, 0x5f])
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |s, _| (s >> 1) ^ (0xedb8_8320 & (0_u32.wrapping_sub(s & 1))))
    })
}

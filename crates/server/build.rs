//! Puts the built web app and widget into the binary, as they were compressed by their own build. Never calls npm and
//! never touches the network: without a built app the server still compiles, and serves a page that says what to do.
#![expect(clippy::print_stdout, clippy::expect_used, reason = "build scripts talk to cargo on stdout and may give up")]

use sha2::{Digest, Sha256};
use std::{env, fmt::Write, fs, path::Path, path::PathBuf};

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("../..");
    let out = PathBuf::from(env::var("OUT_DIR").expect("set by cargo")).join("assets.rs");
    let mut text = String::from("use portico_edge::Asset;\n");
    for (name, dir) in [("APP", "ui/app/dist"), ("WIDGET", "ui/widget/dist"), ("PANEL", "ui/widget/dist/panel")] {
        let dir = root.join(dir);
        println!("cargo:rerun-if-changed={}", dir.display());
        let mut files = Vec::new();
        collect(&dir, &dir, &mut files);
        files.sort();
        if files.is_empty() {
            println!("cargo:warning={} is not built; `make run` builds it", dir.display());
        }
        writeln!(text, "pub(crate) static {name}: &[Asset] = &[").expect("writing to a string");
        for path in &files {
            entry(&mut text, &dir, path);
        }
        writeln!(text, "];").expect("writing to a string");
    }
    fs::write(out, text).expect("the assets file can be written");
}

fn collect(base: &Path, dir: &Path, files: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(base, &path, files);
        } else if let Some(name) = path.strip_prefix(base).ok().and_then(Path::to_str) {
            let made = Path::new(name).extension().is_some_and(|e| e == "br" || e == "gz");
            if !made && kind(name).is_some() {
                files.push(name.to_owned());
            }
        }
    }
}

fn entry(text: &mut String, dir: &Path, name: &str) {
    let full = dir.join(name);
    let bytes = fs::read(&full).expect("an asset can be read");
    let hash = Sha256::digest(&bytes);
    let tag: String = hash.iter().take(8).map(|b| format!("{b:02x}")).collect();
    let smaller = |suffix: &str| {
        let path = dir.join(format!("{name}.{suffix}"));
        let good = fs::metadata(&path).is_ok_and(|m| m.len() < bytes.len() as u64);
        if good { format!("Some(include_bytes!({:?}))", path.display().to_string()) } else { "None".to_owned() }
    };
    writeln!(
        text,
        "    Asset {{ path: {name:?}, kind: {:?}, tag: {tag:?}, plain: include_bytes!({:?}), brotli: {}, gzip: {} }},",
        kind(name).unwrap_or("application/octet-stream"),
        full.display().to_string(),
        smaller("br"),
        smaller("gz"),
    )
    .expect("writing to a string");
}

fn kind(name: &str) -> Option<&'static str> {
    Some(match Path::new(name).extension()?.to_str()? {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        "woff2" => "font/woff2",
        _ => return None,
    })
}

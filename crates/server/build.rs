//! Puts the built web app and widget into the binary, as they were compressed by their own build. Never calls npm and
//! never touches the network: without a built app the server still compiles, and serves a page that says what to do.
#![expect(clippy::expect_used, reason = "a build script may give up")]

use sha2::{Digest, Sha256};
use std::{env, fmt::Write, fs, path::Path, path::PathBuf};

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("../..");
    let out = PathBuf::from(env::var("OUT_DIR").expect("set by cargo"));
    // Copied, so that a build of the app beside this one takes nothing away from under the compiler.
    let copies = out.join("assets");
    let _first_build = fs::remove_dir_all(&copies);
    let out = out.join("assets.rs");
    let mut text = String::from("use portico_edge::Asset;\n");
    for (name, dir) in
        [("APP", "ui/app/dist"), ("WIDGET", "ui/widget/dist"), ("PANEL", "ui/widget/dist/panel")]
    {
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
            entry(&mut text, &dir, &copies.join(name), path);
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

fn entry(text: &mut String, dir: &Path, copies: &Path, name: &str) {
    let copy = |name: &str, bytes: &[u8]| {
        let to = copies.join(name);
        fs::create_dir_all(to.parent().expect("it is in a folder")).expect("a folder can be made");
        fs::write(&to, bytes).expect("an asset can be copied");
        to.display().to_string()
    };
    let bytes = fs::read(dir.join(name)).expect("an asset can be read");
    let mut tag = String::new();
    for byte in Sha256::digest(&bytes).iter().take(8) {
        write!(tag, "{byte:02x}").expect("writing to a string");
    }
    let full = copy(name, &bytes);
    let smaller = |suffix: &str| {
        let name = format!("{name}.{suffix}");
        match fs::read(dir.join(&name)) {
            Ok(small) if small.len() < bytes.len() => {
                format!("Some(include_bytes!({:?}))", copy(&name, &small))
            }
            _ => "None".to_owned(),
        }
    };
    writeln!(
        text,
        "    Asset {{ path: {name:?}, kind: {:?}, tag: {tag:?}, plain: include_bytes!({:?}), brotli: {}, gzip: {} }},",
        kind(name).unwrap_or("application/octet-stream"),
        full,
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

//! The files of the repository that people write, without asking git.
//!
//! What is built, downloaded or left behind by a run is passed over by the name of its directory.

use std::fs;
use std::path::{Path, PathBuf};

/// Directories never looked into, wherever they are.
const PASSED_OVER: &[&str] = &[".git", "target", "node_modules", "dist", "test-results"];
/// Directories never looked into at the top: a server's data.
const PASSED_OVER_AT_TOP: &[&str] = &["data"];
/// Larger files are data, not source.
const MAX_BYTES: u64 = 4 << 20;

/// A text file and where it is.
#[derive(Debug)]
pub(crate) struct Source {
    /// From the top of the repository, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Reads every text file below `dir` whose path `wanted` says yes to, in order of path. A directory that does not
/// exist has no files. Files that are not UTF-8 are not text.
pub(crate) fn sources(root: &Path, dir: &str, wanted: impl Fn(&str) -> bool) -> Result<Vec<Source>, String> {
    let mut found = Vec::new();
    let mut waiting = vec![if dir.is_empty() { root.to_owned() } else { root.join(dir) }];
    while let Some(dir) = waiting.pop() {
        if !dir.is_dir() {
            continue;
        }
        let at_top = dir == root;
        for entry in fs::read_dir(&dir).map_err(|error| trouble(&dir, &error))? {
            let entry = entry.map_err(|error| trouble(&dir, &error))?;
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            let kind = entry.file_type().map_err(|error| trouble(&path, &error))?;
            if kind.is_dir() {
                let passed_over = PASSED_OVER.contains(&name.as_str())
                    || at_top && PASSED_OVER_AT_TOP.contains(&name.as_str());
                if !passed_over {
                    waiting.push(path);
                }
            } else if kind.is_file() {
                let shown = relative(root, &path);
                if wanted(&shown) && entry.metadata().is_ok_and(|about| about.len() <= MAX_BYTES) {
                    let bytes = fs::read(&path).map_err(|error| trouble(&path, &error))?;
                    if let Ok(text) = String::from_utf8(bytes) {
                        found.push(Source { path: shown, text });
                    }
                }
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// Whether a path ends in one of these, as `rs` or `svelte`.
pub(crate) fn has_extension(path: &str, extensions: &[&str]) -> bool {
    Path::new(path).extension().and_then(|ext| ext.to_str()).is_some_and(|ext| extensions.contains(&ext))
}

fn relative(root: &Path, path: &Path) -> String {
    let below: PathBuf = path.strip_prefix(root).unwrap_or(path).to_owned();
    below.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn trouble(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_written_text_is_found_and_in_order() {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in [
            ("b.rs", &b"b"[..]),
            ("a/deep/a.rs", b"a"),
            ("a/target/built.rs", b"no"),
            ("ui/app/node_modules/x/index.ts", b"no"),
            ("data/left.rs", b"no"),
            ("a/data/kept.rs", b"yes"),
            ("picture.rs", b"\xff\xfe"),
            ("notes.txt", b"not wanted"),
        ] {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let found = sources(root.path(), "", |path| has_extension(path, &["rs", "ts"])).unwrap();
        let paths: Vec<_> = found.iter().map(|source| source.path.as_str()).collect();
        assert_eq!(paths, ["a/data/kept.rs", "a/deep/a.rs", "b.rs"]);
        assert!(sources(root.path(), "nowhere", |_| true).unwrap().is_empty());
        assert_eq!(sources(root.path(), "a/deep", |_| true).unwrap()[0].path, "a/deep/a.rs");
    }
}

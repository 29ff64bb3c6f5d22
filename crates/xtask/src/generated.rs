//! Files that a program of this repository makes: they must be as it makes them now.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::Report;

/// A file and the command whose standard output it is. The command runs at the top of the repository.
struct Generator {
    output: &'static str,
    command: &'static [&'static str],
}

/// Every generated file. A row looks like this:
/// `Generator { output: "docs/openapi.json", command: &["cargo", "run", "-q", "-p", "portico-server", "--", "openapi"] }`
const GENERATORS: &[Generator] = &[];

/// Whether a program makes the file at this path.
pub(crate) fn is_output(path: &str) -> bool {
    GENERATORS.iter().any(|generator| generator.output == path)
}

pub(crate) fn check(root: &Path) -> Result<Report, String> {
    compare(root, GENERATORS)
}

/// Writes every generated file anew.
pub(crate) fn write(root: &Path) -> Result<(), String> {
    write_all(root, GENERATORS)
}

fn compare(root: &Path, generators: &[Generator]) -> Result<Report, String> {
    let mut report = Report::default();
    for generator in generators {
        let fresh = make(root, generator)?;
        let path = generator.output;
        match fs::read(root.join(path)) {
            Ok(stored) if stored == fresh => {}
            Ok(_) => report.failures.push(format!("{path} is out of date; run `cargo xtask generate`")),
            Err(error) => {
                report.failures.push(format!("{path} cannot be read ({error}); run `cargo xtask generate`"));
            }
        }
    }
    if generators.is_empty() {
        report
            .notes
            .push("no generated files yet; they are listed in crates/xtask/src/generated.rs".to_owned());
    }
    Ok(report)
}

fn write_all(root: &Path, generators: &[Generator]) -> Result<(), String> {
    for generator in generators {
        let fresh = make(root, generator)?;
        fs::write(root.join(generator.output), fresh)
            .map_err(|error| format!("{}: {error}", generator.output))?;
    }
    Ok(())
}

fn make(root: &Path, generator: &Generator) -> Result<Vec<u8>, String> {
    let shown = generator.command.join(" ");
    let (program, arguments) = generator.command.split_first().ok_or("a generator without a command")?;
    let output = Command::new(program)
        .args(arguments)
        .current_dir(root)
        .output()
        .map_err(|error| format!("`{shown}` could not be started: {error}"))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(format!("`{shown}` failed: {}", String::from_utf8_lossy(&output.stderr).trim()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[Generator] = &[Generator { output: "made.txt", command: &["echo", "fresh"] }];

    #[test]
    fn a_stale_file_fails_until_it_is_made_anew() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(compare(root.path(), TABLE).unwrap().failures.len(), 1);
        fs::write(root.path().join("made.txt"), "old\n").unwrap();
        let stale = compare(root.path(), TABLE).unwrap();
        assert_eq!(stale.failures, ["made.txt is out of date; run `cargo xtask generate`"]);
        write_all(root.path(), TABLE).unwrap();
        assert_eq!(fs::read_to_string(root.path().join("made.txt")).unwrap(), "fresh\n");
        assert!(compare(root.path(), TABLE).unwrap().failures.is_empty());
    }

    #[test]
    fn a_generator_that_fails_is_a_failure_and_writes_nothing() {
        let root = tempfile::tempdir().unwrap();
        let table = [Generator { output: "made.txt", command: &["false"] }];
        assert!(compare(root.path(), &table).is_err());
        assert!(write_all(root.path(), &table).is_err());
        assert!(!root.path().join("made.txt").exists());
    }
}

//! What working on the program costs: a clean debug build of everything, and the way from a change to its test.

use crate::{Result, clock, clock::Clock, machine, report::Row, run::Place};
use std::{
    fs::File,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, UNIX_EPOCH},
};

/// The crate that is changed and tested, and a file of it: in the middle of the house, many know it.
const CRATE: &str = "portico-policy";
const FILE: &str = "crates/policy/src/permit.rs";

const BUILD: &str = "Clean debug build of the workspace";
const EDIT: &str = "Edit → test of one crate";

pub(crate) fn measure(place: &Place, root: &Path) -> Result<Vec<Row>> {
    let target = place.directory("clean-target")?;
    let before = machine::children_cpu()?;
    let clock = Clock::start();
    cargo(root, &target, &["build", "--workspace", "--locked"])?;
    let wall = clock.elapsed().as_secs_f64();
    let cpu = machine::children_cpu()?.saturating_sub(before).as_secs_f64();
    // Tests of the crate are built once before.
    cargo(root, &target, &["test", "--locked", "-p", CRATE])?;
    let file = File::options().append(true).open(root.join(FILE))?;
    file.set_modified(UNIX_EPOCH + Duration::from_millis(clock::now().0.max(0) as u64))?;
    let clock = Clock::start();
    cargo(root, &target, &["test", "--locked", "-p", CRATE])?;
    let edit = clock.elapsed().as_secs_f64();
    Ok(vec![
        Row::goal(
            BUILD,
            format!("{cpu:.0} CPU s"),
            ("≤ 400 CPU s", cpu <= 400.0),
            ("≤ 300 CPU s", cpu <= 300.0),
        )
        .remark(&format!("{wall:.0} s by the clock")),
        Row::goal(EDIT, format!("{edit:.1} s"), ("≤ 15 s", edit <= 15.0), ("≤ 8 s", edit <= 8.0))
            .remark(&format!("cargo test -p {CRATE} after {FILE} was touched"))
            .timed(),
    ])
}

/// The rows of a run that did not build.
pub(crate) fn not_measured() -> [Row; 2] {
    [(BUILD, "≤ 400 CPU s", "≤ 300 CPU s"), (EDIT, "≤ 15 s", "≤ 8 s")].map(|(what, must, aim)| {
        Row::goal(what, "not measured".into(), (must, false), (aim, false))
            .only_if(false, "takes minutes of both cores: scripts/bench.sh --only build")
    })
}

fn cargo(root: &Path, target: &Path, words: &[&str]) -> Result<()> {
    let status = Command::new("cargo")
        .args(words)
        .arg("--quiet")
        .current_dir(root)
        .env("CARGO_TARGET_DIR", target)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .map_err(|e| format!("cannot start cargo: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("cargo {} failed ({status})", words.join(" ")).into()) }
}

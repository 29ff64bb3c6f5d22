//! Which crate may know which: the arrows of the architecture, held.
//!
//! `cargo metadata` tells what each crate asks for; the tables below tell what it may.

use std::path::Path;

use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::Report;

/// Each crate and the crates of this repository it may use. Arrows only point down the picture: nobody here may
/// name a crate that stands below it in this list, but for those who wire everything.
const CRATES: &[(&str, Allowed)] = &[
    ("types", Only(&[])),
    ("domain", Only(&["types"])),
    ("policy", Only(&["types", "domain"])),
    ("text", Only(&[])),
    ("tls", Only(&[])),
    ("blobs", Only(&["types", "tls"])),
    ("bus", Only(&["types", "tls"])),
    ("store", Only(&["types", "domain", "policy", "text", "tls"])),
    ("core", Only(&["types", "domain", "policy", "text", "store"])),
    ("realtime", Only(&["types", "domain", "policy", "store", "bus", "core"])),
    ("jobs", Only(&["types", "domain", "policy", "store", "core", "blobs"])),
    ("edge", Only(&["types", "domain", "policy", "core"])),
    ("api", Only(&["types", "domain", "policy", "text", "core", "realtime", "blobs", "edge"])),
    ("server", Any),
    ("testkit", Any),
    ("load", Only(&["types"])),
    ("faults", Any),
    ("xtask", Only(&[])),
];

/// Crates any other may use for its tests.
const FOR_TESTS: &[&str] = &["testkit"];

/// Libraries only some crates may use: (library, crates that may, crates that may for their tests).
const LIBRARIES: &[(&str, &[&str], &[&str])] = &[
    ("rusqlite", &["store", "load", "faults", "xtask"], &[]),
    ("postgres", &["store", "testkit", "load"], &[]),
    ("tokio-postgres", &["store"], &["load"]),
    ("async-nats", &["bus"], &[]),
    ("object_store", &["blobs"], &[]),
    ("reqwest", &["blobs"], &[]),
    ("axum", &["edge", "api", "server", "testkit"], &[]),
];

/// What a crate may use of this repository.
enum Allowed {
    Any,
    Only(&'static [&'static str]),
}
use Allowed::{Any, Only};

/// One crate asking for another, or for a library.
struct Edge {
    from: String,
    to: String,
    for_tests: bool,
    /// Whether the other one is of this repository.
    own: bool,
}

pub(crate) fn check(root: &Path) -> Result<Report, String> {
    let metadata = MetadataCommand::new()
        .current_dir(root)
        .no_deps()
        .exec()
        .map_err(|error| format!("cargo metadata failed: {error}"))?;
    let mut names = Vec::new();
    let mut edges = Vec::new();
    for package in &metadata.packages {
        names.push(short(&package.name).to_owned());
        for dependency in &package.dependencies {
            edges.push(Edge {
                from: short(&package.name).to_owned(),
                to: short(&dependency.name).to_owned(),
                for_tests: dependency.kind == DependencyKind::Development,
                own: dependency.path.is_some(),
            });
        }
    }
    Ok(judge(&names, &edges))
}

/// A crate's name as the tables say it.
fn short(package: &str) -> &str {
    package.strip_prefix("portico-").unwrap_or(package)
}

fn judge(names: &[String], edges: &[Edge]) -> Report {
    let mut report = Report::default();
    for name in names {
        if !CRATES.iter().any(|(known, _)| known == name) {
            report
                .failures
                .push(format!("{name} is not in the table; give it a row in crates/xtask/src/deps.rs"));
        }
    }
    for Edge { from, to, for_tests, own } in edges {
        let tests = if *for_tests { " for its tests" } else { "" };
        if *own {
            let allowed = CRATES.iter().find(|(known, _)| known == from).map(|(_, allowed)| allowed);
            let fine = match allowed {
                Some(Only(list)) => {
                    list.contains(&to.as_str()) || *for_tests && FOR_TESTS.contains(&to.as_str())
                }
                // A crate without a row is said above already.
                Some(Any) | None => true,
            };
            if !fine {
                report
                    .failures
                    .push(format!("{from} must not use {to}{tests}: the arrow points up, or past a layer"));
            }
        } else if let Some((_, users, test_users)) = LIBRARIES.iter().find(|(library, ..)| library == to) {
            let fine = users.contains(&from.as_str()) || *for_tests && test_users.contains(&from.as_str());
            if !fine {
                report
                    .failures
                    .push(format!("{from} must not use {to}{tests}: it is for {} only", users.join(", ")));
            }
        }
    }
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(from: &str, to: &str, own: bool, for_tests: bool) -> Vec<String> {
        judge(&[from.to_owned()], &[Edge { from: from.to_owned(), to: to.to_owned(), for_tests, own }])
            .failures
    }

    #[test]
    fn arrows_that_point_up_fail() {
        for (from, to) in [
            ("domain", "store"),
            ("policy", "core"),
            ("core", "api"),
            ("edge", "store"),
            ("api", "store"),
            ("blobs", "bus"),
            ("realtime", "server"),
            ("core", "testkit"),
            ("xtask", "types"),
        ] {
            assert_eq!(one(from, to, true, false).len(), 1, "{from} -> {to}");
        }
        assert_eq!(one("domain", "store", true, true).len(), 1);
    }

    #[test]
    fn arrows_of_the_picture_pass() {
        for (from, to) in [("domain", "types"), ("core", "store"), ("api", "edge"), ("server", "store")] {
            assert_eq!(one(from, to, true, false), Vec::<String>::new(), "{from} -> {to}");
        }
        assert_eq!(one("core", "testkit", true, true), Vec::<String>::new());
    }

    #[test]
    fn drivers_and_frameworks_stay_in_their_place() {
        for (from, to) in [("core", "rusqlite"), ("api", "postgres"), ("realtime", "axum"), ("load", "axum")]
        {
            assert_eq!(one(from, to, false, false).len(), 1, "{from} -> {to}");
        }
        assert_eq!(one("core", "rusqlite", false, true).len(), 1);
        for (from, to, for_tests) in [
            ("store", "rusqlite", false),
            ("api", "axum", false),
            ("load", "rusqlite", false),
            ("load", "postgres", false),
            ("core", "serde", false),
        ] {
            assert_eq!(one(from, to, false, for_tests), Vec::<String>::new(), "{from} -> {to}");
        }
    }

    #[test]
    fn a_crate_nobody_has_placed_fails() {
        assert_eq!(one("surprise", "types", true, false).len(), 1);
    }

    /// The picture itself: were there a way round in a circle, layers would mean nothing.
    #[test]
    fn the_table_only_points_at_rows_above() {
        for (place, (name, allowed)) in CRATES.iter().enumerate() {
            let Only(list) = allowed else { continue };
            for other in *list {
                let above = CRATES[..place].iter().any(|(known, _)| known == other);
                assert!(above, "{name} -> {other}");
            }
        }
    }
}

//! Statements of the store: each one that touches a tenant's table is bound to the tenant.
//!
//! The statements are read from the source, so a new one cannot be forgotten. Tenant tables are those with a
//! `tenant_id` in the migrations. A statement that is meant for the whole instance begins with
//! `/* instance: its name */`, and its name stands in `instance-statements.txt`, where a reviewer sees it come. How they
//! are gone about is the matter of `plans`.

mod literals;
pub(crate) mod plans;
mod rust;
mod statement;
mod tables;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::Report;
use crate::tree::{Source, has_extension, sources};
use statement::Verdict;
use tables::Tables;

const SOURCE: &str = "crates/store/src";
const MIGRATIONS: &str = "crates/store/migrations";
const INSTANCE: &str = "crates/store/instance-statements.txt";

/// The store's code, and its migrations in their order.
fn store(root: &Path) -> Result<(Vec<Source>, Vec<Source>), String> {
    // Tests look at tables as they like; they see made-up tenants only.
    let rust = |path: &str| {
        has_extension(path, &["rs"]) && !path.ends_with("/tests.rs") && !path.contains("/tests/")
    };
    let code = sources(root, SOURCE, rust)?;
    let migrations = sources(root, MIGRATIONS, |path| has_extension(path, &["sql"]))?;
    Ok((code, migrations))
}

pub(crate) fn check(root: &Path) -> Result<Report, String> {
    let (code, migrations) = store(root)?;
    let listed = match fs::read_to_string(root.join(INSTANCE)) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(format!("{INSTANCE}: {error}")),
    };
    Ok(judge(&code, &migrations, &listed))
}

fn judge(code: &[Source], migrations: &[Source], listed: &str) -> Report {
    let mut report = Report::default();
    let mut tables = Tables::default();
    for migration in migrations {
        tables.read(&migration.text);
    }
    let listed: BTreeSet<&str> =
        listed.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let mut used = BTreeSet::new();
    let mut statements = 0;
    let macros = code.iter().flat_map(|source| literals::templates(&source.text)).collect();
    for Source { path, text } in code {
        let literals = literals::read(text, &macros);
        // Rows put together by a program: the piece they are made of is a literal of its own.
        let bound_rows = literals.iter().any(|literal| statement::is_bound_row(&literal.text));
        for literal in &literals {
            let place = format!("{path}:{}", literal.line);
            match statement::judge(&literal.text, &tables, bound_rows) {
                Verdict::NotSql => {}
                Verdict::Bound => statements += 1,
                Verdict::Instance(name) => {
                    statements += 1;
                    if listed.contains(name) {
                        used.insert(name.to_owned());
                    } else {
                        report
                            .failures
                            .push(format!("{place}: instance statement {name:?} is not in {INSTANCE}"));
                    }
                }
                Verdict::Wrong(why) => {
                    report.failures.push(format!("{place}: {why}: {}", start(&literal.text)));
                }
            }
        }
    }
    for name in listed.iter().filter(|name| !used.contains(**name)) {
        report.failures.push(format!("{INSTANCE}: no statement is called {name:?}; take the line out"));
    }
    if !code.is_empty() && tables.is_empty() {
        report
            .failures
            .push(format!("no tenant table was found in {MIGRATIONS}, so nothing could be checked"));
    }
    report.notes.push(format!("{statements} statements on {} tenant tables", tables.len()));
    report
}

/// Enough of a statement to find it by.
fn start(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIGRATION: &str = "CREATE TABLE room (tenant_id INT NOT NULL, id INT, PRIMARY KEY (tenant_id, id));
        CREATE TABLE job (id INT, tenant_id INT);
        CREATE TABLE schema_step (version INT);";

    fn failures(code: &str, listed: &str) -> Vec<String> {
        let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
        judge(&[source("s.rs", code)], &[source("1.sql", MIGRATION)], listed).failures
    }

    #[test]
    fn a_planted_violation_is_found_where_it_is() {
        let code = "fn f() {\n  one(\"SELECT version FROM schema_step\");\n  one(\"SELECT id FROM room WHERE id = $1\");\n}";
        let found = failures(code, "");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("s.rs:3: ") && found[0].contains("SELECT id FROM room"), "{found:?}");
        assert_eq!(failures("one(\"SELECT id FROM room WHERE tenant_id = $1 AND id = $2\")", ""), [""; 0]);
    }

    #[test]
    fn instance_statements_are_listed_and_the_list_holds_no_more() {
        let code = "one(\"/* instance: claim a job */ UPDATE job SET state = 1 WHERE id = $1\")";
        assert_eq!(failures(code, "# reviewed\nclaim a job\n"), [""; 0]);
        assert!(failures(code, "")[0].contains("is not in"));
        assert!(failures("", "claim a job\n")[0].contains("no statement is called"));
    }

    #[test]
    fn a_statement_in_a_test_may_look_anywhere() {
        let code = "#[cfg(test)]\nmod tests { fn f() { one(\"SELECT id FROM room\"); } }\nfn g() { one(\"DELETE FROM room\"); }";
        let found = failures(code, "");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("s.rs:3: "), "{found:?}");
    }

    #[test]
    fn a_store_without_any_tenant_table_means_the_migrations_were_not_found() {
        let code = Source { path: "s.rs".to_owned(), text: "\"SELECT 1 FROM room\"".to_owned() };
        assert_eq!(judge(&[code], &[], "").failures.len(), 1);
    }
}

//! How SQLite goes about each statement of the store: none may look at all rows an organization has in a table that grows
//! with use in order to find a few.
//!
//! The schema is made of the migrations in memory and each literal is planned there; what SQLite decides without
//! statistics is what the server gets. A statement that is meant to see everything, or that stops early, stands in
//! `whole-walks.txt` by its beginning, where a reviewer sees it come.

use super::{
    literals,
    statement::{Verdict, judge, lexemes},
    store,
    tables::Tables,
};
use crate::Report;
use rusqlite::Connection;
use std::{collections::BTreeSet, fs, path::Path};

const LISTED: &str = "crates/store/whole-walks.txt";

/// Tables of a tenant that stay small: what people set up, not what they do.
const SMALL: &[&str] = &["counter", "inbox", "invite", "policy_version", "program", "team", "tenant"];

pub(crate) fn check(root: &Path) -> Result<Report, String> {
    let (code, migrations) = store(root)?;
    let db = Connection::open_in_memory().map_err(|e| e.to_string())?;
    let mut tables = Tables::default();
    for migration in &migrations {
        tables.read(&migration.text);
        db.execute_batch(&lite(&migration.text)).map_err(|e| format!("{}: {e}", migration.path))?;
    }
    let listed = fs::read_to_string(root.join(LISTED)).map_err(|e| format!("{LISTED}: {e}"))?;
    let listed: Vec<&str> =
        listed.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let mut report = Report::default();
    let mut used = BTreeSet::new();
    let (mut planned, mut others) = (0, 0);
    let macros = code.iter().flat_map(|source| literals::templates(&source.text)).collect();
    for source in &code {
        for literal in literals::read(&source.text, &macros) {
            if judge(&literal.text, &tables, true) == Verdict::NotSql {
                continue;
            }
            // What another engine alone understands, or a program puts together, cannot be planned here.
            let Ok(walked) = walks(&db, &literal.text) else {
                others += 1;
                continue;
            };
            planned += 1;
            let text = literal.text.split_whitespace().collect::<Vec<_>>().join(" ");
            if walked.is_empty() {
                continue;
            }
            match listed.iter().find(|start| text.starts_with(**start)) {
                Some(start) => drop(used.insert(*start)),
                None => report.failures.push(format!(
                    "{}:{}: looks at all of {}: {}",
                    source.path,
                    literal.line,
                    walked.join(", "),
                    text.chars().take(120).collect::<String>()
                )),
            }
        }
    }
    for start in listed.iter().filter(|start| !used.contains(**start)) {
        report
            .failures
            .push(format!("{LISTED}: no statement that walks begins {start:?}; take the line out"));
    }
    report.notes.push(format!("{planned} statements planned, {others} of another engine or put together"));
    Ok(report)
}

/// A migration as SQLite gets it.
fn lite(text: &str) -> String {
    let mut on = true;
    let mut out = String::new();
    for line in text.lines() {
        match line.trim() {
            "-- all" | "-- only: sqlite" => on = true,
            "-- only: postgres" => on = false,
            _ if on => out.extend([line, "\n"]),
            _ => {}
        }
    }
    out.replace("{int}", "INTEGER")
        .replace("{bytes}", "BLOB")
        .replace("{text}", "TEXT")
        .replace("{row_id}", "INTEGER PRIMARY KEY")
}

/// The growing tables of which a statement looks at all rows of the tenant.
fn walks(db: &Connection, statement: &str) -> rusqlite::Result<Vec<String>> {
    let numbered = statement.replace('$', "?");
    let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {numbered}"))?;
    // What is bound plays no part without statistics.
    let steps: Vec<String> =
        plan.raw_query().mapped(|row| row.get::<_, String>(3)).collect::<rusqlite::Result<_>>()?;
    let mut found = BTreeSet::new();
    for step in steps.iter().filter(|step| is_walk(step) && !is_of_few(db, step)) {
        if let Some(table) = step.split_whitespace().nth(1).and_then(|name| table(db, statement, name))
            && !SMALL.contains(&table.as_str())
        {
            found.insert(table);
        }
    }
    Ok(found.into_iter().collect())
}

/// Whether a step of a plan narrows nothing down, or to the tenant only.
fn is_walk(step: &str) -> bool {
    let whole = step.starts_with("SCAN ") && !step.contains("VIRTUAL TABLE");
    let narrowed = step.rsplit_once(" (").map(|(_, by)| by.trim_end_matches(" LEFT-JOIN"));
    whole || step.starts_with("SEARCH ") && narrowed == Some("tenant_id=?)")
}

/// Whether a step goes through an index that holds some rows only.
fn is_of_few(db: &Connection, step: &str) -> bool {
    let name = step.split_once(" INDEX ").and_then(|(_, rest)| rest.split_whitespace().next());
    let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = ?1 AND sql LIKE '%) WHERE %'";
    name.is_some_and(|name| db.query_row(sql, [name], |_| Ok(())).is_ok())
}

/// The table that a plan calls by this name or alias; nothing for what a statement made itself.
fn table(db: &Connection, statement: &str, name: &str) -> Option<String> {
    let is_table = |word: &str| {
        db.query_row("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1", [word], |_| Ok(()))
            .is_ok()
    };
    if is_table(name) {
        return Some(name.to_owned());
    }
    let lexemes = lexemes(statement);
    let named = |at: usize| lexemes.get(at).and_then(super::statement::Lexeme::name);
    (0..lexemes.len()).find_map(|at| {
        let alias = if lexemes.get(at + 1).is_some_and(|l| l.is("AS")) { at + 2 } else { at + 1 };
        named(at).filter(|word| named(alias) == Some(name) && is_table(word)).map(String::from)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn db() -> Connection {
        let db = Connection::open_in_memory().unwrap();
        let schema = "CREATE TABLE room (tenant_id {int}, id {bytes}, team {int}, team_id {bytes}, PRIMARY KEY (tenant_id, id));
             CREATE TABLE team (tenant_id {int}, id {bytes}, PRIMARY KEY (tenant_id, id));
             -- only: postgres
             CREATE INDEX nonsense USING GIN;
             -- all
             CREATE TABLE message (tenant_id {int}, id {bytes}, room_id {bytes}, PRIMARY KEY (tenant_id, room_id, id));";
        db.execute_batch(&lite(schema)).unwrap();
        db
    }

    #[test]
    fn a_planted_walk_is_found_by_the_table_it_is_on() {
        let db = db();
        let found = |sql: &str| walks(&db, sql).unwrap();
        assert_eq!(found("SELECT id FROM room WHERE tenant_id = $1 AND id = $2"), [""; 0]);
        assert_eq!(found("SELECT id FROM room WHERE tenant_id = $1 AND team_id = $2"), ["room"]);
        assert_eq!(found("SELECT r.id FROM room AS r"), ["room"]);
        let join = "SELECT r.id FROM team t CROSS JOIN room r WHERE t.tenant_id = $1 AND r.tenant_id = $1 AND r.team_id = t.id";
        assert_eq!(found(join), ["room"], "of the small one all may be looked at");
        assert_eq!(
            found(
                "DELETE FROM message WHERE tenant_id = $1 AND id IN (SELECT id FROM room WHERE tenant_id = $1)"
            ),
            ["message", "room"]
        );
        assert_eq!(
            found("SELECT r.team, r.id FROM room r WHERE tenant_id = $1"),
            ["room"],
            "a column called like a table stands before no alias"
        );
        assert!(walks(&db, "SELECT nonsense FROM room").is_err());
    }
}

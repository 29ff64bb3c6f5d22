//! Tables that belong to tenants, as the migrations make them.

use std::collections::BTreeMap;

use super::statement::{Lexeme, lexemes};

/// What is known of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ownership {
    /// Each of its rows carries its tenant.
    Rows,
    /// Its rows do so on one engine only; on the other it is an index reached through a bound table.
    OneEngine,
}

/// The tenant tables.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// Every table made, and whether one of its makings had, and one had not, a `tenant_id`.
    made: BTreeMap<String, (bool, bool)>,
}

impl Tables {
    /// Adds the tables a migration makes, renames or widens.
    pub(super) fn read(&mut self, sql: &str) {
        let lexemes = lexemes(sql);
        let word = |at: usize| match lexemes.get(at) {
            Some(Lexeme::Word(word)) => word.as_str(),
            _ => "",
        };
        let is = |at: usize, wanted: &str| word(at).eq_ignore_ascii_case(wanted);
        for at in 0..lexemes.len() {
            if is(at, "CREATE") {
                let mut name = at + 1;
                while ["TEMP", "TEMPORARY", "UNLOGGED", "VIRTUAL"].iter().any(|kind| is(name, kind)) {
                    name += 1;
                }
                if !is(name, "TABLE") {
                    continue;
                }
                name += if is(name + 1, "IF") { 4 } else { 1 };
                let entry = self.made.entry(word(name).to_owned()).or_default();
                if columns(&lexemes[name..]).any(|column| column.eq_ignore_ascii_case("tenant_id")) {
                    entry.0 = true;
                } else {
                    entry.1 = true;
                }
            } else if is(at, "ALTER") && is(at + 1, "TABLE") {
                let table = word(at + 2).to_owned();
                if is(at + 3, "RENAME") && is(at + 4, "TO") {
                    let kept = self.made.get(&table).copied().unwrap_or_default();
                    self.made.insert(word(at + 5).to_owned(), kept);
                } else if is(at + 3, "ADD") {
                    let column = if is(at + 4, "COLUMN") { at + 5 } else { at + 4 };
                    if is(column, "tenant_id") {
                        self.made.insert(table, (true, false));
                    }
                }
            }
        }
    }

    /// Whether a table is a tenant's, and how far.
    pub(super) fn get(&self, name: &str) -> Option<Ownership> {
        match self.made.get(name)? {
            (true, false) => Some(Ownership::Rows),
            (true, true) => Some(Ownership::OneEngine),
            (false, _) => None,
        }
    }

    /// How many tenant tables there are.
    pub(super) fn len(&self) -> usize {
        self.made.values().filter(|(with, _)| *with).count()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The first word of each entry between a table's outer brackets: its columns, and the words of its constraints.
fn columns(table: &[Lexeme]) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    let mut at_start = false;
    let mut ended = false;
    table.iter().filter_map(move |lexeme| {
        if ended {
            return None;
        }
        let starts = std::mem::replace(&mut at_start, false);
        match lexeme {
            Lexeme::Mark('(') => {
                depth += 1;
                at_start = depth == 1;
            }
            Lexeme::Mark(')') => {
                depth = depth.saturating_sub(1);
                ended = depth == 0;
            }
            Lexeme::Mark(',') => at_start = depth == 1,
            Lexeme::Mark(';') => ended = true,
            Lexeme::Word(word) if starts && depth == 1 => return Some(word.as_str()),
            _ => {}
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_with_a_tenant_are_told_from_those_without() {
        let mut tables = Tables::default();
        tables.read(
            "-- CREATE TABLE ghost (tenant_id INT);
             CREATE TABLE room (tenant_id {int} NOT NULL REFERENCES tenant, id {bytes}, PRIMARY KEY (tenant_id, id));
             CREATE TABLE IF NOT EXISTS \"login\" (email {text}, tenant_id {int});
             CREATE TABLE schema_step (version {int}, CHECK (tenant_id > 0));
             CREATE INDEX room_id ON room (tenant_id, id);",
        );
        assert_eq!(tables.get("room"), Some(Ownership::Rows));
        assert_eq!(tables.get("login"), Some(Ownership::Rows));
        for other in ["ghost", "schema_step", "tenant", "room_id"] {
            assert_eq!(tables.get(other), None, "{other}");
        }
        assert_eq!(tables.len(), 2);
    }

    #[test]
    fn a_table_that_is_an_index_on_one_engine_is_half_a_tenants() {
        let mut tables = Tables::default();
        tables.read(
            "-- only: sqlite
             CREATE VIRTUAL TABLE terms USING fts5(terms, content='', tokenize=\"unicode61\");
             -- only: postgres
             CREATE TABLE terms (tenant_id BIGINT, terms tsvector);",
        );
        assert_eq!(tables.get("terms"), Some(Ownership::OneEngine));
    }

    #[test]
    fn later_migrations_count() {
        let mut tables = Tables::default();
        tables.read("CREATE TABLE a (id INT); CREATE TABLE b (tenant_id INT);");
        tables.read("ALTER TABLE a ADD COLUMN tenant_id INT; ALTER TABLE b RENAME TO c;");
        assert_eq!(tables.get("a"), Some(Ownership::Rows));
        assert_eq!(tables.get("c"), Some(Ownership::Rows));
    }
}

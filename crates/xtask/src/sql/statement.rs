//! One statement: which tenant tables it touches, and whether each is bound to the tenant.
//!
//! `$1` is the tenant, always. Every table named needs a condition of its own, `tenant_id = $1` or
//! `a.tenant_id = b.tenant_id`, for a table joined by id alone reads through the wall; an `INSERT` writes `$1`.

use super::tables::{Ownership, Tables};

/// What is to be said of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict<'a> {
    /// It touches no table of a tenant, or is no SQL at all.
    NotSql,
    /// It is bound.
    Bound,
    /// It says that it is for the whole instance, under this name.
    Instance(&'a str),
    /// It is not bound; the reason.
    Wrong(String),
}

/// Whether a text is the beginning of a row of values whose first is the tenant.
pub(super) fn is_bound_row(text: &str) -> bool {
    matches!(&lexemes(text)[..], [Lexeme::Mark('('), Lexeme::Word(first), Lexeme::Mark(','), ..] if first == "$1")
}

/// Judges a string literal. `bound_rows` says that rows the program makes near it begin with the tenant.
pub(super) fn judge<'a>(text: &'a str, tables: &Tables, bound_rows: bool) -> Verdict<'a> {
    if let Some(name) = instance_name(text) {
        return Verdict::Instance(name);
    }
    let lexemes = lexemes(text);
    if in_small_letters(&lexemes) {
        return Verdict::Wrong("write SQL keywords in capitals, or it is not seen here".to_owned());
    }
    let touched = references(&lexemes, tables);
    if touched.is_empty() {
        return Verdict::NotSql;
    }
    let to_bind = touched.iter().filter(|r| !r.insert && r.ownership == Ownership::Rows).count();
    let (to_tenant, to_each_other) = conditions(&lexemes);
    for reference in touched.iter().filter(|r| r.insert) {
        if let Err(why) = insert_is_bound(&lexemes[reference.at..], bound_rows) {
            // An index that has no tenant on this engine is filled from a bound table, in the same statement.
            if reference.ownership == Ownership::Rows || to_tenant == 0 {
                return Verdict::Wrong(format!("{}: {why}", reference.table));
            }
        }
    }
    if touched.iter().any(|r| !r.insert) && to_tenant == 0 {
        return Verdict::Wrong(format!("{} without `tenant_id = $1`", touched[0].table));
    }
    let bound = to_tenant + to_each_other;
    if bound < to_bind {
        let names: Vec<_> = touched.iter().filter(|r| !r.insert).map(|r| r.table).collect();
        return Verdict::Wrong(format!(
            "{to_bind} tenant tables ({}), but {bound} conditions on tenant_id: each needs its own",
            names.join(", ")
        ));
    }
    Verdict::Bound
}

/// The name in a leading `/* instance: name */`.
fn instance_name(text: &str) -> Option<&str> {
    let comment = text.trim_start().strip_prefix("/*")?;
    let (comment, _) = comment.split_once("*/")?;
    comment.trim().strip_prefix("instance:").map(str::trim)
}

/// A piece of SQL: a word (names, keywords, numbers, `$1`) or a sign. Comments and strings are gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lexeme {
    Word(String),
    Mark(char),
}

impl Lexeme {
    pub(super) fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(own) if own == word)
    }

    /// A name, as opposed to a keyword in capitals.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Word(word) if word.chars().any(|c| c.is_ascii_lowercase()) => Some(word),
            _ => None,
        }
    }
}

/// Takes SQL apart.
pub(super) fn lexemes(sql: &str) -> Vec<Lexeme> {
    let mut found = Vec::new();
    let mut rest = sql.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '-' if rest.next_if_eq(&'-').is_some() => while rest.next().is_some_and(|c| c != '\n') {},
            '/' if rest.next_if_eq(&'*').is_some() => {
                let mut last = ' ';
                for c in rest.by_ref() {
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            '\'' => while rest.next().is_some_and(|c| c != '\'') {},
            '"' => {
                let name = rest.by_ref().take_while(|c| *c != '"').collect();
                found.push(Lexeme::Word(name));
            }
            c if c.is_alphanumeric() || c == '_' || c == '$' => {
                let mut word = String::from(c);
                while let Some(c) = rest.next_if(|c| c.is_alphanumeric() || *c == '_') {
                    word.push(c);
                }
                found.push(Lexeme::Word(word));
            }
            c if c.is_whitespace() => {}
            c => found.push(Lexeme::Mark(c)),
        }
    }
    found
}

/// Whether a text is SQL in small letters: the same words begin English sentences, so more than one is asked for.
fn in_small_letters(lexemes: &[Lexeme]) -> bool {
    let has = |word: &str| lexemes.iter().any(|lexeme| lexeme.is(word));
    match lexemes {
        [first, second, ..] => {
            first.is("select")
                && has("from")
                && (has("where") || has("limit") || lexemes.contains(&Lexeme::Mark(',')))
                || first.is("insert") && second.is("into") && has("values")
                || first.is("delete") && second.is("from") && has("where")
                || first.is("update") && has("set") && has("where")
        }
        _ => false,
    }
}

/// A tenant table named in a statement.
struct Reference<'a> {
    table: &'a str,
    ownership: Ownership,
    insert: bool,
    /// Where its name is.
    at: usize,
}

/// The tenant tables that stand where a statement names a table to read or to write.
fn references<'a>(lexemes: &'a [Lexeme], tables: &Tables) -> Vec<Reference<'a>> {
    let mut found = Vec::new();
    let mut note = |at: usize, insert: bool| {
        if let Some(table) = lexemes.get(at).and_then(Lexeme::name)
            && let Some(ownership) = tables.get(table)
        {
            found.push(Reference { table, ownership, insert, at });
        }
    };
    for at in 0..lexemes.len() {
        let before = at.checked_sub(1).map(|before| &lexemes[before]);
        let follows = |words: &[&str]| before.is_some_and(|before| words.iter().any(|word| before.is(word)));
        let mut next = at + 1;
        if lexemes[at].is("INTO") {
            note(next, true);
        } else if lexemes[at].is("JOIN") {
            note(next + usize::from(lexemes.get(next).is_some_and(|l| l.is("LATERAL"))), false);
        } else if lexemes[at].is("UPDATE") && !follows(&["DO", "FOR", "KEY"]) {
            if lexemes.get(next).is_some_and(|l| l.is("OR")) {
                next += 2;
            }
            note(next + usize::from(lexemes.get(next).is_some_and(|l| l.is("ONLY"))), false);
        } else if lexemes[at].is("FROM") && !follows(&["DISTINCT"]) {
            note(next, false);
            // FROM a, b x, c AS y
            while let Some(comma) = after_alias(lexemes, next) {
                next = comma + 1;
                note(next, false);
            }
        }
    }
    found
}

/// The comma behind a table and its alias, where another table follows.
fn after_alias(lexemes: &[Lexeme], table: usize) -> Option<usize> {
    lexemes.get(table)?.name()?;
    let mut at = table + 1;
    if lexemes.get(at).is_some_and(|l| l.is("AS")) {
        at += 1;
    }
    if lexemes.get(at).and_then(Lexeme::name).is_some() {
        at += 1;
    }
    (lexemes.get(at) == Some(&Lexeme::Mark(','))).then_some(at)
}

/// How often `tenant_id` is held to `$1`, and how often to another `tenant_id`.
fn conditions(lexemes: &[Lexeme]) -> (usize, usize) {
    let (mut to_tenant, mut to_each_other) = (0, 0);
    for at in 0..lexemes.len() {
        if !lexemes[at].is("tenant_id") {
            continue;
        }
        let start = if at >= 2 && lexemes[at - 1] == Lexeme::Mark('.') { at - 2 } else { at };
        let before = |back: usize| start.checked_sub(back).map(|at| &lexemes[at]);
        match lexemes.get(at + 1) {
            // tenant_id = $1, tenant_id = b.tenant_id; but not the SET of an UPDATE
            Some(Lexeme::Mark('=')) => match column(lexemes, at + 2) {
                Some("$1") if !before(1).is_some_and(|l| l.is("SET")) => to_tenant += 1,
                Some("tenant_id") => to_each_other += 1,
                _ => {}
            },
            // (tenant_id, id) = ($1, $2), (a.tenant_id, a.id) = (b.tenant_id, b.x), USING (tenant_id, id)
            Some(Lexeme::Mark(',' | ')')) if before(1) == Some(&Lexeme::Mark('(')) => {
                if before(2).is_some_and(|l| l.is("USING")) {
                    to_each_other += 1;
                    continue;
                }
                let close = lexemes[at..].iter().position(|l| *l == Lexeme::Mark(')')).map_or(at, |n| at + n);
                if lexemes.get(close + 1) == Some(&Lexeme::Mark('='))
                    && lexemes.get(close + 2) == Some(&Lexeme::Mark('('))
                {
                    match column(lexemes, close + 3) {
                        Some("$1") => to_tenant += 1,
                        Some("tenant_id") => to_each_other += 1,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    (to_tenant, to_each_other)
}

/// The word at a place, without the alias before it.
fn column(lexemes: &[Lexeme], at: usize) -> Option<&str> {
    let at = if lexemes.get(at + 1) == Some(&Lexeme::Mark('.')) { at + 2 } else { at };
    match lexemes.get(at)? {
        Lexeme::Word(word) => Some(word),
        Lexeme::Mark(_) => None,
    }
}

/// Whether an `INSERT`, from its table on, writes `$1`, or another row's tenant, as `tenant_id`.
fn insert_is_bound(lexemes: &[Lexeme], bound_rows: bool) -> Result<(), &'static str> {
    let Some(Lexeme::Mark('(')) = lexemes.get(1) else {
        return Err("INSERT must name its columns");
    };
    let (columns, mut at) = entries(lexemes, 1);
    let Some(place) = columns.iter().position(|entry| matches!(entry, [column] if column.is("tenant_id")))
    else {
        return Err("INSERT without tenant_id");
    };
    let is_tenant = |value: &[Lexeme]| match value {
        [value] => value.is("$1"),
        [_, Lexeme::Mark('.'), column] => column.is("tenant_id"),
        _ => false,
    };
    if lexemes.get(at).is_some_and(|l| l.is("SELECT")) {
        let values = select_list(&lexemes[at + 1..]);
        return match values.get(place) {
            Some(value) if is_tenant(value) => Ok(()),
            _ => Err("INSERT must select $1 as tenant_id"),
        };
    }
    if !lexemes.get(at).is_some_and(|l| l.is("VALUES")) {
        return Err("INSERT must have VALUES or SELECT");
    }
    at += 1;
    if lexemes.get(at) == Some(&Lexeme::Mark('{')) {
        return if bound_rows && place == 0 {
            Ok(())
        } else {
            Err("rows made by the program must begin with `($1,`, and tenant_id be the first column")
        };
    }
    loop {
        let (row, after) = entries(lexemes, at);
        if !row.get(place).is_some_and(|value| is_tenant(value)) {
            return Err("INSERT must write $1 as tenant_id, in every row");
        }
        if lexemes.get(after) != Some(&Lexeme::Mark(',')) {
            return Ok(());
        }
        at = after + 1;
    }
}

/// What stands between the commas of the bracket that opens at `open`, and where it goes on after it.
fn entries(lexemes: &[Lexeme], open: usize) -> (Vec<&[Lexeme]>, usize) {
    let (mut found, mut depth, mut start) = (Vec::new(), 0_usize, open + 1);
    for at in open..lexemes.len() {
        match lexemes[at] {
            Lexeme::Mark('(') => depth += 1,
            Lexeme::Mark(')') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    found.push(&lexemes[start.min(at)..at]);
                    return (found, at + 1);
                }
            }
            Lexeme::Mark(',') if depth == 1 => {
                found.push(&lexemes[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    (found, lexemes.len())
}

/// What stands between the commas behind a SELECT, up to its FROM.
fn select_list(lexemes: &[Lexeme]) -> Vec<&[Lexeme]> {
    let (mut found, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, lexeme) in lexemes.iter().enumerate() {
        match lexeme {
            Lexeme::Mark('(') => depth += 1,
            Lexeme::Mark(')') => depth = depth.saturating_sub(1),
            Lexeme::Mark(',') if depth == 0 => {
                found.push(&lexemes[start..at]);
                start = at + 1;
            }
            lexeme if depth == 0 && (lexeme.is("FROM") || lexeme.is("WHERE")) => {
                found.push(&lexemes[start..at]);
                return found;
            }
            _ => {}
        }
    }
    found.push(&lexemes[start..]);
    found
}

#[cfg(test)]
mod tests;

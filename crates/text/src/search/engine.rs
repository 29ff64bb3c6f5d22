//! A query as expressions of the two engines, and a document as PostgreSQL takes it. Owns quoting: only
//! letters and digits ever reach an expression. Must mean the same on both engines.

use super::query::Query;
use super::split::is_single;

/// The largest position PostgreSQL keeps in a `tsvector`.
const MAX_POSITION: usize = 16_383;

/// The query for `MATCH` of SQLite FTS5: every word, phrases adjacent, without the excluded. `None` if
/// there is no word to look for.
pub fn fts5_match(query: &Query) -> Option<String> {
    let phrase = |terms: &[String], prefix: bool| {
        let star = if prefix { "*" } else { "" };
        let terms = safe(terms);
        (!terms.is_empty()).then(|| format!("\"{}\"{star}", terms.join(" ")))
    };
    let wanted = wanted(query).filter_map(|(terms, prefix)| phrase(terms, prefix)).collect::<Vec<_>>();
    if wanted.is_empty() {
        return None;
    }
    let mut expression = format!("({})", wanted.join(" AND "));
    for not in query.excluded.iter().filter_map(|terms| phrase(terms, ends_open(terms))) {
        expression = format!("({expression} NOT {not})");
    }
    Some(expression)
}

/// The same query for PostgreSQL, to be cast `::tsquery`. `None` if there is no word to look for.
pub fn tsquery(query: &Query) -> Option<String> {
    let phrase = |terms: &[String], prefix: bool| {
        let star = if prefix { ":*" } else { "" };
        let terms = safe(terms).iter().map(|term| format!("'{term}'")).collect::<Vec<_>>();
        (!terms.is_empty()).then(|| format!("({}{star})", terms.join(" <-> ")))
    };
    let mut all = wanted(query).filter_map(|(terms, prefix)| phrase(terms, prefix)).collect::<Vec<_>>();
    if all.is_empty() {
        return None;
    }
    all.extend(
        query.excluded.iter().filter_map(|terms| Some(format!("!{}", phrase(terms, ends_open(terms))?))),
    );
    Some(all.join(" & "))
}

/// The output of [`super::terms`] as a literal to be cast `::tsvector`, with positions so that phrases
/// work. Terms past position 16 383 all count as there, as in PostgreSQL itself.
pub fn tsvector(terms: &str) -> String {
    let mut literal = String::with_capacity(terms.len() * 2);
    for (at, term) in terms.split(' ').map(letters).filter(|term| !term.is_empty()).enumerate() {
        if at > 0 {
            literal.push(' ');
        }
        literal.extend(["'", &term, "':", &(at + 1).min(MAX_POSITION).to_string()]);
    }
    literal
}

/// The sequences to look for, each with whether its last term may continue.
pub(super) fn wanted(query: &Query) -> impl Iterator<Item = (&[String], bool)> {
    let last = query.words.len().saturating_sub(1);
    query
        .words
        .iter()
        .enumerate()
        .map(move |(at, terms)| (terms.as_slice(), ends_open(terms) || (query.prefix && at == last)))
}

/// A single character of a script without spaces stands for every pair it begins.
fn ends_open(terms: &[String]) -> bool {
    terms.last().is_some_and(|term| is_single(term))
}

/// The terms without anything an engine could read as syntax, whoever built the query.
fn safe(terms: &[String]) -> Vec<String> {
    terms.iter().map(|term| letters(term)).filter(|term| !term.is_empty()).collect()
}

fn letters(term: &str) -> String {
    term.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Query, parse_query, terms};
    use super::{fts5_match, tsquery, tsvector};

    #[test]
    fn both_engines_get_the_same_query() {
        for (text, fts, ts) in [
            ("deploy ", "(\"deploy\")", "('deploy')"),
            ("dep", "(\"dep\"*)", "('dep':*)"),
            ("a b ", "(\"a\" AND \"b\")", "('a') & ('b')"),
            ("\"the server\" up ", "(\"the server\" AND \"up\")", "('the' <-> 'server') & ('up')"),
            ("生产环境", "(\"生产 产环 环境\"*)", "('生产' <-> '产环' <-> '环境':*)"),
            ("天 x ", "(\"天\"* AND \"x\")", "('天':*) & ('x')"),
            ("a -b -\"c d\" ", "(((\"a\") NOT \"b\") NOT \"c d\")", "('a') & !('b') & !('c' <-> 'd')"),
        ] {
            let query = parse_query(text);
            assert_eq!(fts5_match(&query).as_deref(), Some(fts), "{text}");
            assert_eq!(tsquery(&query).as_deref(), Some(ts), "{text}");
        }
    }

    #[test]
    fn without_a_word_there_is_no_expression() {
        for text in ["", "from:maya", "!!! \"\" 🎉", "-only"] {
            let query = parse_query(text);
            assert_eq!((fts5_match(&query), tsquery(&query)), (None, None), "{text}");
        }
    }

    #[test]
    fn nothing_typed_or_built_reaches_the_syntax() {
        let evil = "\" OR 1=1 -- ' ; DROP TABLE x; \\ ) ( * ^ { } NEAR(a b) col:x 'a':* | & ! <->";
        let by_hand =
            Query { words: vec![vec![evil.to_owned()], vec!["'\"".to_owned()]], ..Query::default() };
        for query in [parse_query(evil), by_hand] {
            let fts = fts5_match(&query).unwrap();
            let outside: String = fts.split('"').step_by(2).collect();
            let outside = outside.replace("AND", "").replace("NOT", "");
            assert!(outside.chars().all(|c| " ()*".contains(c)), "{fts}");
            assert!(
                fts.split('"').skip(1).step_by(2).all(|p| p.chars().all(|c| c.is_alphanumeric() || c == ' ')),
                "{fts}"
            );
            let ts = tsquery(&query).unwrap();
            assert!(ts.split('\'').step_by(2).all(|s| s.chars().all(|c| " ()&!<->:*".contains(c))), "{ts}");
            assert!(ts.split('\'').skip(1).step_by(2).all(|t| t.chars().all(char::is_alphanumeric)), "{ts}");
        }
    }

    #[test]
    fn documents_carry_positions() {
        assert_eq!(tsvector(&terms("user_id 天气")), "'user':1 'id':2 'userid':3 '天气':4 '气':5");
        assert_eq!(tsvector(""), "");
        assert!(tsvector(&"a ".repeat(20_000)).ends_with("'a':16383"));
    }
}

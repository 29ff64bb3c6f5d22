//! Tests of the query language.

use proptest::prelude::*;

use super::{Date, Has, MAX_WORDS, Query, parse_query};

fn words(text: &str) -> Vec<String> {
    parse_query(text).words.iter().map(|terms| terms.join("+")).collect()
}

#[test]
fn words_and_phrases() {
    assert_eq!(words("Deploy SERVER"), ["deploy", "server"]);
    assert_eq!(words("\"the server\" up"), ["the+server", "up"]);
    assert_eq!(words("“the server” up"), ["the+server", "up"]);
    assert_eq!(words("say \"not closed"), ["say", "not+closed"]);
    assert_eq!(words("\"a b\"c"), ["a+b", "c"]);
    assert_eq!(words("user_id don't a/b 10:30"), ["user+id", "don+t", "a+b", "10+30"]);
    assert_eq!(words("生产环境 deploy"), ["生产+产环+环境", "deploy"]);
    assert!(words(" - -- \"\" \" :: ").is_empty());
}

#[test]
fn only_an_open_last_word_is_a_prefix() {
    for (text, prefix) in [
        ("dep", true),
        ("server dep", true),
        ("dep ", false),
        ("d", false),
        ("天", true),
        ("\"dep\"", false),
        ("\"dep", false),
        ("dep!", false),
        ("dep from:maya", false),
        ("dep -old", false),
        ("", false),
    ] {
        assert_eq!(parse_query(text).prefix, prefix, "{text:?}");
    }
}

#[test]
fn exclusion_narrows_but_does_not_search_alone() {
    let query = parse_query("deploy -old -\"last week\"");
    assert_eq!(query.excluded, [vec!["old".to_owned()], vec!["last".to_owned(), "week".to_owned()]]);
    assert!(query.errors.is_empty());
    let alone = parse_query("-old");
    assert!(alone.excluded.is_empty() && alone.is_empty());
    assert_eq!(alone.errors[0].token, "-");
}

#[test]
fn filters() {
    let query = parse_query(
        "from:@Maya FROM:sam in:~general in:#ops in:設計 before:2026-11-01 after:2024-02-29 on:2026-10-05 has:file has:IMAGE has:link has:file",
    );
    assert_eq!(query.errors, []);
    assert_eq!(query.from, ["maya", "sam"]);
    assert_eq!(query.in_, ["general", "ops", "設計"]);
    assert_eq!(query.before, Some(Date { year: 2026, month: 11, day: 1 }));
    assert_eq!(query.after, Some(Date { year: 2024, month: 2, day: 29 }));
    assert_eq!(query.on, Some(Date { year: 2026, month: 10, day: 5 }));
    assert_eq!(query.has, [Has::File, Has::Image, Has::Link]);
    assert!(query.words.is_empty() && !query.is_empty());
    let twice = parse_query("before:2026-11-01 before:2025-01-01 after:2020-01-01 after:2021-01-01");
    assert_eq!(twice.before, Some(Date { year: 2025, month: 1, day: 1 }));
    assert_eq!(twice.after, Some(Date { year: 2021, month: 1, day: 1 }));
}

#[test]
fn what_is_not_understood_is_said() {
    for (text, part) in [
        ("from:", "name"),
        ("in:~", "name"),
        ("before:tomorrow", "2026-11-01"),
        ("after:2026-02-29", "2026-11-01"),
        ("on:2026-13-01", "2026-11-01"),
        ("on:2026-04-31", "2026-11-01"),
        ("on:0000-01-01", "2026-11-01"),
        ("on:+026-01-01", "2026-11-01"),
        ("on:２026-1-1", "2026-11-01"),
        ("has:virus", "has:file"),
        ("-from:maya", "words"),
    ] {
        let query = parse_query(text);
        assert_eq!(query.errors.len(), 1, "{text}");
        assert_eq!(query.errors[0].token, text);
        assert!(query.errors[0].message.contains(part), "{text}: {}", query.errors[0].message);
        assert_eq!(Query { errors: vec![], ..query }, Query::default(), "{text}");
    }
}

#[test]
fn size_is_limited() {
    let query = parse_query(&"word ".repeat(100));
    assert_eq!(query.words.len(), MAX_WORDS);
    assert_eq!(query.errors.len(), 100 - MAX_WORDS);
    let long = parse_query(&format!("\"{}", "天".repeat(5_000)));
    assert_eq!(long.words[0].len(), MAX_WORDS);
    assert!(long.errors[0].message.contains("too long"));
}

proptest! {
    #[test]
    fn any_text_is_a_query(text in "([\"“”:\\-~#@ ]|from|has|in|before|\\PC){0,80}") {
        let query = parse_query(&text);
        prop_assert!(query.words.iter().chain(&query.excluded).all(|terms| !terms.is_empty()));
        prop_assert!(query.words.iter().flatten().all(|t| t.chars().all(char::is_alphanumeric)));
    }
}

//! String literals of Rust source, with the lines they stand on.
//!
//! Puts `concat!` back together, also where a macro of the store does it (`select!("WHERE …")` for
//! `concat!("SELECT … FROM room ", $rest)`), and leaves out what only tests compile.

use std::collections::BTreeMap;

use super::rust::{Token, tokens};

/// A string literal, or what several make together.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Literal {
    pub(super) line: usize,
    pub(super) text: String,
}

type Tokens = [(usize, Token)];

/// The macros that put literals together, by name: one entry for each of their arms.
pub(super) type Templates = BTreeMap<String, Vec<Template>>;

/// An arm `($a:literal, …) => { concat!("text", $a, …) }`.
#[derive(Debug, Clone)]
pub(super) struct Template {
    parameters: Vec<String>,
    body: Vec<(usize, Token)>,
}

/// The macros of a source file that put literals together.
pub(super) fn templates(source: &str) -> Templates {
    let tokens = without_tests(tokens(source));
    let mut found = Templates::new();
    for at in 0..tokens.len() {
        if let Some((name, open)) = definition(&tokens, at) {
            let arms = arms(&tokens[open + 1..closing(&tokens, open)]);
            if !arms.is_empty() {
                found.insert(name.to_owned(), arms);
            }
        }
    }
    found
}

/// The string literals of a source file. `elsewhere` are the macros of other files, used when it has none itself.
pub(super) fn read(source: &str, elsewhere: &Templates) -> Vec<Literal> {
    let own = templates(source);
    let tokens = without_tests(tokens(source));
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let line = tokens[at].0;
        if let Some((name, open)) = definition(&tokens, at)
            && own.contains_key(name)
        {
            // What it makes is looked at where it is used.
            at = closing(&tokens, open);
        } else if let Some((name, open)) = call(&tokens, at) {
            let end = closing(&tokens, open);
            let arguments = &tokens[open + 1..end];
            if name == "concat" {
                found.push(Literal { line, text: joined(arguments, &BTreeMap::new()) });
                at = end;
            } else if let Some(arms) = own.get(name).or_else(|| elsewhere.get(name)) {
                found.extend(filled(arms, arguments).into_iter().map(|text| Literal { line, text }));
                at = end;
            }
        } else if let Token::Text(text) = &tokens[at].1 {
            found.push(Literal { line, text: text.clone() });
        }
        at += 1;
    }
    found
}

/// `macro_rules! name {`: the name, and where the brace is.
fn definition(tokens: &Tokens, at: usize) -> Option<(&str, usize)> {
    match tokens.get(at..at + 4)? {
        [(_, Token::Word(word)), (_, Token::Mark('!')), (_, Token::Word(name)), (_, Token::Mark('{'))]
            if word == "macro_rules" =>
        {
            Some((name, at + 3))
        }
        _ => None,
    }
}

/// `name!(`: the name, and where the bracket is.
fn call(tokens: &Tokens, at: usize) -> Option<(&str, usize)> {
    match tokens.get(at..at + 3)? {
        [(_, Token::Word(name)), (_, Token::Mark('!')), (_, Token::Mark('(' | '[' | '{'))] => {
            Some((name, at + 2))
        }
        _ => None,
    }
}

/// The arms of a macro whose body is a `concat!` with a parameter in it.
fn arms(rules: &Tokens) -> Vec<Template> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < rules.len() {
        let pattern_end = closing(rules, at);
        // Behind the pattern stand `=`, `>` and the body's bracket.
        let body_at = pattern_end + 3;
        if body_at >= rules.len() {
            break;
        }
        let body_end = closing(rules, body_at);
        let pattern = &rules[at..pattern_end];
        let parameters: Vec<String> = pattern
            .windows(2)
            .filter_map(|pair| match pair {
                [(_, Token::Mark('$')), (_, Token::Word(name))] => Some(name.clone()),
                _ => None,
            })
            .collect();
        let body = &rules[body_at + 1..body_end];
        let concat = (0..body.len()).find_map(|at| match call(body, at) {
            Some(("concat", open)) => Some(open),
            _ => None,
        });
        if let Some(open) = concat
            && !parameters.is_empty()
        {
            found.push(Template { parameters, body: body[open + 1..closing(body, open)].to_vec() });
        }
        // A semicolon parts the arms.
        at = body_end + 2;
    }
    found
}

/// What each arm with as many parameters makes of the arguments of a call.
fn filled(arms: &[Template], arguments: &Tokens) -> Vec<String> {
    let values: Vec<String> =
        split(arguments).into_iter().map(|argument| joined(argument, &BTreeMap::new())).collect();
    arms.iter()
        .filter(|arm| arm.parameters.len() == values.len())
        .map(|arm| {
            let given =
                arm.parameters.iter().map(String::as_str).zip(values.iter().map(String::as_str)).collect();
            joined(&arm.body, &given)
        })
        .collect()
}

/// The arguments of a call, without the commas between them.
fn split(arguments: &Tokens) -> Vec<&Tokens> {
    let (mut found, mut start, mut at) = (Vec::new(), 0, 0);
    while at < arguments.len() {
        match arguments[at].1 {
            Token::Mark('(' | '[' | '{') => at = closing(arguments, at),
            Token::Mark(',') => {
                found.push(&arguments[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    if start < arguments.len() {
        found.push(&arguments[start..]);
    }
    found
}

/// Literals behind one another as one text. A parameter is what was given for it; anything else that is not a
/// literal is shown as a hole, like one of `format!`.
fn joined(parts: &Tokens, given: &BTreeMap<&str, &str>) -> String {
    let mut text = String::new();
    for part in split(parts) {
        match part {
            [(_, Token::Text(own))] => text.push_str(own),
            [(_, Token::Mark('$')), (_, Token::Word(name))] => {
                text.push_str(given.get(name.as_str()).copied().unwrap_or("{}"));
            }
            _ => text.push_str("{}"),
        }
    }
    text
}

/// Where the bracket that opens at `open` closes, or the end.
fn closing(tokens: &Tokens, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, (_, token)) in tokens.iter().enumerate().skip(open) {
        match token {
            Token::Mark('(' | '[' | '{') => depth += 1,
            Token::Mark(')' | ']' | '}') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}

/// Takes out each item under `#[cfg(test)]`.
fn without_tests(tokens: Vec<(usize, Token)>) -> Vec<(usize, Token)> {
    let word = |token: &Token, wanted: &str| matches!(token, Token::Word(word) if word == wanted);
    let mut skipped = vec![false; tokens.len()];
    let mut at = 0;
    while at + 6 < tokens.len() {
        let starts = tokens[at].1 == Token::Mark('#')
            && tokens[at + 1].1 == Token::Mark('[')
            && word(&tokens[at + 2].1, "cfg")
            && tokens[at + 3].1 == Token::Mark('(')
            && word(&tokens[at + 4].1, "test")
            && tokens[at + 5].1 == Token::Mark(')');
        if !starts {
            at += 1;
            continue;
        }
        // The item ends at its first `;`, or with its first braces.
        let mut end = closing(&tokens, at + 1) + 1;
        while end < tokens.len() {
            match tokens[end].1 {
                Token::Mark(';') => break,
                Token::Mark('{') => {
                    end = closing(&tokens, end);
                    break;
                }
                Token::Mark('(' | '[') => end = closing(&tokens, end) + 1,
                _ => end += 1,
            }
        }
        let end = (end + 1).min(tokens.len());
        skipped[at..end].fill(true);
        at = end;
    }
    tokens.into_iter().zip(skipped).filter(|(_, skipped)| !skipped).map(|(token, _)| token).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<String> {
        read(source, &Templates::new()).into_iter().map(|literal| literal.text).collect()
    }

    #[test]
    fn a_concat_is_one_text_with_holes() {
        let source = "concat!(\"SELECT \", columns!(a, \"x\"), \" FROM room\", LAST)";
        assert_eq!(texts(source), ["SELECT {} FROM room{}"]);
        assert_eq!(texts("f(\"a\", concat!(\"b\", \"c\",), \"d\")"), ["a", "bc", "d"]);
    }

    const MACRO: &str = "macro_rules! select {
        ($rest:literal) => { concat!(\"SELECT id FROM room \", $rest) };
        ($a:literal, $b:literal) => { concat!(\"SELECT \", $a, \" FROM room \", $b) };
    }\n";

    #[test]
    fn a_macro_of_literals_is_seen_where_it_is_used() {
        let source =
            format!("{MACRO}f(select!(\"WHERE 1\"), \"x\");\nf(select!(\"max(a, b)\", \"WHERE 2\"));");
        let found = read(&source, &Templates::new());
        let found: Vec<_> = found.iter().map(|literal| (literal.line, literal.text.as_str())).collect();
        let expected =
            [(5, "SELECT id FROM room WHERE 1"), (5, "x"), (6, "SELECT max(a, b) FROM room WHERE 2")];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_macro_of_another_file_is_known_but_ones_own_comes_first() {
        let use_it = "one(select!(\"WHERE 1\"))";
        let found = read(use_it, &templates(MACRO));
        assert_eq!(found[0].text, "SELECT id FROM room WHERE 1");
        let own = format!("{}{use_it}", MACRO.replace("room", "member"));
        assert_eq!(read(&own, &templates(MACRO))[0].text, "SELECT id FROM member WHERE 1");
    }

    #[test]
    fn literals_of_other_macros_are_literals() {
        let source = "macro_rules! plain { () => { \"a\" }; }\nformat!(\"b {}\", \"c\"); vec![\"d\"];";
        assert_eq!(texts(source), ["a", "b {}", "c", "d"]);
    }

    #[test]
    fn what_only_tests_compile_is_left_out() {
        let source = "#[cfg(test)]\nmod tests { fn f() { \"no\"; } }\n\"yes\";\n#[cfg(test)]\nuse x;\n\"too\";\n\
                      #[cfg(test)]\nfn g(a: [u8; 2]) -> u8 { \"no\" }\n#[cfg(not(test))]\nfn h() { \"three\" }";
        assert_eq!(texts(source), ["yes", "too", "three"]);
    }
}

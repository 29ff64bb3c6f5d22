//! Rust source taken apart, just far enough to find its string literals.
//!
//! Tells strings from comments, characters and lifetimes. It must not understand more of the language than that.

/// A piece of source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A string literal's text, escapes undone.
    Text(String),
    Word(String),
    Mark(char),
}

/// The pieces of a source file, each with the line it begins on.
pub(super) fn tokens(source: &str) -> Vec<(usize, Token)> {
    Lexer { rest: source.chars().peekable(), line: 1 }.tokens()
}

struct Lexer<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    line: usize,
}

impl Lexer<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.next();
        self.line += usize::from(c == Some('\n'));
        c
    }

    fn skip_if(&mut self, wanted: char) -> bool {
        let is = self.rest.peek() == Some(&wanted);
        if is {
            self.next();
        }
        is
    }

    fn tokens(mut self) -> Vec<(usize, Token)> {
        let mut tokens = Vec::new();
        while let Some(c) = self.next() {
            let line = self.line;
            match c {
                '/' if self.skip_if('/') => while self.next().is_some_and(|c| c != '\n') {},
                '/' if self.skip_if('*') => self.skip_comment(),
                '"' => {
                    let text = self.text();
                    tokens.push((line, Token::Text(text)));
                }
                '\'' => self.skip_character(),
                c if c.is_alphanumeric() || c == '_' => {
                    let mut word = String::from(c);
                    while let Some(c) = self.rest.next_if(|c| c.is_alphanumeric() || *c == '_') {
                        word.push(c);
                    }
                    let prefix = matches!(word.as_str(), "b" | "c" | "r" | "br" | "cr");
                    if prefix && word.ends_with('r') && matches!(self.rest.peek(), Some('"' | '#')) {
                        match self.raw_text() {
                            Some(text) => tokens.push((line, Token::Text(text))),
                            None => tokens.push((line, Token::Word(word))),
                        }
                    } else if prefix && self.skip_if('"') {
                        let text = self.text();
                        tokens.push((line, Token::Text(text)));
                    } else {
                        tokens.push((line, Token::Word(word)));
                    }
                }
                c if c.is_whitespace() => {}
                c => tokens.push((line, Token::Mark(c))),
            }
        }
        tokens
    }

    /// A comment of the kind that nests.
    fn skip_comment(&mut self) {
        let mut depth = 1;
        while depth > 0 {
            match self.next() {
                Some('*') if self.skip_if('/') => depth -= 1,
                Some('/') if self.skip_if('*') => depth += 1,
                Some(_) => {}
                None => return,
            }
        }
    }

    /// The rest of a string whose quote is read.
    fn text(&mut self) -> String {
        let mut text = String::new();
        while let Some(c) = self.next() {
            match c {
                '"' => break,
                '\\' => match self.next() {
                    Some('\n') => {
                        while self.rest.peek().is_some_and(|c| c.is_whitespace()) {
                            self.next();
                        }
                    }
                    Some('n' | 't' | 'r') => text.push(' '),
                    Some(c) => text.push(c),
                    None => break,
                },
                c => text.push(c),
            }
        }
        text
    }

    /// The rest of a raw string whose `r` is read; `None` when it is a raw name such as `r#type`.
    fn raw_text(&mut self) -> Option<String> {
        let mut hashes = 0;
        while self.skip_if('#') {
            hashes += 1;
        }
        if !self.skip_if('"') {
            return None;
        }
        let end = format!("\"{}", "#".repeat(hashes));
        let mut text = String::new();
        while !text.ends_with(&end) {
            text.push(self.next()?);
        }
        text.truncate(text.len() - end.len());
        Some(text)
    }

    /// A character, or a lifetime, whose quote is read.
    fn skip_character(&mut self) {
        match self.next() {
            Some('\\') => {
                self.next();
                while self.next().is_some_and(|c| c != '\'') {}
            }
            // 'a' is a character, 'a or 'static is not.
            Some(_) => {
                self.skip_if('\'');
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<(usize, String)> {
        let text = |(line, token)| match token {
            Token::Text(text) => Some((line, text)),
            _ => None,
        };
        tokens(source).into_iter().filter_map(text).collect()
    }

    #[test]
    fn strings_of_every_kind_are_found_with_their_line() {
        let source = "let a = \"one\";\nlet b = r#\"two \"quoted\" \"#;\nlet c = b\"three\";\n\
                      let d = \"four \\\n      \\\"more\\\"\";";
        let expected = [(1, "one"), (2, "two \"quoted\" "), (3, "three"), (4, "four \"more\"")];
        assert_eq!(texts(source), expected.map(|(line, text)| (line, text.to_owned())));
    }

    #[test]
    fn comments_characters_and_lifetimes_are_no_strings() {
        let source = "// \"no\"\n/* \"no /* nested */ no\" */\n\
                      fn f<'a>(x: &'a str) { '\"'; '\\''; '\\u{22}'; b'\"'; r#type; \"yes\" }";
        assert_eq!(texts(source), [(3, "yes".to_owned())]);
    }
}

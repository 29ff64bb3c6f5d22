//! Text to terms, with the place each comes from. Owns the splitting described in the parent module,
//! for documents and queries alike. Must not know the query language.

use unicode_normalization::UnicodeNormalization;

use crate::chars::{is_unspaced, push_folded};

/// The longest term, in characters; a longer word is cut, in documents and queries alike.
const MAX_TERM: usize = 64;

/// One term of a text and the bytes it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Term {
    pub(crate) text: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// The whole of a joined word, or the last character of a longer run.
    pub(crate) trailer: bool,
}

/// The terms of a text, parted by spaces, for the search index.
pub fn terms(text: &str) -> String {
    let composed: String = text.nfkc().collect();
    let mut out = String::with_capacity(composed.len() * 2);
    for term in split(&composed) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&term.text);
    }
    out
}

/// The terms that a word or phrase of a query must find next to each other.
pub(crate) fn sequence(text: &str) -> Vec<String> {
    let composed: String = text.nfkc().collect();
    let mut terms = split(&composed);
    if terms.last().is_some_and(|last| last.trailer) {
        terms.pop();
    }
    terms.into_iter().map(|term| term.text).collect()
}

/// Is this term one character of a script without spaces? It then stands for every pair it begins.
pub(crate) fn is_single(term: &str) -> bool {
    let mut chars = term.chars();
    chars.next().is_some_and(is_unspaced) && chars.next().is_none()
}

/// Splits a text, normalized or not, into its terms.
pub(crate) fn split(text: &str) -> Vec<Term> {
    let mut splitter = Splitter {
        done: Vec::new(),
        word: String::new(),
        start: 0,
        end: 0,
        parts: Vec::new(),
        run: Vec::new(),
    };
    let mut chars = text.char_indices().peekable();
    let mut folded = String::new();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        folded.clear();
        push_folded(&mut folded, c);
        if folded.is_empty() {
            // An optional mark or an invisible character belongs to what it stands on.
            splitter.extend(end);
            continue;
        }
        for base in folded.chars() {
            if is_unspaced(base) {
                splitter.run_char(base, at, end);
            } else if base.is_alphanumeric() {
                splitter.word_char(base, at, end);
            } else if unicode_normalization::char::is_combining_mark(base) {
                splitter.extend(end);
            } else {
                let next = chars.peek().map(|(_, next)| *next);
                let joins = matches!(c, '-' | '_' | '.')
                    && next.is_some_and(|n| n.is_alphanumeric() && !is_unspaced(n));
                if joins { splitter.join() } else { splitter.close() }
            }
        }
    }
    splitter.close();
    splitter.done
}

struct Splitter {
    done: Vec<Term>,
    /// The word being read and where it is.
    word: String,
    start: usize,
    end: usize,
    /// The words read before it in the same joined word.
    parts: Vec<Term>,
    /// The run being read: each character with its place.
    run: Vec<(char, usize, usize)>,
}

impl Splitter {
    fn word_char(&mut self, c: char, at: usize, end: usize) {
        self.close_run();
        if self.word.is_empty() {
            self.start = at;
        }
        self.word.push(c);
        self.end = end;
    }

    fn run_char(&mut self, c: char, at: usize, end: usize) {
        self.close_words();
        self.run.push((c, at, end));
    }

    /// Counts bytes up to `end` to the last character read.
    fn extend(&mut self, end: usize) {
        if let Some(last) = self.run.last_mut() {
            last.2 = end;
        } else if !self.word.is_empty() {
            self.end = end;
        }
    }

    fn join(&mut self) {
        self.close_run();
        self.close_part();
    }

    fn close(&mut self) {
        self.close_run();
        self.close_words();
    }

    fn close_part(&mut self) {
        if !self.word.is_empty() {
            let text: String = self.word.chars().take(MAX_TERM).collect();
            self.word.clear();
            self.parts.push(Term { text, start: self.start, end: self.end, trailer: false });
        }
    }

    fn close_words(&mut self) {
        self.close_part();
        if let (Some(first), Some(last), true) = (self.parts.first(), self.parts.last(), self.parts.len() > 1)
        {
            let (start, end) = (first.start, last.end);
            let text = self.parts.iter().flat_map(|part| part.text.chars()).take(MAX_TERM).collect();
            self.done.append(&mut self.parts);
            self.done.push(Term { text, start, end, trailer: true });
        } else {
            self.done.append(&mut self.parts);
        }
    }

    fn close_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        for pair in run.windows(2) {
            if let [(first, start, _), (second, _, end)] = pair {
                let text = [*first, *second].iter().collect();
                self.done.push(Term { text, start: *start, end: *end, trailer: false });
            }
        }
        if let Some((c, start, end)) = run.last() {
            self.done.push(Term { text: c.to_string(), start: *start, end: *end, trailer: run.len() > 1 });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{sequence, split, terms};

    #[test]
    fn texts_become_terms() {
        for (text, expected) in [
            ("Deploy the Server!", "deploy the server"),
            ("user_id is set", "user id userid is set"),
            ("v1.2.3-rc", "v1 2 3 rc v123rc"),
            ("__init__ end. Next", "init end next"),
            ("foo--bar a...b", "foo bar a b"),
            ("don't", "don t"),
            ("Café ÉCOLE", "cafe ecole"),
            ("生产环境", "生产 产环 环境 境"),
            ("天", "天"),
            ("東京で散歩する", "東京 京で で散 散歩 歩す する る"),
            ("내일 배포", "내일 일 배포 포"),
            ("deploy到生产v2", "deploy 到生 生产 产 v2"),
            ("iPhone-手机", "iphone 手机 机"),
            ("ｶﾞｯｺｳ Ａ１", "ガッ ッコ コウ ウ a1"),
            ("https://a.example/x?y=1", "https a example aexample x y 1"),
            ("हिन्दी", "हिनदी"),
            ("🎉 :-) — …", ""),
            ("", ""),
        ] {
            assert_eq!(terms(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_query_leaves_out_the_last_trailer_only() {
        assert_eq!(sequence("生产环境"), ["生产", "产环", "环境"]);
        assert_eq!(sequence("天"), ["天"]);
        assert_eq!(sequence("user_id"), ["user", "id"]);
        assert_eq!(sequence("user_id field"), ["user", "id", "userid", "field"]);
        assert_eq!(sequence("环境 deploy"), ["环境", "境", "deploy"]);
        assert!(sequence("!?").is_empty());
    }

    #[test]
    fn long_words_are_cut() {
        assert_eq!(terms(&"x".repeat(5_000)).len(), 64);
        let joined = terms(&vec!["ab"; 3_000].join("."));
        assert_eq!(joined.split(' ').count(), 3_001);
        assert_eq!(joined.rsplit(' ').next().map(str::len), Some(64));
    }

    proptest! {
        #[test]
        fn terms_are_letters_and_digits_and_stay_the_same_when_split_again(text in "(\\PC|天|京|내| |_|\\.){0,60}") {
            let all = terms(&text);
            prop_assert!(all.split(' ').all(|t| t.chars().all(char::is_alphanumeric)), "{:?}", all);
            for term in all.split(' ').filter(|t| !t.is_empty()) {
                prop_assert_eq!(sequence(term), vec![term.to_owned()]);
            }
        }

        #[test]
        fn places_are_inside_the_text_and_on_its_characters(text in "\\PC{0,60}") {
            for term in split(&text) {
                prop_assert!(text.get(term.start..term.end).is_some_and(|part| !part.is_empty()));
            }
        }
    }
}

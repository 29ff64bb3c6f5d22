//! Texts for messages: words of a made-up vocabulary with the skew of a real one, and Chinese among them.

use portico_types::{Rng, SeededRng};
use std::fmt::Write;

/// Different words.
pub(crate) const VOCABULARY: usize = 60_000;
/// One message in this many has Chinese in it.
const CHINESE: u64 = 10;
/// Characters from here on, for Chinese: the common block.
const HAN: u32 = 0x4e00;

/// A source of texts that is the same in every run.
pub(crate) struct Words(SeededRng);

impl Words {
    pub(crate) fn new(seed: u64) -> Self {
        Self(SeededRng::new(seed))
    }

    pub(crate) fn number(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_be_bytes(bytes)
    }

    /// Below `n`, small numbers far more often: about as Zipf found words to be.
    pub(crate) fn skewed(&mut self, n: usize) -> usize {
        // n^u for u even in 0..1 has density 1/x.
        let even = (self.number() >> 11) as f64 / (1_u64 << 53) as f64;
        ((n as f64).powf(even) as usize).saturating_sub(1).min(n - 1)
    }

    /// A short message, about 68 characters, with its index terms as the server would make them.
    pub(crate) fn message(&mut self) -> (String, String) {
        let (mut text, mut terms) = (String::new(), String::new());
        for i in 0..4 + self.number() % 14 {
            let gap = if i == 0 { "" } else { " " };
            let word = word(self.skewed(VOCABULARY));
            // Writing to a String cannot fail.
            let _fine = (write!(text, "{gap}{word}"), write!(terms, "{gap}{word}"));
        }
        if self.number().is_multiple_of(CHINESE) {
            let run: Vec<char> = (0..2 + self.number() % 8).map(|_| han(self.skewed(2_000))).collect();
            text.push(' ');
            text.extend(&run);
            for pair in run.windows(2) {
                terms.push(' ');
                terms.extend(pair);
            }
            terms.push(' ');
            terms.extend(run.last());
        }
        (text, terms)
    }

    /// A text of `length` characters, plain words only.
    pub(crate) fn plain(&mut self, length: usize) -> String {
        let mut text = String::new();
        while text.len() < length {
            text.push_str(&word(self.skewed(VOCABULARY)));
            text.push(' ');
        }
        text.truncate(length - 1);
        text.push('x');
        text
    }
}

/// The word of a rank: frequent ones are short, none is part of another language.
pub(crate) fn word(rank: usize) -> String {
    const SYLLABLES: [&str; 20] = [
        "ba", "ke", "lo", "mi", "nu", "ra", "se", "ti", "vo", "du", "fa", "ge", "ho", "ji", "pu", "wa", "xe",
        "yo", "zi", "co",
    ];
    let mut out = String::new();
    let mut rest = rank + SYLLABLES.len();
    while rest > 0 {
        out.push_str(SYLLABLES[rest % SYLLABLES.len()]);
        rest /= SYLLABLES.len();
    }
    out
}

/// The character of a rank.
pub(crate) fn han(rank: usize) -> char {
    char::from_u32(HAN + rank as u32).unwrap_or('中')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn words_differ_and_common_ones_are_common() {
        let all: HashSet<String> = (0..VOCABULARY).map(word).collect();
        assert_eq!(all.len(), VOCABULARY);
        let mut words = Words::new(1);
        let mut first = 0;
        for _ in 0..10_000 {
            let rank = words.skewed(VOCABULARY);
            assert!(rank < VOCABULARY);
            first += usize::from(rank < 100);
        }
        assert!((3_000..6_000).contains(&first), "{first}");
    }

    #[test]
    fn terms_of_chinese_are_pairs_and_the_last_character() {
        let mut words = Words::new(2);
        let (text, terms) =
            std::iter::repeat_with(|| words.message()).find(|(text, _)| !text.is_ascii()).unwrap();
        let run: Vec<char> = text.chars().filter(|c| !c.is_ascii()).collect();
        let made: Vec<&str> = terms.split(' ').filter(|t| !t.is_ascii()).collect();
        assert_eq!(made.len(), run.len());
        assert_eq!(made[0].chars().collect::<Vec<_>>(), run[..2]);
    }
}

//! What kind of character is this? Owns the character classes shared by names, links, Markdown and
//! search, and the folding of one character for look-ups. Must not look at more than one character.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Scripts written without spaces between words: searched by character pairs, and a handle may end
/// anywhere inside them.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c),
        0x0E00..=0x0EFF            // Thai, Lao
        | 0x1000..=0x109F          // Myanmar
        | 0x1100..=0x11FF          // Hangul jamo
        | 0x1780..=0x17FF          // Khmer
        | 0x2E80..=0x2FDF          // Han radicals
        | 0x3005..=0x3007          // Han iteration mark and zero
        | 0x3021..=0x3029
        | 0x3031..=0x3035
        | 0x3038..=0x303C
        | 0x3041..=0x30FF          // Hiragana, Katakana
        | 0x3105..=0x318F          // Bopomofo, Hangul compatibility jamo
        | 0x31A0..=0x31BF
        | 0x31F0..=0x31FF          // Katakana extensions
        | 0x3400..=0x4DBF          // Han
        | 0x4E00..=0x9FFF
        | 0xA960..=0xA97F
        | 0xAC00..=0xD7FF          // Hangul syllables
        | 0xF900..=0xFAFF
        | 0xFF66..=0xFFDC          // half-width Katakana and Hangul
        | 0x1B000..=0x1B16F
        | 0x20000..=0x3FFFF)
        && c.is_alphanumeric()
}

/// A character that may stand inside a handle or a searched word: a letter or digit of any script, or a
/// mark that belongs to one (vowel signs, viramas).
pub(crate) fn is_word(c: char) -> bool {
    (c.is_alphanumeric() || is_combining_mark(c)) && !is_invisible(c)
}

/// Explicit bidirectional embeddings, overrides and isolates.
pub(crate) fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Characters that take no room, or only blank room, and so can make two names look the same. Includes
/// the two joiners and the variation selectors, which callers may allow by context.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(u32::from(c),
        0x00AD | 0x034F | 0x061C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F
        | 0x200B..=0x200F | 0x2028 | 0x2029 | 0x2060..=0x2065 | 0x206A..=0x206F
        | 0x2800 | 0x3164 | 0xFDD0..=0xFDEF | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB
        | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
        || u32::from(c) & 0xFFFE == 0xFFFE
}

/// A pictograph that may take part in a joined emoji sequence.
pub(crate) fn is_pictograph(c: char) -> bool {
    matches!(u32::from(c),
        0x00A9 | 0x00AE | 0x203C | 0x2049 | 0x2122 | 0x2139 | 0x2190..=0x21FF | 0x2300..=0x23FF
        | 0x25A0..=0x27BF | 0x2900..=0x297F | 0x2B00..=0x2BFF | 0x3030 | 0x303D | 0x3297 | 0x3299
        | 0x1F000..=0x1FAFF)
}

/// Appends the look-up form of one character: compatibility-decomposed, without the optional marks of
/// its script, lower-case, Latin letters brought to ASCII where one is customary.
pub(crate) fn push_folded(out: &mut String, c: char) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    if is_invisible(c) {
        return;
    }
    for base in std::iter::once(c).nfkd().filter(|mark| !is_optional_mark(*mark)).nfc() {
        for lower in base.to_lowercase().filter(|mark| !is_optional_mark(*mark)) {
            match plain_letters(lower) {
                Some(letters) => out.push_str(letters),
                None => out.push(lower),
            }
        }
    }
}

/// Marks that readers of the script add or leave out freely: accents, Hebrew points, Arabic vowels.
fn is_optional_mark(c: char) -> bool {
    matches!(u32::from(c),
        0x0300..=0x036F | 0x0483..=0x0487 | 0x0591..=0x05BD | 0x05BF | 0x05C1 | 0x05C2 | 0x05C4 | 0x05C5
        | 0x05C7 | 0x0610..=0x061A | 0x0640 | 0x064B..=0x065F | 0x0670 | 0x06D6..=0x06DC | 0x1AB0..=0x1AFF
        | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF | 0xFE20..=0xFE2F)
}

/// Letters that Unicode does not decompose but that people type without the stroke or ligature.
fn plain_letters(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'þ' => "th",
        'ŧ' => "t",
        'ŋ' => "n",
        'ς' => "σ",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{is_unspaced, push_folded};

    fn folded(text: &str) -> String {
        let mut out = String::new();
        text.chars().for_each(|c| push_folded(&mut out, c));
        out
    }

    #[test]
    fn accents_and_width_fold_but_kana_voicing_and_hangul_stay() {
        assert_eq!(folded("Ünïçödé ŁÓDŹ Straße Ærø"), "unicode lodz strasse aero");
        assert_eq!(folded("ＡＢＣ①ﬁ"), "abc1fi");
        assert_eq!(folded("がっこう 내일"), "がっこう 내일");
        assert_eq!(folded("İstanbul ΟΔΟΣ"), "istanbul οδοσ");
        assert_eq!(folded("й"), "и");
    }

    #[test]
    fn unspaced_scripts_are_letters_only() {
        assert!(['天', 'か', 'カ', '내', 'ー', 'ไ'].into_iter().all(is_unspaced));
        assert!(!['。', '・', 'a', 'é', 'д', '　', '1'].into_iter().any(is_unspaced));
    }
}

//! Names, handles and e-mail addresses as people type them. Owns what is acceptable and the form in
//! which it is kept and looked up. Must not know whether a name is taken, or by whom.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

use crate::chars::{is_bidi_control, is_invisible, is_pictograph, is_word, push_folded};

/// The longest handle, in characters.
pub const MAX_HANDLE: usize = 64;
/// The longest e-mail address, in bytes.
pub const MAX_EMAIL: usize = 254;
/// Words that mention a whole room. Members and teams must not take them as a handle; a channel may.
pub const RESERVED_HANDLES: [&str; 3] = ["all", "channel", "here"];

/// Why a name, handle or address was refused. The message is fit to show beside the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing is left after trimming.
    #[error("name is empty; type at least one visible character")]
    Empty,
    /// More characters, or more bytes for that many characters, than allowed.
    #[error("name is too long; the limit is {limit} characters")]
    TooLong {
        /// The most characters allowed.
        limit: usize,
    },
    /// A control character other than white space.
    #[error("name contains a control character (U+{:04X}); remove it", u32::from(*.0))]
    Control(char),
    /// A character that changes the direction of the text around it.
    #[error("name contains a text-direction control (U+{:04X}); remove it", u32::from(*.0))]
    Direction(char),
    /// A character nobody can see.
    #[error("name contains an invisible character (U+{:04X}); remove it", u32::from(*.0))]
    Invisible(char),
    /// A handle of the wrong form.
    #[error(
        "handle must start with a letter or digit and contain only lower-case letters, digits, '.', '_' and '-', without a final '.'; at most 64 characters"
    )]
    Handle,
    /// An e-mail address of the wrong form.
    #[error("e-mail address is not valid; it must look like name@example.com")]
    Email,
    /// An e-mail address that is too long.
    #[error("e-mail address is too long; the limit is {MAX_EMAIL} characters")]
    EmailTooLong,
}

/// A display name as it is kept: trimmed, NFC, every run of white space one space, at most `max_chars`
/// characters as readers count them (grapheme clusters) and `32 + 8 × max_chars` bytes.
///
/// Refuses what lets one name pass for another: control characters, direction controls and invisible
/// characters. A joiner is accepted where it has a visible effect: inside an emoji sequence, and between
/// two letters of the scripts whose spelling needs it (Arabic and Indic).
pub fn clean_name(name: &str, max_chars: usize) -> Result<String, NameError> {
    let max_bytes = 32 + max_chars.saturating_mul(8);
    if name.len() > max_bytes.saturating_mul(8) {
        return Err(NameError::TooLong { limit: max_chars });
    }
    let mut clean = String::with_capacity(name.len());
    for word in name.split_whitespace() {
        if !clean.is_empty() {
            clean.push(' ');
        }
        clean.extend(word.nfc());
    }
    check_visible(&clean)?;
    if clean.chars().all(|c| c == ' ' || is_combining_mark(c)) {
        return Err(NameError::Empty);
    }
    if clean.len() > max_bytes || clean.graphemes(true).count() > max_chars {
        return Err(NameError::TooLong { limit: max_chars });
    }
    Ok(clean)
}

/// Refuses the first character that is a control, turns the text around, or cannot be seen.
fn check_visible(text: &str) -> Result<(), NameError> {
    let mut chars = text.chars().peekable();
    let (mut previous, mut base) = (None, None);
    while let Some(c) = chars.next() {
        if c.is_control() {
            return Err(NameError::Control(c));
        }
        if is_bidi_control(c) {
            return Err(NameError::Direction(c));
        }
        if is_invisible(c) && !joins(c, previous, base, chars.peek().copied()) {
            return Err(NameError::Invisible(c));
        }
        if !matches!(c, '\u{FE0E}' | '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}') {
            base = Some(c);
        }
        previous = Some(c);
    }
    Ok(())
}

/// Does this invisible character do visible work here? `base` is the last character before it that is
/// neither a variation selector nor a skin tone.
fn joins(c: char, previous: Option<char>, base: Option<char>, next: Option<char>) -> bool {
    let letter = |c: Option<char>| {
        c.is_some_and(|c| matches!(c, '\u{0620}'..='\u{08FF}' | '\u{0900}'..='\u{0DFF}') && is_word(c))
    };
    match c {
        '\u{FE0E}' | '\u{FE0F}' => {
            previous.is_some_and(|p| is_pictograph(p) || p.is_ascii_digit() || matches!(p, '#' | '*'))
        }
        '\u{200D}' => {
            (base.is_some_and(is_pictograph) && next.is_some_and(is_pictograph))
                || (letter(previous) && letter(next))
        }
        '\u{200C}' => letter(previous) && letter(next),
        _ => false,
    }
}

/// The form under which names and handles are compared: NFKC, lower-case, without invisible characters.
/// Folding twice changes nothing.
pub fn fold(text: &str) -> String {
    // Lower-casing can undo a normal form and the reverse; the second round settles the few such letters.
    fold_once(&fold_once(text))
}

fn fold_once(text: &str) -> String {
    text.nfkc().filter(|c| !is_invisible(*c)).collect::<String>().to_lowercase().nfkc().collect()
}

/// A handle made from any name: accents dropped, lower-case, words joined by `-`, at most 64 characters.
/// Letters of other scripts stay as they are. A name without letters or digits gives `unnamed`.
///
/// The result always passes [`check_handle`]; whether it is free or reserved is for the caller to see.
pub fn handle_from(name: &str) -> String {
    let mut letters = String::new();
    for c in name.nfkc().take(MAX_HANDLE * 8) {
        push_folded(&mut letters, c);
    }
    let mut handle = String::new();
    let (mut count, mut gap) = (0, None);
    for c in fold(&letters).chars() {
        if is_handle_char(c, count == 0) {
            let needed = usize::from(gap.is_some()) + 1;
            if count + needed > MAX_HANDLE {
                break;
            }
            handle.extend(gap.take());
            handle.push(c);
            count += needed;
        } else if count > 0 && !matches!(c, '\'' | '’') {
            // A point or underscore is kept where it alone parts two words; anything else becomes "-".
            let mark = if matches!(c, '.' | '_') { c } else { '-' };
            gap = Some(if gap.is_none_or(|g| g == mark) { mark } else { '-' });
        }
    }
    // Characters that have become neighbors may compose.
    let handle = fold(&handle);
    if handle.is_empty() { "unnamed".to_owned() } else { handle }
}

/// A letter or digit in its folded form, or, except at the start, a mark that belongs to one.
fn is_handle_char(c: char, first: bool) -> bool {
    if first { c.is_alphanumeric() && is_word(c) && !is_combining_mark(c) } else { is_word(c) }
}

/// Accepts a handle that is written as it will be kept: lower-case letters and digits of any script, then
/// also `.`, `_`, `-`; at most 64 characters; no `.` at the end, where it would read as punctuation.
pub fn check_handle(handle: &str) -> Result<(), NameError> {
    let form = handle
        .chars()
        .enumerate()
        .all(|(at, c)| is_handle_char(c, at == 0) || (at > 0 && matches!(c, '.' | '_' | '-')));
    let short = handle.len() <= MAX_HANDLE * 4 && handle.chars().count() <= MAX_HANDLE;
    if form && short && !handle.is_empty() && !handle.ends_with('.') && fold(handle) == handle {
        Ok(())
    } else {
        Err(NameError::Handle)
    }
}

/// An e-mail address as it is kept: trimmed, the domain NFC and lower-case, at most 254 bytes.
///
/// Takes the plain `name@domain` form with at least one dot in the domain; no quoted names, comments or
/// address literals. The part before `@` must be ASCII; the domain may be of any script.
pub fn check_email(email: &str) -> Result<String, NameError> {
    let email = email.trim();
    if email.len() > MAX_EMAIL {
        return Err(NameError::EmailTooLong);
    }
    let (local, domain) = email.rsplit_once('@').ok_or(NameError::Email)?;
    let domain = domain.nfc().collect::<String>().to_lowercase();
    if !is_email_local(local) || !is_domain(&domain) {
        return Err(NameError::Email);
    }
    let kept = format!("{local}@{domain}");
    if kept.len() > MAX_EMAIL { Err(NameError::EmailTooLong) } else { Ok(kept) }
}

/// The part before `@`: 1 to 64 ASCII characters, dots only between others.
pub(crate) fn is_email_local(local: &str) -> bool {
    (1..=64).contains(&local.len())
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~.-".contains(&b))
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
}

/// A domain of at least two labels, each of letters, digits and inner hyphens.
pub(crate) fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| is_word(c) || c == '-')
            && label.chars().next().is_some_and(|c| !is_combining_mark(c))
    };
    domain.len() <= 253 && domain.contains('.') && domain.split('.').all(label)
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;

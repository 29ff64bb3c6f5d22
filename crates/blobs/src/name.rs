//! What a file may be called: names from outside made harmless, and written into a header.
//!
//! The name is for people only. Nothing is ever stored or looked up under it.

/// The longest name kept, in characters.
const MAX_CHARS: usize = 120;
/// The longest name kept, in bytes: file systems stop at 255, and browsers add " (1)".
const MAX_BYTES: usize = 240;
/// The longest ending that is kept whole when a name is cut.
const MAX_EXTENSION: usize = 16;
/// Windows devices: a file of this name, with any ending, cannot be saved there.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$"];

/// Makes a name from outside harmless: the last part of a path only; no control, invisible or direction-changing
/// characters (an `exe.pdf` may be a `fdp.exe`); nothing a file system treats specially; at most 120 characters,
/// its ending kept. Never empty.
pub fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let cleaned: String = last
        .chars()
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .map(|c| match c {
            '<' | '>' | ':' | '"' | '|' | '?' | '*' => '_',
            c if c.is_whitespace() => ' ',
            c => c,
        })
        .collect();
    // A leading dot hides a file, a trailing dot or space is dropped by Windows and so changes the ending.
    let trimmed = cleaned.trim_matches(|c| c == '.' || c == ' ');
    let mut safe = cut(trimmed);
    if safe.is_empty() {
        safe.push_str("file");
    }
    if is_device(&safe) {
        safe.insert(0, '_');
    }
    safe
}

/// The value of a `Content-Disposition` header (RFC 6266) for a name from outside: a plain ASCII form for old
/// readers, and the full name by RFC 8187 when they differ.
pub fn content_disposition(name: &str, inline: bool) -> String {
    let name = safe_name(name);
    let kind = if inline { "inline" } else { "attachment" };
    // Quotes and backslashes are gone already; a percent sign some readers decode, so it goes here.
    let plain: String = name.chars().map(|c| if c.is_ascii() && c != '%' { c } else { '_' }).collect();
    if plain == name {
        return format!("{kind}; filename=\"{plain}\"");
    }
    let mut value = format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            value.push(char::from(byte));
        } else {
            value.push('%');
            for nibble in [byte >> 4, byte & 15] {
                value.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0').to_ascii_uppercase());
            }
        }
    }
    value
}

/// Characters that show nothing, or turn the direction of what follows.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00ad}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// Cuts a name to its limits at the end of its stem, so that the ending survives.
fn cut(name: &str) -> String {
    if name.chars().count() <= MAX_CHARS && name.len() <= MAX_BYTES {
        return name.to_owned();
    }
    let extension = name
        .rfind('.')
        .map(|dot| &name[dot..])
        .filter(|ending| ending.len() <= MAX_EXTENSION && ending.len() > 1)
        .unwrap_or_default();
    let (mut chars, mut bytes) = (extension.chars().count(), extension.len());
    let mut stem = String::new();
    for c in name[..name.len() - extension.len()].chars() {
        chars += 1;
        bytes += c.len_utf8();
        if chars > MAX_CHARS || bytes > MAX_BYTES {
            break;
        }
        stem.push(c);
    }
    format!("{}{extension}", stem.trim_end_matches(['.', ' ']))
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    if DEVICES.contains(&stem.as_str()) {
        return true;
    }
    let Some(port) = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt")) else {
        return false;
    };
    let mut port = port.chars();
    matches!((port.next(), port.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_harmless() {
        for (from, to) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ann\\plan.docx", "plan.docx"),
            ("..", "file"),
            ("", "file"),
            ("a/", "file"),
            (".htaccess", "htaccess"),
            ("page.html.", "page.html"),
            ("page.html. . ", "page.html"),
            ("line\r\nSet-Cookie: x=1", "lineSet-Cookie_ x=1"),
            ("nul\0byte.txt", "nulbyte.txt"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("a\u{200b}b\u{feff}.txt", "ab.txt"),
            ("say \"hi\"?.txt", "say _hi__.txt"),
            ("con", "_con"),
            ("Aux.tar.gz", "_Aux.tar.gz"),
            ("COM1.txt", "_COM1.txt"),
            ("lpt².txt", "_lpt².txt"),
            ("com10.txt", "com10.txt"),
            ("console.log", "console.log"),
            ("отчёт за год.xlsx", "отчёт за год.xlsx"),
        ] {
            assert_eq!(safe_name(from), to, "{from:?}");
        }
    }

    #[test]
    fn long_names_are_cut_before_their_ending() {
        let latin = safe_name(&format!("{}.jpeg", "x".repeat(300)));
        assert_eq!(latin.chars().count(), 120);
        assert!(latin.ends_with("x.jpeg"));
        let wide = safe_name(&format!("{}.png", "漢".repeat(300)));
        assert!(wide.len() <= 240 && wide.ends_with("漢.png"), "{wide}");
        let no_real_ending = safe_name(&format!("a.{}", "b".repeat(300)));
        assert_eq!(no_real_ending.chars().count(), 120);
        let cut_at_a_dot = safe_name(&format!("{}.{}.txt", "y".repeat(115), "z".repeat(50)));
        assert!(cut_at_a_dot.ends_with("y.txt"), "{cut_at_a_dot}");
    }

    #[test]
    fn a_safe_name_stays_as_it_is() {
        for name in ["con.txt", "...x...", "a\\b", "\u{202e}", &"é.".repeat(200), "_nul"] {
            let once = safe_name(name);
            assert_eq!(safe_name(&once), once, "{name:?}");
        }
    }

    #[test]
    fn the_header_carries_both_forms_and_nothing_else() {
        assert_eq!(content_disposition("a b.txt", false), "attachment; filename=\"a b.txt\"");
        assert_eq!(
            content_disposition("ünï.png", true),
            "inline; filename=\"_n_.png\"; filename*=UTF-8''%C3%BCn%C3%AF.png"
        );
        assert_eq!(
            content_disposition("100%.txt", false),
            "attachment; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt"
        );
        let hostile = content_disposition("x\"; filename=evil.exe\r\nX: y", false);
        assert_eq!(hostile, "attachment; filename=\"x_; filename=evil.exeX_ y\"");
        assert!(content_disposition("\u{1f600}\n.gif", true).is_ascii());
    }
}

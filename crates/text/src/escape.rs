//! HTML escaping. Owns the one function that makes text safe inside an element or a quoted attribute.
//! Must not decide what is allowed to be HTML: that is the Markdown module's.

/// Escapes `& < > " '`, so that the result is safe as element text and inside a quoted attribute.
pub fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    push_escaped(&mut out, text);
    out
}

/// Appends `text` to `out`, escaped as by [`escape_html`].
pub(crate) fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::escape_html;

    #[test]
    fn the_five_characters_are_escaped_and_nothing_else() {
        assert_eq!(
            escape_html(r#"<a b="c" d='e'>&amp;天"#),
            "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;天"
        );
        assert_eq!(escape_html(""), "");
    }
}

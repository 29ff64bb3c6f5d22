//! What chat adds inside a run of text: mentions, channel references, bare addresses, emoji names.
//! Owns their syntax and HTML. Must not see code, and must escape everything it passes on.

use super::events::ESCAPED;
use super::{Mention, Names, Rendered};
use crate::chars::{is_unspaced, is_word};
use crate::escape::push_escaped;
use crate::names::{MAX_HANDLE, RESERVED_HANDLES, fold};
use crate::{emoji, links};

/// Appends one run of text as HTML to `out.html`, and what it mentions and links to, to the rest of
/// `out`. Inside a link only emoji are replaced.
pub(crate) fn push_text(out: &mut Rendered, names: &dyn Names, text: &str, in_link: bool) {
    let mut plain = 0;
    let mut previous = None;
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(c) = rest.chars().next()
    {
        let before = text.get(plain..at).unwrap_or_default();
        let found = match c {
            ESCAPED => {
                // Drop the mark and pass the sigil after it over.
                push_escaped(&mut out.html, before);
                plain = at + c.len_utf8();
                previous = rest.chars().nth(1);
                at = plain + previous.map_or(0, char::len_utf8);
                continue;
            }
            '\n' => Some(Found { back: 0, len: 1, html: "<br>".to_owned(), mention: None, link: None }),
            ':' => emoji_at(rest, previous),
            _ if in_link => None,
            '@' => mention_at(names, rest, previous).or_else(|| email_at(before, rest)),
            '~' => channel_at(names, rest, previous),
            'h' | 'H' | 'w' | 'W' => address_at(rest, previous),
            _ => None,
        };
        if let Some(found) = found {
            let kept = before.get(..before.len().saturating_sub(found.back)).unwrap_or_default();
            push_escaped(&mut out.html, kept);
            out.html.push_str(&found.html);
            found.mention.into_iter().for_each(|mention| add_mention(out, mention));
            found.link.into_iter().for_each(|link| add_link(out, &link));
            at += found.len;
            plain = at;
            previous = text.get(..at).and_then(|done| done.chars().next_back());
        } else {
            at += c.len_utf8();
            previous = Some(c);
        }
    }
    push_escaped(&mut out.html, text.get(plain..).unwrap_or_default());
}

/// The start of a link element for an address that has passed [`links::safe_href`].
pub(crate) fn link_start(href: &str) -> String {
    let mut html = String::from("<a href=\"");
    push_escaped(&mut html, href);
    html.push_str("\" rel=\"nofollow noopener noreferrer ugc\" target=\"_blank\">");
    html
}

/// Notes a web address of the message.
pub(crate) fn add_link(out: &mut Rendered, href: &str) {
    if links::is_web(href) && !out.links.iter().any(|known| known == href) {
        out.links.push(href.to_owned());
    }
}

fn add_mention(out: &mut Rendered, mention: Mention) {
    if !out.mentions.contains(&mention) {
        out.mentions.push(mention);
    }
}

/// Something recognized in the text: it takes `back` bytes before the cursor and `len` after it.
struct Found {
    back: usize,
    len: usize,
    html: String,
    mention: Option<Mention>,
    link: Option<String>,
}

/// A sigil or address does not start in the middle of a word. Scripts without spaces have no middle.
fn may_start(previous: Option<char>) -> bool {
    previous.is_none_or(|p| (is_unspaced(p) || !is_word(p)) && !matches!(p, '_' | '@' | '~'))
}

fn mention_at(names: &dyn Names, rest: &str, previous: Option<char>) -> Option<Found> {
    if !may_start(previous) {
        return None;
    }
    let run = handle_run(rest.get(1..)?);
    for part in readings(run) {
        let handle = fold(part);
        if RESERVED_HANDLES.contains(&handle.as_str()) {
            let html = format!("<span class=\"mention mention-all\">@{handle}</span>");
            return Some(Found {
                back: 0,
                len: 1 + part.len(),
                html,
                mention: Some(Mention::Channel),
                link: None,
            });
        }
        if let Some(member) = names.member(&handle) {
            let mut html = String::from("<span class=\"mention\" data-member=\"");
            push_escaped(&mut html, &member.id);
            html.push_str("\">@");
            push_escaped(&mut html, &member.name);
            html.push_str("</span>");
            return Some(Found {
                back: 0,
                len: 1 + part.len(),
                html,
                mention: Some(Mention::Member(member.id)),
                link: None,
            });
        }
    }
    None
}

fn channel_at(names: &dyn Names, rest: &str, previous: Option<char>) -> Option<Found> {
    if !may_start(previous) {
        return None;
    }
    let run = handle_run(rest.get(1..)?);
    readings(run).find_map(|part| {
        let channel = names.channel(&fold(part))?;
        let mut html = String::from("<a class=\"channel\" data-room=\"");
        push_escaped(&mut html, &channel.id);
        html.push_str("\">~");
        push_escaped(&mut html, &channel.name);
        html.push_str("</a>");
        Some(Found { back: 0, len: 1 + part.len(), html, mention: None, link: None })
    })
}

/// The longest start of `text` that could hold a handle; never much longer than a handle can be.
fn handle_run(text: &str) -> &str {
    if !text.chars().next().is_some_and(char::is_alphanumeric) {
        return "";
    }
    let end = text
        .char_indices()
        .take(MAX_HANDLE + 1)
        .take_while(|(_, c)| is_word(*c) || matches!(c, '.' | '_' | '-'))
        .last()
        .map_or(0, |(at, c)| at + c.len_utf8());
    text.get(..end).unwrap_or_default()
}

/// The ways to read a run as a handle, longest first: as a whole, without punctuation at its end, and,
/// in scripts without spaces, cut at any letter.
fn readings(run: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(run).filter(|run| !run.is_empty());
    std::iter::from_fn(move || {
        let current = next?;
        let mut shorter = current;
        next = loop {
            let Some(last) = shorter.chars().next_back() else {
                break None;
            };
            shorter = shorter.get(..shorter.len() - last.len_utf8()).unwrap_or_default();
            if matches!(last, '.' | '_' | '-') || is_unspaced(last) || shorter.ends_with(is_unspaced) {
                break Some(shorter).filter(|left| !left.is_empty());
            }
            // A letter of a spaced script: only a cut further left, inside another script, can help.
            if !shorter.chars().any(is_unspaced) {
                break None;
            }
        };
        Some(current)
    })
}

fn emoji_at(rest: &str, previous: Option<char>) -> Option<Found> {
    if previous.is_some_and(|p| p.is_ascii_alphanumeric()) {
        return None;
    }
    let name = rest.get(1..)?;
    let end = name
        .bytes()
        .take(emoji::MAX_NAME + 1)
        .position(|b| !(b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'+' | b'-')))?;
    let picture = name.get(end..)?.starts_with(':').then(|| emoji::emoji(name.get(..end)?)).flatten()?;
    Some(Found { back: 0, len: end + 2, html: picture.to_owned(), mention: None, link: None })
}

fn address_at(rest: &str, previous: Option<char>) -> Option<Found> {
    if !may_start(previous) || !links::starts_address(rest) {
        return None;
    }
    let (len, href) = links::web_address(rest)?;
    let mut html = link_start(&href);
    push_escaped(&mut html, rest.get(..len)?);
    html.push_str("</a>");
    Some(Found { back: 0, len, html, mention: None, link: Some(href) })
}

fn email_at(before: &str, rest: &str) -> Option<Found> {
    let (back, domain) = links::email_address(before, rest.get(1..)?)?;
    let address = format!("{}{}", before.get(before.len() - back..)?, rest.get(..=domain)?);
    let mut html = link_start(&format!("mailto:{address}"));
    push_escaped(&mut html, &address);
    html.push_str("</a>");
    Some(Found { back, len: 1 + domain, html, mention: None, link: None })
}

//! The parts of a program as its team writes them: made ready before the write lane is entered.

use super::check::{address, block, line};
use portico_domain::program::{INTRO_CHARS, POLICY_CHARS, SCOPE_ITEMS, ScopeItem};
use portico_text::markdown::{self, NoNames};
use portico_types::{Error, Result};

/// A policy's Markdown and the safe HTML made of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyText {
    pub(super) text: String,
    pub(super) html: String,
}

impl PolicyText {
    /// Checks and renders. Nobody can be called in a policy: it is public.
    pub fn of(text: &str) -> Result<Self> {
        let text = block("policy", text, POLICY_CHARS)?;
        let html = if text.is_empty() { String::new() } else { markdown::render(&text, &NoNames).html };
        Ok(Self { text, html })
    }
}

pub(super) fn intro(text: &str) -> Result<String> {
    line("intro", text, INTRO_CHARS)
}

pub(super) fn notice(text: &str) -> Result<String> {
    line("notice", text, INTRO_CHARS)
}

/// Where to ask about the process: a mail or web address that can stand in security.txt, or nothing.
pub(super) fn contact(text: &str) -> Result<String> {
    if text.trim().is_empty() {
        return Ok(String::new());
    }
    let kept = address("contact", text, &["https://", "mailto:"])?;
    if kept.is_ascii() {
        Ok(kept)
    } else {
        Err(Error::invalid("contact", "write the address in ASCII (xn--… for other scripts)"))
    }
}

pub(super) fn scope(items: &[ScopeItem]) -> Result<Vec<ScopeItem>> {
    if items.len() > SCOPE_ITEMS {
        return Err(Error::invalid("scope", format!("a scope has {SCOPE_ITEMS} entries at most")));
    }
    items
        .iter()
        .map(|item| {
            let asset = line("scope", &item.asset, 200)?;
            if asset.is_empty() {
                return Err(Error::invalid("scope", "each entry of the scope names an asset"));
            }
            Ok(ScopeItem {
                asset,
                kind: line("scope", &item.kind, 40)?,
                in_scope: item.in_scope,
                note: line("scope", &item.note, 500)?,
            })
        })
        .collect()
}

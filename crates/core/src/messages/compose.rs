//! Everything about a message that needs no transaction: safe HTML, mentions, index terms. Done before the write lane
//! is entered, so that the lane only writes.

use crate::{App, Ctx};
use portico_domain::message::{Body, Mentions};
use portico_text::markdown::{self, ChannelName, MemberName, Mention, Names};
use portico_types::Result;
use std::collections::HashMap;

/// A text made ready to be stored and shown.
#[derive(Clone, Debug)]
pub struct Composed {
    pub(crate) body: Body,
    pub(crate) mentions: Mentions,
    pub(crate) terms: String,
    pub(crate) has_link: bool,
}

impl Composed {
    /// The safe HTML.
    pub fn html(&self) -> &str {
        match &self.body {
            Body::Markdown { html, .. } => html,
            Body::System { .. } | Body::Deleted => "",
        }
    }
}

#[derive(Default)]
struct Known {
    members: HashMap<String, MemberName>,
    channels: HashMap<String, ChannelName>,
}

impl Names for Known {
    fn member(&self, handle: &str) -> Option<MemberName> {
        self.members.get(handle).cloned()
    }
    fn channel(&self, handle: &str) -> Option<ChannelName> {
        self.channels.get(handle).cloned()
    }
}

/// Renders `text` with the names of this organization. From outside nobody can be called, so no name is looked up: a
/// visitor must not learn which handles exist.
pub async fn compose(app: &App, ctx: &Ctx, text: &str) -> Result<Composed> {
    let mut known = Known::default();
    if ctx.actor.inside() && (text.contains('@') || text.contains('~')) {
        let asked = markdown::candidates(text);
        if !asked.members.is_empty() || !asked.channels.is_empty() {
            known = app
                .db()
                .read(ctx.tenant, move |read| {
                    let mut known = Known::default();
                    // A message names a few people; a wall of at-signs is no reason for a thousand look-ups.
                    for handle in asked.members.into_iter().take(100) {
                        if let Some(m) = read.member_by_handle(&handle)? {
                            known.members.insert(handle, MemberName { id: m.id.to_string(), name: m.name });
                        }
                    }
                    for handle in asked.channels.into_iter().take(100) {
                        // Only public channels become links: a private one's name is not for every reader.
                        if let Some((id, name, Some(portico_domain::room::Visibility::Public))) =
                            read.room_by_handle(&handle)?
                        {
                            known.channels.insert(handle, ChannelName { id: id.to_string(), name });
                        }
                    }
                    Ok(known)
                })
                .await?;
        }
    }
    Ok(composed(text, &known))
}

fn composed(text: &str, known: &Known) -> Composed {
    let rendered = markdown::render(text, known);
    let mut mentions = Mentions::default();
    for mention in &rendered.mentions {
        match mention {
            Mention::Channel => mentions.channel = true,
            Mention::Member(id) => {
                if let Ok(id) = id.parse() {
                    mentions.member_ids.push(id);
                }
            }
        }
    }
    Composed {
        mentions,
        terms: portico_text::search::terms(text),
        has_link: !rendered.links.is_empty(),
        body: Body::Markdown { text: text.to_owned(), html: rendered.html },
    }
}

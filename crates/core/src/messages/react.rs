//! Putting an emoji on a message and taking it back.

use crate::{Command, Ctx};
use portico_domain::event::Event;
use portico_policy::React as May;
use portico_store::Tx;
use portico_types::{Error, MessageId, Result};

/// Adds or removes one's reaction. Doing it twice is doing it once.
pub struct React {
    pub message: MessageId,
    pub emoji: String,
    pub on: bool,
}

/// An emoji is a short run of characters none of which is a letter, a control or white space; keycaps and flags pass.
fn check(emoji: &str) -> Result<()> {
    let fine = !emoji.is_empty()
        && emoji.len() <= 64
        && emoji.chars().count() <= 12
        && !emoji.is_ascii()
        && emoji.chars().all(|c| {
            !c.is_alphabetic() && !c.is_control() && !c.is_whitespace() && !matches!(c, '<' | '>' | '&' | '"')
        });
    if fine { Ok(()) } else { Err(Error::invalid("emoji", "send one emoji character")) }
}

impl Command for React {
    type Out = ();

    fn lane(&self) -> u64 {
        self.message.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<()> {
        if self.on {
            check(&self.emoji)?;
        }
        let me = ctx.me()?;
        let (message, room, permit) = tx.access_message::<May>(&ctx.actor, self.message)?;
        let (message_id, member_id, emoji) = (message.id, me, self.emoji.clone());
        let event = if self.on {
            if !tx.add_reaction(&permit, me, &self.emoji, ctx.now)? {
                return Ok(());
            }
            Event::ReactionAdded { message_id, member_id, emoji }
        } else {
            if !tx.remove_reaction(&permit, me, &self.emoji)? {
                return Ok(());
            }
            Event::ReactionRemoved { message_id, member_id, emoji }
        };
        // Reactions are the team's: people outside do not see who put one.
        let audience = match room.audience(message.ring) {
            portico_domain::event::Audience::Group { group, ring, admins, .. } => {
                portico_domain::event::Audience::Group { group, ring, outside: None, admins }
            }
            other => other,
        };
        tx.emit(ctx.now, Some(room.room.id), audience, event);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_emoji_is_no_text() {
        for good in ["👍", "❤️", "👩‍👩‍👧‍👦", "1️⃣", "🇩🇪", "⭐"] {
            assert!(super::check(good).is_ok(), "{good}");
        }
        for bad in ["", "ok", "👍 ", "<b>", "漢", "a👍", &"👍".repeat(20)] {
            assert!(super::check(bad).is_err(), "{bad}");
        }
    }
}

//! How far the visitor has read.

use super::{current, visitor};
use crate::{Command, Ctx, customers::agents_of};
use portico_domain::event::Event;
use portico_policy::{KeepState, ReadRoom};
use portico_store::Tx;
use portico_types::{Error, Result};

/// Moves the visitor's mark forward, to a number of theirs.
pub struct MarkRead {
    pub number: i64,
}

impl Command for MarkRead {
    type Out = ();

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<()> {
        let (_, inbox) = visitor(ctx)?;
        if self.number < 0 {
            return Err(Error::invalid("number", "a message number is 0 or more"));
        }
        let Some(place) = current(ctx, tx)? else { return Ok(()) };
        let (_, reading) = tx.access_room::<ReadRoom>(&ctx.actor, place.id)?;
        let (_, keeping) = tx.access_room::<KeepState>(&ctx.actor, place.id)?;
        let number = tx.number_of_outside(&reading, self.number)?;
        if tx.raise_contact_read(&keeping, number)? {
            let event = Event::ContactRead { room_id: place.id, number };
            tx.emit(ctx.now, Some(place.id), agents_of(inbox), event);
        }
        Ok(())
    }
}

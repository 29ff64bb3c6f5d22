//! How many open conversations there are.

use super::inboxes::inside;
use crate::{Ctx, Query};
use portico_store::{OpenCounts, Read};
use portico_types::Result;

/// Open conversations of the inboxes one sees: one's own, nobody's, all.
pub struct Counts;

impl Query for Counts {
    type Out = OpenCounts;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<OpenCounts> {
        inside(ctx)?;
        let desk = read.desk(&ctx.actor)?;
        read.open_counts(&desk)
    }
}

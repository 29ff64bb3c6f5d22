//! The picture of somebody who answered.

use super::{public::face, visitor};
use crate::{Ctx, Query};
use portico_store::Read;
use portico_types::{Error, FileId, Id, Result};

/// Finds the picture behind a message's face: none for somebody who answers here and has no picture.
pub struct Face {
    pub face: Id,
}

impl Query for Face {
    type Out = Option<FileId>;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Option<FileId>> {
        let (_, inbox) = visitor(ctx)?;
        read.faces(inbox)?
            .into_iter()
            .find(|(member, _)| face(inbox, *member) == self.face)
            .map(|(_, picture)| picture)
            .ok_or_else(Error::not_found)
    }
}

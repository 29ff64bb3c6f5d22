//! The picture of somebody who answered.

use super::{public::face, visitor};
use crate::{Ctx, Query};
use portico_store::Read;
use portico_types::{Error, FileId, Id, Result};

/// Finds the picture behind a message's face.
pub struct Face {
    pub face: Id,
}

impl Query for Face {
    type Out = FileId;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<FileId> {
        let (_, inbox) = visitor(ctx)?;
        read.faces(inbox)?
            .into_iter()
            .find(|(member, _)| face(inbox, *member) == self.face)
            .map(|(_, picture)| picture)
            .ok_or_else(Error::not_found)
    }
}

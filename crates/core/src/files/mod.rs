//! Files: recording an upload, fetching one, letting one go. Their bytes are moved by the API through `blobs`.

use crate::{Command, Ctx, Query};
use portico_domain::{file::File, session::Scope};
use portico_policy::Actor;
use portico_store::{FileRow, Job, NewFile, Read, Tx};
use portico_types::{Error, FileId, JobId, Millis, Result};
use serde::{Deserialize, Serialize};

/// Records an upload whose bytes are stored already.
pub struct RecordUpload {
    /// A safe name.
    pub name: String,
    /// Media type by content.
    pub kind: String,
    pub size: i64,
    pub sha256: [u8; 32],
    pub dimensions: Option<(i64, i64)>,
    pub thumb: Option<([u8; 32], String)>,
}

impl Command for RecordUpload {
    type Out = File;

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<File> {
        let owner_kind = match ctx.actor {
            Actor::Member { id, .. } => {
                if tx.standing(id)?.is_none_or(|s| s.suspended) {
                    return Err(Error::unauthenticated());
                }
                may_upload(&ctx.actor)?;
                0
            }
            Actor::Contact { .. } => 2,
            Actor::Reporter { .. } => 3,
            Actor::System(_) | Actor::Anonymous => return Err(Error::unauthenticated()),
        };
        tx.insert_file(&NewFile {
            id: ctx.id(),
            owner_kind,
            owner: ctx.actor.key(),
            name: &self.name,
            kind: &self.kind,
            size: self.size,
            sha256: self.sha256,
            dimensions: self.dimensions,
            thumb: self.thumb.as_ref().map(|(sha, kind)| (*sha, kind.as_str())),
            at: ctx.now,
        })
    }
}

/// A token that may write nowhere may not fill the disk either. Asked before the bytes come, and again when they are
/// recorded.
pub fn may_upload(actor: &Actor) -> Result<()> {
    let scopes = actor.scopes();
    if [Scope::Write, Scope::Customers, Scope::Security].into_iter().any(|s| scopes.has(s)) {
        Ok(())
    } else {
        Err(Error::forbidden("the token lacks a scope to write anywhere"))
    }
}

/// A file and where its bytes are, for someone who may have it.
pub struct FetchFile {
    pub id: FileId,
}

impl Query for FetchFile {
    type Out = FileRow;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<FileRow> {
        read.access_file(&ctx.actor, self.id)
    }
}

/// The job that deletes bytes nobody refers to any more.
pub const DELETE_BYTES: &str = "blob.delete";
/// How long unused bytes stay: an upload of the same content may be under way, in ms.
const GRACE: i64 = 10 * Millis::MINUTE;

/// What `DELETE_BYTES` works on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeleteBytes {
    pub sha256: [u8; 32],
}

/// Forgets a file; its bytes go when nothing refers to them.
pub(crate) fn remove(ctx: &Ctx, tx: &mut Tx<'_>, id: FileId) -> Result<()> {
    for sha256 in tx.delete_file(id)? {
        if !tx.bytes_in_use(&sha256)? {
            let payload = serde_json::to_string(&DeleteBytes { sha256 }).map_err(Error::internal)?;
            let job = Job { kind: DELETE_BYTES, payload, run_at: ctx.now.plus(GRACE) };
            tx.enqueue(ctx.id::<JobId>(), ctx.now, &job)?;
        }
    }
    Ok(())
}

/// Forgets uploads that were never put on a message for a day. Returns how many.
pub struct SweepStrays;

impl Command for SweepStrays {
    type Out = usize;

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<usize> {
        if !matches!(ctx.actor, Actor::System(_)) {
            return Err(Error::forbidden("only the server sweeps"));
        }
        let strays = tx.stray_files(ctx.now.plus(-Millis::DAY), 500)?;
        for id in &strays {
            remove(ctx, tx, *id)?;
        }
        Ok(strays.len())
    }
}

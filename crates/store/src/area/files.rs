//! Files: what is known of them. Their bytes are in `blobs`, by content.

use crate::{Read, Row, Tx};
use portico_domain::file::File;
use portico_policy::Actor;
use portico_types::{Error, FileId, Id, MessageId, Millis, Result, RoomId};

/// A file to be. It belongs to no message yet, so only its uploader sees it.
pub struct NewFile<'a> {
    /// Its id.
    pub id: FileId,
    /// Who uploaded it.
    pub owner_kind: i64,
    /// Who uploaded it.
    pub owner: Id,
    /// A safe name.
    pub name: &'a str,
    /// Media type by content.
    pub kind: &'a str,
    /// Bytes.
    pub size: i64,
    /// Of its content.
    pub sha256: [u8; 32],
    /// Pixels.
    pub dimensions: Option<(i64, i64)>,
    /// Its small picture: content hash and media type.
    pub thumb: Option<([u8; 32], &'a str)>,
    /// When.
    pub at: Millis,
}

/// A file with where its bytes are and where it hangs.
#[derive(Clone, Debug)]
pub struct FileRow {
    /// As people see it.
    pub file: File,
    /// The message it is on.
    pub message: Option<MessageId>,
    /// The room of that message.
    pub room: Option<RoomId>,
    /// Who uploaded it.
    pub owner: Id,
    /// Of its content.
    pub sha256: [u8; 32],
    /// Its small picture: content hash and media type.
    pub thumb: Option<([u8; 32], String)>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT f.id, f.name, f.size, f.kind, f.width, f.height, f.thumb_kind, f.message_id, f.room_id, f.owner_id, f.sha256, f.thumb_sha256 FROM file f ",
            $rest
        )
    };
}

pub(super) use select as select_file;

pub(super) fn row(r: &Row<'_>) -> Result<FileRow> {
    let id: FileId = r.id(0)?;
    let thumb_kind: Option<String> = r.get(6)?;
    Ok(FileRow {
        file: File {
            id,
            name: r.text(1)?,
            size: r.int(2)?,
            kind: r.text(3)?,
            width: r.get(4)?,
            height: r.get(5)?,
            thumb: thumb_kind.is_some(),
            url: format!("/api/portico/v1/files/{id}"),
            thumb_url: thumb_kind.as_ref().map(|_| format!("/api/portico/v1/files/{id}/thumb")),
        },
        message: r.maybe_id(7)?,
        room: r.maybe_id(8)?,
        owner: r.id(9)?,
        sha256: r.maybe_hash(10)?.ok_or_else(|| Error::internal("a file without content"))?,
        thumb: r.maybe_hash(11)?.zip(thumb_kind),
    })
}

impl Read<'_> {
    pub(super) fn files_between(
        &mut self,
        room: RoomId,
        low: i64,
        high: i64,
    ) -> Result<Vec<(MessageId, File)>> {
        let rows = self.all(
            select!(
                "WHERE f.tenant_id = $1 AND f.room_id = $2 AND f.number BETWEEN $3 AND $4 ORDER BY f.number, f.created_at, f.id"
            ),
            &[room.into(), low.into(), high.into()],
            row,
        )?;
        Ok(rows.into_iter().filter_map(|f| f.message.map(|m| (m, f.file))).collect())
    }

    /// Fetches a file and decides about it in one act: on a message, whoever may read that message; before, its
    /// uploader; as somebody's picture, everybody of the organization.
    pub fn access_file(&mut self, actor: &Actor, id: FileId) -> Result<FileRow> {
        let found = self
            .one(select!("WHERE f.tenant_id = $1 AND f.id = $2"), &[id.into()], row)?
            .ok_or_else(Error::not_found)?;
        if let Some(message) = found.message {
            self.access_message::<portico_policy::ReadMessage>(actor, message)?;
            return Ok(found);
        }
        let own = *actor != Actor::Anonymous && found.owner == actor.key();
        let picture = self.one(
            "SELECT id FROM member WHERE tenant_id = $1 AND picture = $2 LIMIT 1",
            &[id.into()],
            |r| r.id::<portico_types::MemberId>(0),
        )?;
        if own || (picture.is_some() && !matches!(actor, Actor::Anonymous)) {
            return Ok(found);
        }
        Err(Error::not_found())
    }

    /// A member's picture, for people outside who see that member's name.
    pub fn picture_of(&mut self, member: portico_types::MemberId) -> Result<Option<FileRow>> {
        self.one(
            select!("JOIN member m ON m.tenant_id = f.tenant_id AND m.picture = f.id WHERE f.tenant_id = $1 AND m.id = $2"),
            &[member.into()],
            row,
        )
    }

    /// What an upload is.
    pub fn file_kind(&mut self, id: FileId) -> Result<Option<String>> {
        self.one("SELECT kind FROM file WHERE tenant_id = $1 AND id = $2", &[id.into()], |r| r.text(0))
    }

    /// Whether anything still refers to these bytes.
    pub fn bytes_in_use(&mut self, sha256: &[u8; 32]) -> Result<bool> {
        Ok(self
            .one(
                "SELECT 1 FROM file WHERE tenant_id = $1 AND sha256 = $2
                 UNION ALL SELECT 1 FROM file WHERE tenant_id = $1 AND thumb_sha256 = $2 LIMIT 1",
                &[sha256.into()],
                |_| Ok(()),
            )?
            .is_some())
    }

    /// Uploads that were never put on a message, older than `before`, and are nobody's picture.
    pub fn stray_files(&mut self, before: Millis, limit: i64) -> Result<Vec<FileId>> {
        self.all(
            "SELECT f.id FROM file f WHERE f.tenant_id = $1 AND f.message_id IS NULL AND f.created_at < $2
             AND NOT EXISTS (SELECT 1 FROM member m WHERE m.tenant_id = f.tenant_id AND m.picture = f.id) LIMIT $3",
            &[before.into(), limit.into()],
            |r| r.id(0),
        )
    }
}

impl Tx<'_> {
    /// Records an upload.
    pub fn insert_file(&mut self, new: &NewFile<'_>) -> Result<File> {
        self.send(
            "INSERT INTO file (tenant_id, id, room_id, message_id, number, owner_kind, owner_id, name, kind, size, sha256, width, height, thumb_sha256, thumb_kind, created_at)
             VALUES ($1, $2, NULL, NULL, NULL, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            &[
                new.id.into(),
                new.owner_kind.into(),
                new.owner.into(),
                new.name.into(),
                new.kind.into(),
                new.size.into(),
                (&new.sha256).into(),
                new.dimensions.map(|d| d.0).into(),
                new.dimensions.map(|d| d.1).into(),
                new.thumb.as_ref().map(|t| &t.0).into(),
                new.thumb.as_ref().map(|t| t.1).into(),
                new.at.into(),
            ],
        )?;
        self.one(select!("WHERE f.tenant_id = $1 AND f.id = $2"), &[new.id.into()], row)?
            .map(|f| f.file)
            .ok_or_else(Error::not_found)
    }

    /// Forgets a file. Returns the hashes of bytes that may now be unused.
    pub fn delete_file(&mut self, id: FileId) -> Result<Vec<[u8; 32]>> {
        let Some(found) = self.one(select!("WHERE f.tenant_id = $1 AND f.id = $2"), &[id.into()], row)?
        else {
            return Ok(Vec::new());
        };
        self.send("DELETE FROM file WHERE tenant_id = $1 AND id = $2", &[id.into()])?;
        Ok(std::iter::once(found.sha256).chain(found.thumb.map(|t| t.0)).collect())
    }
}

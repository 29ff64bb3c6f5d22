//! One upload: bytes streamed to a private file while they are counted, hashed and looked at.
//!
//! It either becomes a blob whole or leaves nothing. It must not decide how large a file may be: the caller says.

use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest, Sha256 as Hasher};
use tokio::io::AsyncWriteExt;

use crate::kind::{SNIFF_BYTES, sniff};
use crate::local::{Temp, remove_quietly};
use crate::store::{Place, blocking};
use crate::{BlobError, Sha256};

/// A finished upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// The content's SHA-256, by which the tenant's blob is read and deleted.
    pub sha256: Sha256,
    /// Bytes.
    pub size: u64,
    /// What the content is, by [`sniff`]; what the uploader declared plays no part.
    pub kind: &'static str,
}

/// An upload in progress. Dropping it removes what was written.
#[derive(Debug)]
pub struct Upload {
    place: Place,
    tenant: i64,
    limit: u64,
    size: u64,
    head: Vec<u8>,
    hasher: Hasher,
    path: PathBuf,
    file: tokio::fs::File,
    spoiled: bool,
}

impl Upload {
    pub(crate) fn new(place: Place, tenant: i64, limit: u64, temp: Temp) -> Self {
        Self {
            place,
            tenant,
            limit,
            size: 0,
            head: Vec::new(),
            hasher: Hasher::new(),
            path: temp.path,
            file: tokio::fs::File::from_std(temp.file),
            spoiled: false,
        }
    }

    /// Adds bytes. The first write past the limit is refused before anything of it is stored. After an error, or
    /// a write whose future was dropped half-way, every further step answers [`BlobError::Spoiled`].
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        if self.spoiled {
            return Err(BlobError::Spoiled);
        }
        // Cleared at the end: whatever leaves this function before that leaves the upload unusable.
        self.spoiled = true;
        let size = self.size.saturating_add(bytes.len() as u64);
        if size > self.limit {
            return Err(BlobError::too_large(size, self.limit));
        }
        self.file.write_all(bytes).await?;
        let missing = SNIFF_BYTES.saturating_sub(self.head.len());
        self.head.extend_from_slice(&bytes[..bytes.len().min(missing)]);
        self.hasher.update(bytes);
        self.size = size;
        self.spoiled = false;
        Ok(())
    }

    /// Bytes written so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Makes the bytes a blob of the tenant: on the disk, under their hash, once even if they were there before.
    pub async fn finish(mut self) -> Result<Stored, BlobError> {
        if self.spoiled {
            return Err(BlobError::Spoiled);
        }
        // A write that tokio still had in hand reports its failure here.
        self.file.flush().await?;
        let sha256: Sha256 = std::mem::take(&mut self.hasher).finalize().into();
        let (path, tenant) = (self.path.clone(), self.tenant);
        match &self.place {
            Place::Local(local) => {
                let local = Arc::clone(local);
                let file = self.file.try_clone().await?.into_std().await;
                blocking(move || local.publish(&path, &file, tenant, &sha256)).await?;
            }
            // What waits here is removed when this is dropped.
            Place::Bucket(bucket) => bucket.publish(path, self.size, tenant, &sha256).await?,
        }
        Ok(Stored { sha256, size: self.size, kind: sniff(&self.head) })
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        // After a finished upload the name is gone already; one unlink is short enough for any thread.
        remove_quietly(&self.path);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::local::Local;

    /// `/dev/full` answers every write as a full disk does.
    #[tokio::test]
    async fn a_full_disk_is_said_as_such_and_spoils_the_upload() {
        let root = tempfile::tempdir().unwrap();
        let local = Arc::new(Local::open(root.path()).unwrap());
        let mut temp = local.create_temp().unwrap();
        temp.file = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let path = temp.path.clone();
        let mut upload = Upload::new(Place::Local(local), 1, 1 << 20, temp);
        // The writer buffers: the first write is accepted, the failure shows at the next step at the latest.
        let outcome = match upload.write(&[7; 4096]).await {
            Ok(()) => upload.write(&[7; 4096]).await,
            refused => refused,
        };
        assert!(matches!(outcome, Err(BlobError::Full)), "{outcome:?}");
        assert!(matches!(upload.finish().await, Err(BlobError::Spoiled)));
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_disk_that_fills_at_the_last_byte_is_noticed_when_finishing() {
        let root = tempfile::tempdir().unwrap();
        let local = Arc::new(Local::open(root.path()).unwrap());
        let mut temp = local.create_temp().unwrap();
        temp.file = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut upload = Upload::new(Place::Local(local), 1, 1 << 20, temp);
        upload.write(&[7; 4096]).await.unwrap();
        assert!(matches!(upload.finish().await, Err(BlobError::Full)));
        assert_eq!(std::fs::read_dir(root.path().join("blobs")).unwrap().count(), 0);
    }
}

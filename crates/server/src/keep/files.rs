//! The bytes of files: which ones the rows name, and each on its way from one store to another, hashed.

use super::{hex, refuse};
use portico_blobs::{BlobError, Blobs, ByteRange};
use portico_store::copy::{Field, Sink, Table};
use portico_types::{Error, Result};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use tokio::{io::AsyncReadExt, runtime::Handle};

/// A file's name: its organization and the hash of its bytes.
pub(super) type Name = (i64, [u8; 32]);

/// Bytes a step.
const STEP: usize = 256 << 10;

/// Notes which files the rows name, and passes the rows on.
pub(super) struct Named<'a> {
    pub(super) to: &'a mut dyn Sink,
    pub(super) names: BTreeSet<Name>,
    open: Option<(i64, Vec<usize>)>,
}

impl<'a> Named<'a> {
    pub(super) fn new(to: &'a mut dyn Sink) -> Self {
        Self { to, names: BTreeSet::new(), open: None }
    }

    /// More rows of `table` follow.
    pub(super) fn resume(&mut self, tenant: i64, table: &Table) {
        let hashes = ["sha256", "thumb_sha256"];
        self.open = (table.name == "file")
            .then(|| (tenant, hashes.iter().filter_map(|name| table.column(name)).collect()));
    }
}

impl Sink for Named<'_> {
    fn begin(&mut self, tenant: i64, table: &Table) -> Result<()> {
        self.resume(tenant, table);
        self.to.begin(tenant, table)
    }

    fn row(&mut self, row: &[Field]) -> Result<()> {
        if let Some((tenant, columns)) = &self.open {
            for column in columns {
                if let Some(Field::Bytes(sha)) = row.get(*column) {
                    let sha = <[u8; 32]>::try_from(sha.as_slice());
                    self.names.insert((*tenant, sha.map_err(|_| refuse("a file has a hash that is none"))?));
                }
            }
        }
        self.to.row(row)
    }
}

/// Files that went by, in the order of their names.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) count: u64,
    pub(super) bytes: u64,
    pub(super) missing: BTreeSet<Name>,
    hash: Sha256,
}

impl Seen {
    pub(super) fn add(&mut self, (tenant, sha): &Name, size: u64) {
        self.count += 1;
        self.bytes += size;
        self.hash.update(tenant.to_be_bytes());
        self.hash.update(sha);
        self.hash.update(size.to_be_bytes());
    }

    pub(super) fn sha256(&self) -> [u8; 32] {
        self.hash.clone().finalize().into()
    }
}

/// A blob store used from a thread that may block.
pub(super) struct Store {
    blobs: Blobs,
    runtime: Handle,
}

/// A file on its way in.
pub(super) struct Incoming {
    name: Name,
    upload: portico_blobs::Upload,
}

impl Store {
    pub(super) fn new(blobs: Blobs) -> Self {
        Self { blobs, runtime: Handle::current() }
    }

    /// The size of a file whose bytes are those of its name; none where it is missing or damaged.
    pub(super) fn sound(&self, name: &Name) -> Result<Option<u64>> {
        let mut hash = Sha256::new();
        let Some(size) = self.read(name, &mut |bytes| {
            hash.update(bytes);
            Ok(())
        })?
        else {
            return Ok(None);
        };
        Ok((<[u8; 32]>::from(hash.finalize()) == name.1).then_some(size))
    }

    /// Gives a file's bytes, and says how many there were; none where there is no such file.
    pub(super) fn read(&self, name: &Name, take: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<Option<u64>> {
        let mut reader = match self.runtime.block_on(self.blobs.read(name.0, &name.1, ByteRange::All)) {
            Err(BlobError::NotFound) => return Ok(None),
            found => found.map_err(Error::internal)?,
        };
        let mut step = vec![0; STEP];
        loop {
            // `take` may wait for another store, so it is called between the waits and not within one.
            match self.runtime.block_on(reader.read(&mut step)).map_err(Error::internal)? {
                0 => return Ok(Some(reader.size)),
                n => take(&step[..n])?,
            }
        }
    }

    /// Begins to take a file in.
    pub(super) fn begin(&self, name: Name, size: u64) -> Result<Incoming> {
        let upload = self.runtime.block_on(self.blobs.begin_upload(name.0, size)).map_err(Error::internal)?;
        Ok(Incoming { name, upload })
    }

    pub(super) fn write(&self, file: &mut Incoming, bytes: &[u8]) -> Result<()> {
        self.runtime.block_on(file.upload.write(bytes)).map_err(Error::internal)
    }

    /// Puts it in its place. Content is named by its hash, so nothing that was there can be replaced by other bytes.
    pub(super) fn finish(&self, file: Incoming) -> Result<()> {
        let stored = self.runtime.block_on(file.upload.finish()).map_err(Error::internal)?;
        if stored.sha256 == file.name.1 {
            Ok(())
        } else {
            Err(refuse(format!("file {} has other bytes than its name says", hex(&file.name.1))))
        }
    }
}

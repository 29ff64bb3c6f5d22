//! Blobs in a directory: names, durability, and the clearing away of what was never finished.
//!
//! `blobs/<tenant>/ab/cd/<sha256>` holds finished content, `incoming/` what is being uploaded. Both lie under one
//! root so that finishing is a rename. Nothing outside this file builds a path.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{BlobError, Sha256};

/// A directory of blobs.
#[derive(Debug)]
pub(crate) struct Local {
    blobs: PathBuf,
    incoming: PathBuf,
    next: AtomicU64,
}

/// A file in `incoming/`, held under a lock for as long as its upload lives.
#[derive(Debug)]
pub(crate) struct Temp {
    pub(crate) path: PathBuf,
    pub(crate) file: File,
}

impl Local {
    /// Makes the directories and sweeps abandoned uploads away.
    pub(crate) fn open(root: &Path) -> Result<Self, BlobError> {
        let local =
            Self { blobs: root.join("blobs"), incoming: root.join("incoming"), next: AtomicU64::new(0) };
        private_dirs().recursive(true).create(&local.blobs)?;
        private_dirs().recursive(true).create(&local.incoming)?;
        sync_dir(root)?;
        local.sweep()?;
        Ok(local)
    }

    /// The directory that holds finished content.
    pub(crate) fn root(&self) -> &Path {
        &self.blobs
    }

    /// Writes and removes something small.
    pub(crate) fn check(&self) -> Result<(), BlobError> {
        use std::io::Write;
        let mut temp = self.create_temp()?;
        let written = temp.file.write_all(b"portico").and_then(|()| temp.file.sync_all());
        std::fs::remove_file(&temp.path)?;
        Ok(written?)
    }

    /// Where a tenant's blob lies. The two inner directories keep each one small enough to list.
    pub(crate) fn blob_path(&self, tenant: i64, sha: &Sha256) -> PathBuf {
        let name = blob_name(sha);
        let mut path = self.blobs.join(tenant.to_string());
        path.push(&name[0..2]);
        path.push(&name[2..4]);
        path.push(name);
        path
    }

    /// A new file for an upload. Its lock tells a sweeper, in this process or another, that somebody lives here.
    pub(crate) fn create_temp(&self) -> Result<Temp, BlobError> {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let path = self.incoming.join(format!("{}-{number}", std::process::id()));
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let file = match options.open(&path) {
                Ok(file) => file,
                // Left by an earlier process with our number, or by another store on this directory.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error.into()),
            };
            match file.try_lock() {
                Ok(()) => return Ok(Temp { path, file }),
                // A sweeper was quicker and removes it: take another name.
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => {
                    remove_quietly(&path);
                    return Err(error.into());
                }
            }
        }
    }

    /// Moves a finished upload to its place, durably: after this returns a power cut cannot lose it. Content that
    /// is there already is replaced by the same content, which mends a damaged copy and needs no look first.
    pub(crate) fn publish(
        &self,
        temp: &Path,
        file: &File,
        tenant: i64,
        sha: &Sha256,
    ) -> Result<(), BlobError> {
        file.sync_all()?;
        let target = self.blob_path(tenant, sha);
        let shard = target.parent().unwrap_or(&self.blobs);
        make_durable_dirs(&self.blobs, shard)?;
        std::fs::rename(temp, &target)?;
        sync_dir(shard)?;
        Ok(())
    }

    /// Removes files in `incoming/` whose upload is dead: the lock goes with the process that held it.
    fn sweep(&self) -> Result<(), BlobError> {
        let mut removed = 0_u32;
        for entry in std::fs::read_dir(&self.incoming)? {
            let path = entry?.path();
            let Ok(file) = OpenOptions::new().write(true).open(&path) else {
                continue;
            };
            if file.try_lock().is_ok() {
                std::fs::remove_file(&path)?;
                removed += 1;
            }
        }
        if removed > 0 {
            tracing::info!(removed, "removed uploads that were cut off");
        }
        Ok(())
    }
}

/// Removes a temporary file whose owner is going away; it may be gone already, and a sweep follows anyway.
pub(crate) fn remove_quietly(path: &Path) {
    if let Err(error) = std::fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "a temporary upload file could not be removed; it will be at the next start");
    }
}

/// Makes `dir` below `base` step by step, each new name written to the disk before the next.
fn make_durable_dirs(base: &Path, dir: &Path) -> Result<(), BlobError> {
    if dir == base || dir.is_dir() {
        return Ok(());
    }
    let parent = dir.parent().unwrap_or(base);
    make_durable_dirs(base, parent)?;
    match private_dirs().create(dir) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error.into()),
    }
    sync_dir(parent)
}

fn sync_dir(dir: &Path) -> Result<(), BlobError> {
    // Directories can be opened and flushed on Unix only; elsewhere the rename is all there is.
    #[cfg(unix)]
    File::open(dir)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}

/// Directories for the owner only: no other account on the machine reads uploads.
fn private_dirs() -> DirBuilder {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// A blob's name: its hash in hexadecimal digits.
pub(crate) fn blob_name(sha: &Sha256) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    sha.iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| char::from(DIGITS[usize::from(nibble)]))
        .collect()
}

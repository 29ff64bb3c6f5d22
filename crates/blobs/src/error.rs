//! What can go wrong with stored bytes, in words an operator or a person uploading can act on.

use std::io;

/// Why a blob could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlobError {
    /// More bytes came than the upload may have. `size` is what had arrived when it was refused.
    #[error("upload is {}; the limit is {} (files.max_size)", megabytes(*size), megabytes(*limit))]
    TooLarge {
        /// Bytes seen, or announced, when the upload was refused.
        size: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// The disk, or the quota on it, is used up. Nothing half-written remains.
    #[error("no space is left for files; free some on the disk that holds the data directory")]
    Full,
    /// This tenant has no such blob.
    #[error("the file's content is not in the store")]
    NotFound,
    /// The range asked for lies outside the blob.
    #[error("the range asked for lies outside the file's {size} bytes")]
    Range {
        /// Bytes the blob has.
        size: u64,
    },
    /// A write of this upload failed or was abandoned half-way, so its content is not known any more.
    #[error("an earlier part of this upload was not written; start the upload again")]
    Spoiled,
    /// The store is somewhere else, and it is not there, or does not let us in. Says which, for the operator.
    #[error("{0}")]
    Unavailable(String),
    /// Anything else the file system said.
    #[error("the file store could not be used: {0}")]
    Io(#[source] io::Error),
}

impl BlobError {
    /// The refusal of an upload of `size` bytes where `limit` are allowed; for an announced length, too.
    pub fn too_large(size: u64, limit: u64) -> Self {
        Self::TooLarge { size, limit }
    }
}

impl From<io::Error> for BlobError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Io(error),
        }
    }
}

/// Bytes as people read them: "300 bytes", "2.5 MB", "25 MB". Rounded up, so that one byte over shows as over.
pub(crate) fn megabytes(bytes: u64) -> String {
    const MB: u64 = 1024 * 1024;
    if bytes < 1024 {
        return format!("{bytes} bytes");
    }
    if bytes < MB {
        return format!("{} KB", bytes.div_ceil(1024));
    }
    let tenths = (u128::from(bytes) * 10).div_ceil(u128::from(MB));
    match tenths % 10 {
        0 => format!("{} MB", tenths / 10),
        rest => format!("{}.{rest} MB", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_well_and_never_hide_an_excess() {
        assert_eq!(megabytes(300), "300 bytes");
        assert_eq!(megabytes(25 << 20), "25 MB");
        assert_eq!(megabytes((25 << 20) + 1), "25.1 MB");
        assert_eq!(megabytes(u64::MAX), "17592186044416 MB");
        assert_eq!(
            BlobError::too_large(31 << 20, 25 << 20).to_string(),
            "upload is 31 MB; the limit is 25 MB (files.max_size)"
        );
    }

    #[test]
    fn a_full_disk_and_a_spent_quota_are_told_apart_from_other_trouble() {
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded] {
            assert!(matches!(BlobError::from(io::Error::from(kind)), BlobError::Full));
        }
        assert!(matches!(
            BlobError::from(io::Error::from(io::ErrorKind::PermissionDenied)),
            BlobError::Io(_)
        ));
    }
}

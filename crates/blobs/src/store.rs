//! The blob store's face: the same few acts wherever the bytes lie.
//!
//! A blob is named by its tenant and the SHA-256 of its content; two tenants with the same bytes have two blobs,
//! so that neither can learn of the other's, and one can be erased alone. Which blobs are still wanted is the
//! database's knowledge: this module never deletes on its own, except what was never finished.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncSeekExt, ReadBuf};
use tokio_util::io::StreamReader;

use crate::bucket::Bucket;
use crate::local::Local;
use crate::{Address, BlobError, ByteRange, Keys, Upload};

/// The SHA-256 of a blob's content: its name within its tenant.
pub type Sha256 = [u8; 32];

/// Where the bytes lie.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    Local(Arc<Local>),
    Bucket(Arc<Bucket>),
}

impl Place {
    /// The directory where uploads are written until they are whole.
    fn waiting(&self) -> &Arc<Local> {
        match self {
            Self::Local(local) => local,
            Self::Bucket(bucket) => &bucket.waiting,
        }
    }
}

/// The blob store. Cheap to clone; every clone is the same store.
#[derive(Debug, Clone)]
pub struct Blobs {
    place: Place,
}

impl Blobs {
    /// Opens the store in the directory `root` (made if missing, readable by its owner only) and removes what
    /// uploads cut off by a crash left behind. Uploads of another process still running are left alone.
    pub async fn open(root: impl Into<PathBuf>) -> Result<Self, BlobError> {
        let root = root.into();
        let local = blocking(move || Local::open(&root)).await?;
        Ok(Self { place: Place::Local(Arc::new(local)) })
    }

    /// Opens the store in a bucket; uploads wait for their hash in the directory `waiting`, which is as that of
    /// [`Blobs::open`] and this machine's own. Whether the bucket answers is for [`Blobs::check`] to say.
    ///
    /// Without `keys` they come from the environment (`AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`), or from what a
    /// cloud gives its machines.
    pub async fn open_bucket(
        address: &Address,
        keys: Option<Keys>,
        waiting: impl Into<PathBuf>,
    ) -> Result<Self, BlobError> {
        let waiting = waiting.into();
        let local = blocking(move || Local::open(&waiting)).await?;
        Ok(Self { place: Place::Bucket(Arc::new(Bucket::open(address, keys, local)?)) })
    }

    /// Tries the store out: writes, reads and deletes something small.
    pub async fn check(&self) -> Result<(), BlobError> {
        match &self.place {
            Place::Local(local) => {
                let local = Arc::clone(local);
                blocking(move || local.check()).await
            }
            Place::Bucket(bucket) => bucket.check().await,
        }
    }

    /// Whether the store answers just now. Cheap to ask.
    pub async fn answers(&self) -> bool {
        match &self.place {
            Place::Local(local) => tokio::fs::metadata(local.root()).await.is_ok(),
            Place::Bucket(bucket) => bucket.answers().await,
        }
    }

    /// Begins an upload of at most `limit` bytes for `tenant`. Nothing is visible before [`Upload::finish`].
    pub async fn begin_upload(&self, tenant: i64, limit: u64) -> Result<Upload, BlobError> {
        let begin = Arc::clone(self.place.waiting());
        let temp = blocking(move || begin.create_temp()).await?;
        Ok(Upload::new(self.place.clone(), tenant, limit, temp))
    }

    /// Opens a blob, or a part of it, for reading. A blob deleted meanwhile is still read to its end.
    pub async fn read(&self, tenant: i64, sha: &Sha256, range: ByteRange) -> Result<BlobReader, BlobError> {
        let local = match &self.place {
            Place::Local(local) => local,
            Place::Bucket(bucket) => {
                let opened = bucket.read(tenant, sha, range).await?;
                let (size, start, len) = (opened.size, opened.start, opened.len);
                let bytes = Source::Stream(Box::pin(StreamReader::new(opened.bytes)));
                return Ok(BlobReader { size, start, len, left: len, bytes });
            }
        };
        let mut file = match tokio::fs::File::open(local.blob_path(tenant, sha)).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(BlobError::NotFound),
            opened => opened?,
        };
        let size = file.metadata().await?.len();
        let (start, len) = range.resolve(size)?;
        if start > 0 {
            file.seek(io::SeekFrom::Start(start)).await?;
        }
        Ok(BlobReader { size, start, len, left: len, bytes: Source::File(file) })
    }

    /// Deletes a blob; `false` when there was none. Call it only for content no row names any more, and with a
    /// grace period after the last row went: an upload of the same bytes finishing now shares this very blob.
    pub async fn delete(&self, tenant: i64, sha: &Sha256) -> Result<bool, BlobError> {
        let local = match &self.place {
            Place::Local(local) => local,
            Place::Bucket(bucket) => return bucket.delete(tenant, sha).await,
        };
        match tokio::fs::remove_file(local.blob_path(tenant, sha)).await {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// A blob, or a part of one, being read.
#[derive(Debug)]
pub struct BlobReader {
    /// Bytes of the whole blob.
    pub size: u64,
    /// Offset of the first byte this reader gives.
    pub start: u64,
    /// Bytes this reader gives in all.
    pub len: u64,
    left: u64,
    bytes: Source,
}

enum Source {
    File(tokio::fs::File),
    Stream(Pin<Box<dyn AsyncRead + Send>>),
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File(_) => "File",
            Self::Stream(_) => "Stream",
        })
    }
}

impl Source {
    fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::File(file) => Pin::new(file).poll_read(cx, buf),
            Self::Stream(stream) => stream.as_mut().poll_read(cx, buf),
        }
    }
}

impl AsyncRead for BlobReader {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.left == 0 {
            return Poll::Ready(Ok(()));
        }
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buf.remaining());
        let mut part = ReadBuf::new(buf.initialize_unfilled_to(wanted));
        std::task::ready!(self.bytes.poll_read(cx, &mut part))?;
        let got = part.filled().len();
        if got == 0 && wanted > 0 {
            // The length was promised to a client already: a short blob is damage, not an end.
            return Poll::Ready(Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the stored file is cut short",
            )));
        }
        buf.advance(got);
        self.left -= got as u64;
        Poll::Ready(Ok(()))
    }
}

/// Runs file-system work that has no async form on the blocking threads.
pub(crate) async fn blocking<T, F>(work: F) -> Result<T, BlobError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, BlobError> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(BlobError::Io(io::Error::other(error))),
    }
}

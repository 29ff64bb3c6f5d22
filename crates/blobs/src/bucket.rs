//! Blobs in a bucket of an S3-like store, for servers that share their files.
//!
//! The layout is that of the directory: `<prefix>/blobs/<tenant>/ab/cd/<sha256>`. An upload is first streamed into a
//! private file of this machine, where it is counted and hashed; what becomes a blob is then sent under its hash, in parts
//! when it is large. So the bucket never holds a half of anything, and nothing in it is ever renamed.

use std::path::{Path as FilePath, PathBuf};
use std::sync::{Arc, Once};
use std::time::Duration;

use futures_util::{StreamExt, stream::BoxStream};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{
    BackoffConfig, ClientOptions, GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig,
    WriteMultipart,
};
use tokio::io::AsyncReadExt;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::local::{Local, blob_name};
use crate::{Address, BlobError, ByteRange, Keys, Sha256};

/// What is sent in one piece at most, and the size of the pieces of what is larger.
const PART: usize = 8 * 1024 * 1024;
/// Parts on their way at once.
const PARTS: usize = 2;
/// How long the store may take to connect, and be silent.
const CONNECT: Duration = Duration::from_secs(3);
const SILENCE: Duration = Duration::from_secs(15);
/// How long an answer to "does it answer" is believed.
const BELIEVED: Duration = Duration::from_secs(10);

/// How an operator has another authority trusted.
const AUTHORITY: &str = "put that authority's own certificate among those of this machine, or into a file that SSL_CERT_FILE names";

/// A bucket, and the directory where uploads wait for their hash.
#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) waiting: Arc<Local>,
    store: AmazonS3,
    address: Address,
    looked: Mutex<Option<(Instant, bool)>>,
}

/// A blob being read: its size, and its bytes from `start` on, `len` of them.
pub(crate) struct Opened {
    pub(crate) size: u64,
    pub(crate) start: u64,
    pub(crate) len: u64,
    pub(crate) bytes: BoxStream<'static, std::io::Result<bytes::Bytes>>,
}

impl Bucket {
    /// Prepares the connection; nothing is sent yet.
    pub(crate) fn open(address: &Address, keys: Option<Keys>, waiting: Local) -> Result<Self, BlobError> {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            // A second one would be refused, which is as well.
            let _first = rustls::crypto::ring::default_provider().install_default();
        });
        let client = ClientOptions::new()
            .with_connect_timeout(CONNECT)
            .with_read_timeout(SILENCE)
            // A large file and a slow reader may take their time, as long as something moves.
            .with_timeout_disabled()
            .with_allow_http(address.endpoint.as_deref().is_some_and(|e| e.starts_with("http://")));
        let backoff = BackoffConfig { max_backoff: Duration::from_secs(1), ..BackoffConfig::default() };
        let retry = RetryConfig { backoff, max_retries: 2, retry_timeout: Duration::from_secs(8) };
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(&address.bucket)
            .with_client_options(client)
            .with_retry(retry)
            // One request a blob: not every store knows the other way.
            .with_disable_bulk_delete(true);
        if let Some(keys) = keys {
            builder = builder.with_access_key_id(keys.id).with_secret_access_key(keys.secret.expose());
        }
        if let Some(region) = &address.region {
            builder = builder.with_region(region);
        }
        if let Some(endpoint) = &address.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        let store = builder.build().map_err(|e| {
            BlobError::Unavailable(format!("the bucket {address} cannot be used: {e}; see --files"))
        })?;
        Ok(Self { waiting: Arc::new(waiting), store, address: address.clone(), looked: Mutex::new(None) })
    }

    fn path(&self, tenant: i64, sha: &Sha256) -> Path {
        let name = blob_name(sha);
        Path::from(format!("{}/blobs/{tenant}/{}/{}/{name}", self.address.prefix, &name[0..2], &name[2..4]))
    }

    /// Sends a finished upload to its place.
    pub(crate) async fn publish(
        &self,
        file: PathBuf,
        size: u64,
        tenant: i64,
        sha: &Sha256,
    ) -> Result<(), BlobError> {
        let path = self.path(tenant, sha);
        if size <= PART as u64 {
            let bytes = tokio::fs::read(&file).await?;
            self.store.put(&path, PutPayload::from(bytes)).await.map_err(|e| self.failed(e))?;
            return Ok(());
        }
        let upload = self.store.put_multipart(&path).await.map_err(|e| self.failed(e))?;
        let mut parts = WriteMultipart::new_with_chunk_size(upload, PART);
        match self.send(&file, &mut parts).await {
            Ok(()) => parts.finish().await.map(|_| ()).map_err(|e| self.failed(e)),
            Err(e) => {
                // Parts of nothing cost their owner money until they are swept away.
                if let Err(e) = parts.abort().await {
                    tracing::warn!(error = %e, "parts of a failed upload may be left in the bucket");
                }
                Err(e)
            }
        }
    }

    async fn send(&self, file: &FilePath, parts: &mut WriteMultipart) -> Result<(), BlobError> {
        let mut file = tokio::fs::File::open(file).await?;
        let mut chunk = vec![0; 256 * 1024];
        loop {
            let got = file.read(&mut chunk).await?;
            if got == 0 {
                return Ok(());
            }
            parts.wait_for_capacity(PARTS).await.map_err(|e| self.failed(e))?;
            parts.write(&chunk[..got]);
        }
    }

    /// Opens a blob, or a part of it.
    pub(crate) async fn read(
        &self,
        tenant: i64,
        sha: &Sha256,
        range: ByteRange,
    ) -> Result<Opened, BlobError> {
        let path = self.path(tenant, sha);
        let mut options = GetOptions::default();
        if range != ByteRange::All {
            // What lies outside is for us to say: stores differ in how they do.
            let size = self.store.head(&path).await.map_err(|e| self.failed(e))?.size;
            let (start, len) = range.resolve(size)?;
            options.range = Some(GetRange::Bounded(start..start + len));
        }
        let got = self.store.get_opts(&path, options).await.map_err(|e| self.failed(e))?;
        let (size, start, len) = (got.meta.size, got.range.start, got.range.end - got.range.start);
        let bytes = got.into_stream().map(|part| part.map_err(std::io::Error::other)).boxed();
        Ok(Opened { size, start, len, bytes })
    }

    pub(crate) async fn delete(&self, tenant: i64, sha: &Sha256) -> Result<bool, BlobError> {
        let path = self.path(tenant, sha);
        match self.store.head(&path).await.map_err(|e| self.failed(e)) {
            Ok(_) => {}
            Err(BlobError::NotFound) => return Ok(false),
            Err(e) => return Err(e),
        }
        self.store.delete(&path).await.map_err(|e| self.failed(e))?;
        Ok(true)
    }

    /// Writes, reads and deletes something small, and says what goes wrong.
    pub(crate) async fn check(&self) -> Result<(), BlobError> {
        let path = Path::from(format!("{}/probe/{}", self.address.prefix, std::process::id()));
        let bytes = bytes::Bytes::from_static(b"portico");
        self.store.put(&path, PutPayload::from(bytes.clone())).await.map_err(|e| self.failed(e))?;
        let read = self.store.get(&path).await.map_err(|e| self.failed(e))?;
        let read = read.bytes().await.map_err(|e| self.failed(e))?;
        self.store.delete(&path).await.map_err(|e| self.failed(e))?;
        if read != bytes {
            return Err(BlobError::Unavailable(format!(
                "the bucket {} gives back other bytes",
                self.address
            )));
        }
        Ok(())
    }

    /// Whether the bucket answers. Asked for as often as one likes: an answer is believed for a while, and only one
    /// asks at a time.
    pub(crate) async fn answers(&self) -> bool {
        let mut looked = self.looked.lock().await;
        if let Some((at, answer)) = *looked
            && at.elapsed() < BELIEVED
        {
            return answer;
        }
        // A place where nothing is: the list says at once whether the bucket is there and we may see it.
        let nothing = Path::from(format!("{}/probe/none", self.address.prefix));
        let answer = match self.store.list(Some(&nothing)).next().await {
            None | Some(Ok(_)) => true,
            Some(Err(e)) => {
                tracing::warn!(error = %self.failed(e), "files cannot be reached");
                false
            }
        };
        *looked = Some((Instant::now(), answer));
        answer
    }

    /// What an error of the store means.
    fn failed(&self, e: object_store::Error) -> BlobError {
        use object_store::Error as E;
        let at = &self.address;
        if let Some(said) = portico_tls::refusal(&e, &format!("the bucket {at}"), AUTHORITY) {
            return BlobError::Unavailable(said);
        }
        let refused = format!(
            "the bucket {at} refuses the keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or they may not read, write, list and delete"
        );
        let said = e.to_string();
        let text = match e {
            // A missing bucket is a missing thing, too; only the body of the answer tells them apart.
            _ if said.contains("NoSuchBucket") => {
                format!("there is no bucket {at}; make it, or see --files")
            }
            E::NotFound { .. } => return BlobError::NotFound,
            E::PermissionDenied { .. } | E::Unauthenticated { .. } => refused,
            // Of a list it is told in words only.
            _ if ["403 Forbidden", "401 Unauthorized"].iter().any(|status| said.contains(status)) => refused,
            // What follows is the body of an answer.
            _ => format!("the bucket {at} does not answer: {}", said.lines().next().unwrap_or_default()),
        };
        BlobError::Unavailable(text)
    }
}

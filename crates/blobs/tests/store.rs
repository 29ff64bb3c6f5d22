//! The blob store as its callers use it: uploads, deduplication, ranges, tenants, and what a crash leaves.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

use std::path::{Path, PathBuf};

use portico_blobs::{BlobError, Blobs, ByteRange, Sha256, Stored};
use tokio::io::AsyncReadExt;

const TENANT: i64 = 7;

async fn put(blobs: &Blobs, tenant: i64, bytes: &[u8]) -> Stored {
    let mut upload = blobs.begin_upload(tenant, 1 << 20).await.unwrap();
    for part in bytes.chunks(1000) {
        upload.write(part).await.unwrap();
    }
    upload.finish().await.unwrap()
}

async fn get(blobs: &Blobs, sha: &Sha256, range: ByteRange) -> Vec<u8> {
    let mut reader = blobs.read(TENANT, sha, range).await.unwrap();
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).await.unwrap();
    assert_eq!(bytes.len() as u64, reader.len);
    bytes
}

fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn what_was_written_is_read_back_under_its_hash() {
    let root = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(root.path()).await.unwrap();
    let stored = put(&blobs, TENANT, b"abc").await;
    assert_eq!((stored.size, stored.kind), (3, "text/plain"));
    // FIPS 180-2, the digest of "abc".
    let path = "blobs/7/ba/78/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(std::fs::read(root.path().join(path)).unwrap(), b"abc");
    assert_eq!(get(&blobs, &stored.sha256, ByteRange::All).await, b"abc");
}

#[tokio::test]
async fn an_empty_file_is_a_file() {
    let root = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(root.path()).await.unwrap();
    let stored = put(&blobs, TENANT, b"").await;
    assert_eq!(stored.size, 0);
    assert_eq!(get(&blobs, &stored.sha256, ByteRange::All).await, b"");
}

#[tokio::test]
async fn ranges_give_exactly_their_bytes() {
    let root = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(root.path()).await.unwrap();
    let bytes: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
    let sha = put(&blobs, TENANT, &bytes).await.sha256;
    assert_eq!(get(&blobs, &sha, ByteRange::All).await, bytes);
    assert_eq!(get(&blobs, &sha, ByteRange::Between(10, 19)).await, bytes[10..20]);
    assert_eq!(get(&blobs, &sha, ByteRange::Between(0, 150_000)).await, bytes[..=150_000]);
    assert_eq!(get(&blobs, &sha, ByteRange::From(299_999)).await, bytes[299_999..]);
    assert_eq!(get(&blobs, &sha, ByteRange::Last(5)).await, bytes[299_995..]);
    let reader = blobs.read(TENANT, &sha, ByteRange::Between(10, 19)).await.unwrap();
    assert_eq!((reader.start, reader.len, reader.size), (10, 10, 300_000));
    let outside = blobs.read(TENANT, &sha, ByteRange::From(300_000)).await;
    assert!(matches!(outside, Err(BlobError::Range { size: 300_000 })));
}

#[tokio::test]
async fn the_limit_holds_to_the_byte_and_names_both_sizes() {
    let root = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(root.path()).await.unwrap();
    let mut exact = blobs.begin_upload(TENANT, 10).await.unwrap();
    exact.write(&[1; 10]).await.unwrap();
    assert_eq!(exact.finish().await.unwrap().size, 10);

    let mut over = blobs.begin_upload(TENANT, 10).await.unwrap();
    over.write(&[1; 6]).await.unwrap();
    let refused = over.write(&[1; 5]).await;
    assert!(matches!(refused, Err(BlobError::TooLarge { size: 11, limit: 10 })), "{refused:?}");
    assert!(matches!(over.write(&[1]).await, Err(BlobError::Spoiled)));
    assert!(matches!(over.finish().await, Err(BlobError::Spoiled)));
    assert_eq!(files_below(&root.path().join("incoming")), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn the_same_bytes_are_kept_once_per_tenant() {
    let root = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(root.path()).await.unwrap();
    let first = put(&blobs, TENANT, b"the same").await;
    let second = put(&blobs, TENANT, b"the same").await;
    assert_eq!(first, second);
    assert_eq!(files_below(root.path()).len(), 1);

    put(&blobs, 8, b"the same").await;
    assert_eq!(files_below(root.path()).len(), 2);
    assert!(blobs.delete(TENANT, &first.sha256).await.unwrap());
    assert!(!blobs.delete(TENANT, &first.sha256).await.unwrap());
    assert!(matches!(blobs.read(TENANT, &first.sha256, ByteRange::All).await, Err(BlobError::NotFound)));
    assert!(blobs.read(8, &first.sha256, ByteRange::All).await.is_ok());
}

#[tokio::test]
async fn two_uploads_of_the_same_bytes_at_once_both_succeed() {
    let root = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(root.path()).await.unwrap();
    let bytes = vec![5; 50_000];
    let (a, b) = tokio::join!(put(&blobs, TENANT, &bytes), put(&blobs, TENANT, &bytes));
    assert_eq!(a, b);
    assert_eq!(files_below(root.path()).len(), 1);
}

#[tokio::test]
async fn an_upload_that_is_dropped_leaves_nothing() {
    let root = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(root.path()).await.unwrap();
    let mut upload = blobs.begin_upload(TENANT, 100).await.unwrap();
    upload.write(b"half").await.unwrap();
    assert_eq!(files_below(root.path()).len(), 1);
    drop(upload);
    assert_eq!(files_below(root.path()).len(), 0);
}

#[tokio::test]
async fn opening_sweeps_what_a_crash_left_but_not_what_is_being_uploaded() {
    let root = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(root.path()).await.unwrap();
    let mut alive = blobs.begin_upload(TENANT, 100).await.unwrap();
    alive.write(b"still going").await.unwrap();
    // What a killed process leaves: a file nobody holds a lock on.
    let dead = root.path().join("incoming/1-1");
    std::fs::write(&dead, b"half an upload").unwrap();

    let second = Blobs::open(root.path()).await.unwrap();
    assert!(!dead.exists());
    let stored = alive.finish().await.unwrap();
    assert!(second.read(TENANT, &stored.sha256, ByteRange::All).await.is_ok());
}

#[cfg(unix)]
#[tokio::test]
async fn no_other_account_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let root = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(root.path().join("files")).await.unwrap();
    put(&blobs, TENANT, b"secret").await;
    let file = files_below(root.path()).remove(0);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(&root.path().join("files/blobs")), 0o700);
}

#[tokio::test]
async fn a_blob_cut_short_on_disk_is_an_error_not_an_end() {
    let root = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(root.path()).await.unwrap();
    let sha = put(&blobs, TENANT, &vec![9; 200_000]).await.sha256;
    let mut reader = blobs.read(TENANT, &sha, ByteRange::All).await.unwrap();
    let path = files_below(root.path()).remove(0);
    std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(10).unwrap();
    let outcome = reader.read_to_end(&mut Vec::new()).await;
    assert_eq!(outcome.unwrap_err().kind(), std::io::ErrorKind::UnexpectedEof);
}

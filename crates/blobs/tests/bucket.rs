//! The blob store in a bucket, on a real S3-like server: the same acts as in a directory, and what is said when the server
//! or the bucket is not there. Runs where `PORTICO_S3_SERVER` names the program, as `make test` sees to.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking, as tests do")]

use portico_blobs::{Address, BlobError, Blobs, ByteRange, Keys, Sha256, Stored};
use portico_types::Secret;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use tokio::io::AsyncReadExt;

const TENANT: i64 = 7;

struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Server {
    fn start() -> Option<Self> {
        let Ok(program) = std::env::var("PORTICO_S3_SERVER") else {
            eprintln!("PORTICO_S3_SERVER is not set: not run");
            return None;
        };
        let port = free_port();
        let child = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut server = Self { child, port };
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(server.child.try_wait().unwrap().is_none(), "it ended");
            std::thread::yield_now();
        }
        assert!(server.ask("PUT", "/portico").starts_with("HTTP/1.1 200"), "the bucket is made");
        Some(server)
    }

    fn ask(&self, method: &str, path: &str) -> String {
        let mut io = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(
            io,
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut bytes = Vec::new();
        io.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

struct World {
    blobs: Blobs,
    waiting: tempfile::TempDir,
}

async fn open(bucket: &str, port: u16) -> World {
    let address = format!("s3://{bucket}/some/where?endpoint=http://127.0.0.1:{port}&region=us-east-1");
    let waiting = tempfile::tempdir().unwrap();
    let keys = Keys { id: "portico".into(), secret: Secret::new("sesame".into()) };
    let blobs =
        Blobs::open_bucket(&Address::parse(&address).unwrap(), Some(keys), waiting.path()).await.unwrap();
    World { blobs, waiting }
}

async fn put(blobs: &Blobs, tenant: i64, bytes: &[u8]) -> Stored {
    let mut upload = blobs.begin_upload(tenant, 1 << 30).await.unwrap();
    for part in bytes.chunks(100_000) {
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

#[tokio::test]
async fn a_bucket_is_as_good_as_a_directory() {
    let Some(server) = Server::start() else { return };
    let World { blobs, waiting } = open("portico", server.port).await;
    blobs.check().await.unwrap();
    assert!(blobs.answers().await);
    let stored = put(&blobs, TENANT, b"abc").await;
    assert_eq!((stored.size, stored.kind), (3, "text/plain"));
    // FIPS 180-2, the digest of "abc"; the layout is that of the directory.
    let path = "some/where/blobs/7/ba/78/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let listed = server.ask("GET", "/portico?list-type=2");
    assert!(listed.contains(&format!("<Key>{path}</Key>")), "{listed}");
    assert_eq!(get(&blobs, &stored.sha256, ByteRange::All).await, b"abc");
    assert_eq!(put(&blobs, TENANT, b"abc").await, stored);
    let empty = put(&blobs, TENANT, b"").await;
    assert_eq!(get(&blobs, &empty.sha256, ByteRange::All).await, b"");

    // Larger than what goes in one piece.
    let large: Vec<u8> = (0..20_000_000_u32).map(|n| (n % 251) as u8).collect();
    let sha = put(&blobs, TENANT, &large).await.sha256;
    assert_eq!(get(&blobs, &sha, ByteRange::All).await, large);
    assert_eq!(
        get(&blobs, &sha, ByteRange::Between(9_999_990, 10_000_009)).await,
        large[9_999_990..10_000_010]
    );
    assert_eq!(get(&blobs, &sha, ByteRange::From(19_999_999)).await, large[19_999_999..]);
    assert_eq!(get(&blobs, &sha, ByteRange::Last(5)).await, large[19_999_995..]);
    let reader = blobs.read(TENANT, &sha, ByteRange::Between(10, 19)).await.unwrap();
    assert_eq!((reader.start, reader.len, reader.size), (10, 10, 20_000_000));
    let outside = blobs.read(TENANT, &sha, ByteRange::From(20_000_000)).await;
    assert!(matches!(outside, Err(BlobError::Range { size: 20_000_000 })), "{outside:?}");

    put(&blobs, 8, b"abc").await;
    assert!(blobs.delete(TENANT, &stored.sha256).await.unwrap());
    assert!(!blobs.delete(TENANT, &stored.sha256).await.unwrap());
    for range in [ByteRange::All, ByteRange::From(1)] {
        let gone = blobs.read(TENANT, &stored.sha256, range).await;
        assert!(matches!(gone, Err(BlobError::NotFound)), "{gone:?}");
    }
    assert!(blobs.read(8, &stored.sha256, ByteRange::All).await.is_ok());

    // The limit holds before anything is sent, and nothing waits on this machine.
    let mut over = blobs.begin_upload(TENANT, 10).await.unwrap();
    assert!(matches!(over.write(&[1; 11]).await, Err(BlobError::TooLarge { size: 11, limit: 10 })));
    drop(over);
    assert_eq!(std::fs::read_dir(waiting.path().join("incoming")).unwrap().count(), 0);
}

fn said(outcome: Result<(), BlobError>) -> String {
    match outcome {
        Err(BlobError::Unavailable(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_in_words() {
    let Some(server) = Server::start() else { return };
    let World { blobs, waiting: _stays } = open("nobodys", server.port).await;
    assert!(said(blobs.check().await).contains("there is no bucket s3://nobodys/some/where"));
    assert!(!blobs.answers().await);
    let mut upload = blobs.begin_upload(TENANT, 100).await.unwrap();
    upload.write(b"abc").await.unwrap();
    assert!(said(upload.finish().await.map(|_| ())).contains("there is no bucket"));

    let World { blobs, waiting } = open("portico", free_port()).await;
    assert!(said(blobs.check().await).contains("does not answer"));
    assert!(!blobs.answers().await);
    let read = blobs.read(TENANT, &[0; 32], ByteRange::All).await;
    assert!(said(read.map(|_| ())).contains("does not answer"));
    let mut upload = blobs.begin_upload(TENANT, 100).await.unwrap();
    upload.write(b"abc").await.unwrap();
    assert!(said(upload.finish().await.map(|_| ())).contains("does not answer"));
    assert_eq!(std::fs::read_dir(waiting.path().join("incoming")).unwrap().count(), 0);
}

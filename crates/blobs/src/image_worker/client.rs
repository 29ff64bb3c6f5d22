//! The server's side: a worker for each picture, never more than a few at once, none for longer than allowed.

use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

use super::pictures::Refusal;
use super::wire::{self, MAX_REPLY_BYTES};
use super::{
    ImageError, MAX_INPUT_BYTES, MAX_SECONDS, MAX_WORKERS, Measure, Processed, SUBCOMMAND, sandbox::Sandbox,
};

/// How much of what a worker complains of is kept for the log.
const MAX_COMPLAINT_BYTES: u64 = 4096;

/// Starts image workers. Cheap to clone; clones share the limit on how many run.
#[derive(Debug, Clone)]
pub struct ImageWorker {
    exe: PathBuf,
    subcommand: String,
    time_limit: Duration,
    places: Arc<Semaphore>,
    warned: Arc<AtomicBool>,
}

impl ImageWorker {
    /// A starter of workers that are `exe` called with [`SUBCOMMAND`]. `/proc/self/exe` stays right even when the
    /// binary is replaced under a running server.
    pub fn new(exe: impl Into<PathBuf>) -> Self {
        Self {
            exe: exe.into(),
            subcommand: SUBCOMMAND.to_owned(),
            time_limit: Duration::from_secs(MAX_SECONDS),
            places: Arc::new(Semaphore::new(MAX_WORKERS)),
            warned: Arc::default(),
        }
    }

    /// The same with another subcommand.
    #[must_use]
    pub fn with_subcommand(mut self, subcommand: &str) -> Self {
        subcommand.clone_into(&mut self.subcommand);
        self
    }

    /// The same with another time limit.
    #[must_use]
    pub fn with_time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// Makes a safe picture and a thumbnail of the bytes. Waits while [`MAX_WORKERS`] are busy; the time limit
    /// counts from when its own worker starts. Dropping the future kills the worker.
    pub async fn process(&self, bytes: &[u8]) -> Result<Processed, ImageError> {
        let size = bytes.len() as u64;
        if size > MAX_INPUT_BYTES {
            return Err(ImageError::TooLarge { what: Measure::Bytes, actual: size, limit: MAX_INPUT_BYTES });
        }
        // The semaphore is never closed; were it, starting no worker is the safe answer.
        let place = self.places.acquire().await;
        let _place = place.map_err(|closed| ImageError::NotStarted(io::Error::other(closed)))?;
        let mut child = self.start().map_err(ImageError::NotStarted)?;
        let exchanged = match tokio::time::timeout(self.time_limit, exchange(&mut child, bytes)).await {
            Ok(exchanged) => exchanged,
            Err(_) => Err(ImageError::TimedOut { seconds: self.time_limit.as_secs() }),
        };
        if exchanged.is_err() {
            // Kills and waits: when the caller hears of it, the process is gone.
            drop(child.kill().await);
        }
        let Exchange { status, reply, complaint } = exchanged?;
        if !status.success() {
            return Err(crashed(&status.to_string(), &complaint));
        }
        let reply = wire::read(&reply).map_err(|wrong| crashed(wrong, &complaint))?;
        self.warn_once(reply.sandbox, &complaint);
        reply.outcome.map_err(|refusal| match refusal {
            Refusal::NotAnImage => ImageError::NotAnImage,
            Refusal::TooLarge { what, actual, limit } => ImageError::TooLarge { what, actual, limit },
        })
    }

    fn start(&self) -> io::Result<Child> {
        Command::new(&self.exe)
            .arg(&self.subcommand)
            // Settings in the environment may hold secrets, and the worker needs none of them.
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
    }

    fn warn_once(&self, sandbox: Sandbox, complaint: &[u8]) {
        if !sandbox.complete() && !self.warned.swap(true, Ordering::Relaxed) {
            let said = String::from_utf8_lossy(complaint);
            tracing::warn!(
                landlock = sandbox.files,
                seccomp = sandbox.system_calls,
                said = said.trim_end(),
                "pictures are decoded in a process that is not fully sandboxed"
            );
        }
    }
}

/// How a worker ended and what it wrote.
struct Exchange {
    status: ExitStatus,
    reply: Vec<u8>,
    complaint: Vec<u8>,
}

/// Feeds the worker and listens to it at once, so that neither waits for the other with a full pipe.
async fn exchange(child: &mut Child, bytes: &[u8]) -> Result<Exchange, ImageError> {
    let (Some(mut stdin), Some(stdout), Some(stderr)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(ImageError::NotStarted(io::Error::other("the worker has no pipes")));
    };
    let feed = async move {
        // A worker that refuses early closes its end: what it wrote, or how it died, tells the story.
        match stdin.write_all(bytes).await {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => Ok(()),
        }
    };
    let (mut reply, mut complaint) = (Vec::new(), Vec::new());
    // Both are cut, and then closed: a worker that goes on writing meets a broken pipe.
    let listen = async { stdout.take(MAX_REPLY_BYTES + 1).read_to_end(&mut reply).await };
    let overhear = async { stderr.take(MAX_COMPLAINT_BYTES).read_to_end(&mut complaint).await };
    let talk = tokio::try_join!(feed, listen, overhear);
    if let Err(error) = talk {
        return Err(crashed(&error.to_string(), &complaint));
    }
    let status = child.wait().await.map_err(|error| crashed(&error.to_string(), &complaint))?;
    Ok(Exchange { status, reply, complaint })
}

fn crashed(how: &str, complaint: &[u8]) -> ImageError {
    let said = String::from_utf8_lossy(complaint);
    let detail = match said.trim() {
        "" => how.to_owned(),
        said => format!("{how}; it said: {}", said.escape_debug()),
    };
    ImageError::Crashed { detail }
}

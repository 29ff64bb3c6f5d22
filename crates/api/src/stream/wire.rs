//! The bare TCP connection under a stream. What HTTP needed of memory has gone with HTTP.

use super::frame::{self, Fault, Heard, Reader};
use bytes::{Buf, Bytes};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use portico_realtime::Line;
use portico_types::{Error, Result};
use rustix::{io::Errno, net::SendFlags};
use std::{
    io::{self, ErrorKind, IoSlice},
    task::{Context, Poll},
    time::Duration,
};
use tokio::{net::TcpStream, time::timeout};

/// Bytes read at once. They lie on the stack: a client says little, and a task that waits owns nothing for it.
const PIECE: usize = 4 * 1024;
/// How long a client may take to take the last words, and then to hang up.
const PARTING: Duration = Duration::from_secs(10);
/// Closing without a reason but that it is over.
const OVER: u16 = 1000;

/// See the module.
pub(super) struct Wire(TcpStream);

/// The connection when the answer that switches protocols is out, with what the client sent right behind its request.
pub(super) async fn take(upgraded: OnUpgrade) -> Result<(Wire, Reader)> {
    let upgraded = upgraded.await.map_err(Error::internal)?;
    let parts = upgraded
        .downcast::<TokioIo<TcpStream>>()
        .map_err(|_| Error::internal("the connection is no plain TCP connection"))?;
    let mut early = Reader::default();
    early.put(&parts.read_buf);
    Ok((Wire(parts.io.into_inner()), early))
}

impl Line for Wire {
    fn write(&self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        match parts {
            // The kernel does less for a single piece, and mostly it is one that the client takes. The runtime's own
            // record of whether it does lies in memory that is cold by the next message, and there are thousands: it is
            // asked only when the client takes no more, and has to be, or it would not say when it does again.
            [one] => match rustix::net::send(&self.0, one, SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
                Err(Errno::AGAIN) => self.0.try_write(one),
                sent => Ok(sent?),
            },
            _ => self.0.try_write_vectored(parts),
        }
    }
}

/// What came of a look at what the client sent.
pub(super) enum Read {
    /// Bytes, or nothing after all.
    Some,
    /// The client has hung up.
    Gone,
}

impl Wire {
    /// Puts what has come into the reader; never waits.
    pub(super) fn read(&self, reader: &mut Reader) -> io::Result<Read> {
        let mut piece = [0; PIECE];
        match self.0.try_read(&mut piece) {
            Ok(0) => Ok(Read::Gone),
            Ok(n) => {
                reader.put(&piece[..n]);
                Ok(Read::Some)
            }
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Ok(Read::Some),
            Err(e) => Err(e),
        }
    }

    /// Whether there is something to read.
    pub(super) fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_read_ready(cx)
    }

    /// Whether the client takes more.
    pub(super) fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_write_ready(cx)
    }

    /// The next message; nothing when the client has hung up.
    pub(super) async fn next(&self, reader: &mut Reader) -> io::Result<Option<Result<Heard, Fault>>> {
        loop {
            match reader.next() {
                Ok(Some(heard)) => return Ok(Some(Ok(heard))),
                Ok(None) => {}
                Err(fault) => return Ok(Some(Err(fault))),
            }
            self.0.readable().await?;
            if matches!(self.read(reader)?, Read::Gone) {
                return Ok(None);
            }
        }
    }

    /// Writes all of some bytes.
    pub(super) async fn write_all(&self, mut bytes: Bytes) -> io::Result<()> {
        while !bytes.is_empty() {
            self.0.writable().await?;
            match self.0.try_write(&bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(n) => bytes.advance(n),
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// Says a last word and hangs up as the protocol has it.
    pub(super) async fn part(&self, reader: Reader, words: Bytes) {
        self.close(reader, words, OVER).await;
    }

    /// Hangs up on a client that cannot be understood. Nothing it sends is looked at any more.
    pub(super) async fn refuse(&self, fault: Fault) {
        let _gone = timeout(PARTING, self.write_all(frame::close(fault as u16))).await;
        self.drain().await;
    }

    /// Hangs up on a client that has hung up: with its own code.
    pub(super) async fn agree(&self, code: Option<u16>) {
        let _gone = timeout(PARTING, self.write_all(frame::close(code.unwrap_or(OVER)))).await;
    }

    async fn close(&self, mut reader: Reader, words: Bytes, code: u16) {
        let said = async {
            self.write_all(words).await?;
            self.write_all(frame::close(code)).await
        };
        if !matches!(timeout(PARTING, said).await, Ok(Ok(()))) {
            return;
        }
        // Hanging up at once would take the last words back where the client is still sending.
        let hung_up = async {
            while let Ok(Some(Ok(heard))) = self.next(&mut reader).await {
                if matches!(heard, Heard::Close(_)) {
                    return;
                }
            }
        };
        let _patience = timeout(PARTING, hung_up).await;
    }

    /// Reads on for a while without looking.
    async fn drain(&self) {
        let hung_up = async {
            let mut piece = Reader::default();
            while self.0.readable().await.is_ok() && matches!(self.read(&mut piece), Ok(Read::Some)) {
                piece = Reader::default();
            }
        };
        let _patience = timeout(PARTING, hung_up).await;
    }
}

//! A stream in its long life: waits for what the client says, and for the moments the hub cannot write by itself.

use super::{
    begin::last_word,
    frame::{self, Fault, Heard, Reader},
    hear,
    wire::{Read, Wire},
};
use crate::Api;
use bytes::{Bytes, BytesMut};
use portico_edge::Seat;
use portico_policy::Actor;
use portico_realtime::{Connection, End, Line, Need};
use portico_types::TenantId;
use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll, time::Duration};
use tokio::time::Instant;

/// How long a connection may be silent altogether; clients ping every 30 s.
const SILENCE: Duration = Duration::from_secs(90);
/// Messages a client may send in a burst before they are dropped.
const CHATTER: u32 = 40;
/// It may send another one after this.
const PAUSE: Duration = Duration::from_millis(250);

/// Whose stream it is.
#[derive(Clone, Copy)]
pub(super) struct Caller {
    pub(super) tenant: TenantId,
    pub(super) actor: Actor,
}

/// How much a client may say at the moment.
struct Bucket {
    left: u32,
    at: Instant,
}

impl Bucket {
    /// Takes one out, if there is one.
    fn take(&mut self, now: Instant) -> bool {
        let refills = now.duration_since(self.at).as_millis() / PAUSE.as_millis();
        let refills = u32::try_from(refills).unwrap_or(u32::MAX);
        if refills > 0 {
            self.left = self.left.saturating_add(refills).min(CHATTER);
            self.at = now;
        }
        let some = self.left > 0;
        self.left = self.left.saturating_sub(1);
        some
    }
}

struct Live {
    api: Api,
    caller: Caller,
    wire: Arc<Wire>,
    connection: Connection,
    reader: Reader,
    bucket: Bucket,
    _seat: Seat,
}

/// What happens next.
enum Turn {
    Readable,
    Writable,
    End(End, Bytes),
    Silent,
}

/// How it ended, but for the last words.
enum Over {
    /// By the hub; these bytes finish the frame that was begun.
    Hub(End, Bytes),
    Fault(Fault),
    Closed(Option<u16>),
    Gone,
}

/// Keeps a stream that has caught up, in a task of its own.
pub(super) fn spawn(
    api: Api,
    caller: Caller,
    seat: Seat,
    wire: Wire,
    reader: Reader,
    connection: Connection,
) {
    let wire = Arc::new(wire);
    connection.open(Arc::<Wire>::clone(&wire) as Arc<dyn Line>);
    let bucket = Bucket { left: CHATTER, at: Instant::now() };
    tokio::spawn(Live { api, caller, wire, connection, reader, bucket, _seat: seat }.run());
}

impl Live {
    async fn run(mut self) {
        let over = self.live().await;
        let Self { wire, connection, reader, .. } = self;
        // It counts as gone from here on, however long the parting takes.
        drop(connection);
        match over {
            Over::Hub(end, rest) => {
                let mut words = BytesMut::from(rest);
                words.extend_from_slice(&last_word(end));
                Box::pin(wire.part(reader, words.freeze())).await;
            }
            Over::Fault(fault) => Box::pin(wire.refuse(fault)).await,
            Over::Closed(code) => Box::pin(wire.agree(code)).await,
            Over::Gone => {}
        }
    }

    async fn live(&mut self) -> Over {
        // What came with the hello.
        if let Some(over) = self.hear().await {
            return over;
        }
        let mut silence = pin!(tokio::time::sleep(SILENCE));
        loop {
            let turn = poll_fn(|cx| {
                match self.connection.poll_need(cx) {
                    Poll::Ready(Need::End(end, rest)) => return Poll::Ready(Turn::End(end, rest)),
                    Poll::Ready(Need::Flush) if self.wire.poll_write_ready(cx).is_ready() => {
                        return Poll::Ready(Turn::Writable);
                    }
                    Poll::Ready(Need::Flush) | Poll::Pending => {}
                }
                if self.wire.poll_read_ready(cx).is_ready() {
                    return Poll::Ready(Turn::Readable);
                }
                silence.as_mut().poll(cx).map(|()| Turn::Silent)
            });
            match turn.await {
                Turn::Writable => self.connection.flush(),
                Turn::Readable => {
                    match self.wire.read(&mut self.reader) {
                        Ok(Read::Some) => {}
                        Ok(Read::Gone) | Err(_) => return Over::Gone,
                    }
                    silence.as_mut().reset(Instant::now() + SILENCE);
                    if let Some(over) = self.hear().await {
                        return over;
                    }
                }
                Turn::End(end, rest) => return Over::Hub(end, rest),
                Turn::Silent => return Over::Gone,
            }
        }
    }

    /// Acts on what has been read.
    async fn hear(&mut self) -> Option<Over> {
        loop {
            let heard = match self.reader.next() {
                Ok(heard) => heard?,
                Err(fault) => return Some(Over::Fault(fault)),
            };
            if let Heard::Close(code) = heard {
                return Some(Over::Closed(code));
            }
            if !self.bucket.take(Instant::now()) {
                continue;
            }
            match heard {
                Heard::Text(text) => {
                    // Boxed: it is large, and nearly always it is not there.
                    Box::pin(hear::hear(&self.api, &self.caller, self.connection.controls(), &text)).await;
                }
                Heard::Ping(payload) => self.connection.controls().answer(frame::pong(&payload)),
                Heard::Close(_) | Heard::Other => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_may_say_so_much_and_then_so_often() {
        let start = Instant::now();
        let mut bucket = Bucket { left: CHATTER, at: start };
        let mut taken = |count: u32, at: Instant| (0..count).filter(|_| bucket.take(at)).count();
        assert_eq!(taken(100, start), 40);
        assert_eq!(taken(10, start + PAUSE / 2), 0);
        assert_eq!(taken(10, start + PAUSE), 1);
        assert_eq!(taken(10, start + PAUSE * 4), 3);
        assert_eq!(taken(100, start + PAUSE * 1000), 40);
    }

    #[test]
    fn a_stream_is_small() {
        // Its task owns this, a timer, and the connection's place in the hub.
        assert!(std::mem::size_of::<Live>() <= 768, "{}", std::mem::size_of::<Live>());
    }
}

//! One connection's bounded queue. Empty, it owns no memory: thousands of idle connections cost next to nothing.

use bytes::Bytes;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Why a connection ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// Too slow, or the server restarts: come back with the cursor.
    Resume,
    /// What was missed cannot be told one by one: fetch anew.
    Resync,
    /// The right to be here is gone.
    Revoked,
}

#[derive(Default)]
struct Queue {
    frames: Vec<Bytes>,
    bytes: usize,
    end: Option<End>,
}

#[derive(Default)]
pub(crate) struct Outbox {
    queue: Mutex<Queue>,
    filled: Notify,
}

/// What became of a frame.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Pushed {
    /// It is the first in the queue: its reader is to be woken.
    First,
    /// Others wait before it.
    Behind,
    /// It did not fit; the connection has ended.
    Overflow,
    /// The connection had ended before.
    Over,
}

/// The limits of a queue.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) frames: usize,
    pub(crate) bytes: usize,
}

impl Outbox {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a frame, or ends the connection when it does not fit. The caller wakes the reader.
    pub(crate) fn push(&self, frame: Bytes, bounds: Bounds) -> Pushed {
        let mut queue = self.lock();
        if queue.end.is_some() {
            return Pushed::Over;
        }
        let first = queue.frames.is_empty();
        if !first && (queue.frames.len() >= bounds.frames || queue.bytes + frame.len() > bounds.bytes) {
            *queue = Queue { end: Some(End::Resume), ..Queue::default() };
            return Pushed::Overflow;
        }
        queue.bytes += frame.len();
        queue.frames.push(frame);
        if first { Pushed::First } else { Pushed::Behind }
    }

    /// Adds a frame that may as well be lost: not to a queue that is half full.
    pub(crate) fn push_loose(&self, frame: Bytes, bounds: Bounds) {
        let half = {
            let queue = self.lock();
            queue.frames.len() >= bounds.frames / 2 || queue.bytes >= bounds.bytes / 2
        };
        if !half && self.push(frame, bounds) == Pushed::First {
            self.wake();
        }
    }

    /// Ends the connection; what waits is not delivered any more. The first reason stands.
    pub(crate) fn end(&self, end: End) {
        let mut queue = self.lock();
        if queue.end.is_none() {
            *queue = Queue { end: Some(end), ..Queue::default() };
        }
        drop(queue);
        self.wake();
    }

    /// Wakes the reader.
    pub(crate) fn wake(&self) {
        self.filled.notify_one();
    }

    /// Everything that waits; nothing when nothing does.
    pub(crate) fn take(&self) -> Result<Option<Vec<Bytes>>, End> {
        let mut queue = self.lock();
        if let Some(end) = queue.end {
            return Err(end);
        }
        queue.bytes = 0;
        let frames = std::mem::take(&mut queue.frames);
        Ok((!frames.is_empty()).then_some(frames))
    }

    /// Why it ended, if it has.
    pub(crate) fn ended(&self) -> Option<End> {
        self.lock().end
    }

    /// Waits until there may be something.
    pub(crate) async fn filled(&self) {
        self.filled.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { frames: 3, bytes: 10 };

    #[test]
    fn a_queue_has_an_end_in_frames_and_in_bytes() {
        let out = Outbox::default();
        assert_eq!(out.push(Bytes::from_static(b"a"), BOUNDS), Pushed::First);
        assert_eq!(out.push(Bytes::from_static(b"b"), BOUNDS), Pushed::Behind);
        assert_eq!(out.take().unwrap().unwrap().len(), 2);
        assert_eq!(out.take().unwrap(), None);
        for _ in 0..3 {
            out.push(Bytes::from_static(b"c"), BOUNDS);
        }
        assert_eq!(out.push(Bytes::from_static(b"d"), BOUNDS), Pushed::Overflow);
        assert_eq!(out.take().unwrap_err(), End::Resume);
        assert_eq!(out.push(Bytes::from_static(b"e"), BOUNDS), Pushed::Over);
        let out = Outbox::default();
        assert_eq!(out.push(Bytes::from_static(b"larger than all"), BOUNDS), Pushed::First);
        assert_eq!(out.push(Bytes::from_static(b"a"), BOUNDS), Pushed::Overflow);
    }

    #[test]
    fn the_first_reason_stands_and_what_waits_goes() {
        let out = Outbox::default();
        out.push(Bytes::from_static(b"a"), BOUNDS);
        out.end(End::Revoked);
        out.end(End::Resume);
        assert_eq!(out.take().unwrap_err(), End::Revoked);
    }

    #[test]
    fn what_may_be_lost_does_not_fill_a_queue() {
        let out = Outbox::default();
        for _ in 0..10 {
            out.push_loose(Bytes::from_static(b"a"), BOUNDS);
        }
        assert_eq!(out.take().unwrap().unwrap().len(), 1);
    }
}

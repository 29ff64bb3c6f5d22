//! One connection's bounded queue. Empty, it owns next to no memory: there are thousands of idle connections.
//!
//! Once its adapter has opened the [`Line`], whoever has filled the queue writes it out at once, in the hub's own task: a
//! busy channel of a thousand would otherwise wake a thousand tasks for a message. The adapter's task is needed only when
//! the client does not take what is written, and at the end.

use crate::waiting::Waiting;
use bytes::{Buf, Bytes};
use std::{
    io::{self, ErrorKind, IoSlice},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

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

/// The way to a client as its adapter has it.
pub trait Line: Send + Sync {
    /// Writes what is taken now and never waits: the number of bytes, or `WouldBlock`.
    fn write(&self, parts: &[IoSlice<'_>]) -> io::Result<usize>;
}

/// Frames given to one system call.
const TOGETHER: usize = 64;

#[derive(Default)]
struct Queue {
    frames: Waiting,
    bytes: usize,
    /// The first frame has been written in part: it is to be finished, whatever comes.
    begun: bool,
    /// The client does not take more at the moment.
    blocked: bool,
    end: Option<End>,
    line: Option<Arc<dyn Line>>,
    /// The adapter's task, while it waits to be needed.
    waiting: Option<Waker>,
}

#[derive(Default)]
pub(crate) struct Outbox(Mutex<Queue>);

/// What became of a frame.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Pushed {
    /// It is the first in the queue, which is to be flushed.
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

/// What the adapter's task is needed for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Need {
    /// To flush when the client takes more.
    Flush,
    /// To finish the frame that was begun (these bytes; mostly none), to say why, and to close.
    End(End, Bytes),
}

impl Queue {
    fn finish(&mut self, end: End) {
        if self.end.is_some() {
            return;
        }
        let begun = if self.begun { self.frames.pop() } else { None };
        let waiting = self.waiting.take();
        *self = Self { end: Some(end), waiting, ..Self::default() };
        if let Some(begun) = begun {
            self.frames.push(begun);
        }
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waiting.take() {
            waker.wake();
        }
    }

    /// Takes `count` bytes off the front.
    fn written(&mut self, mut count: usize) {
        self.bytes = self.bytes.saturating_sub(count);
        while let Some(first) = self.frames.first_mut() {
            if count < first.len() {
                first.advance(count);
                self.begun |= count > 0;
                return;
            }
            count -= first.len();
            self.frames.pop();
            self.begun = false;
        }
    }

    /// Writes until nothing waits or the client takes no more.
    fn write(&mut self, line: &dyn Line) -> io::Result<()> {
        while !self.frames.is_empty() {
            let taken = if let Some(frame) = self.frames.only() {
                line.write(&[IoSlice::new(frame)])
            } else {
                let mut parts = [IoSlice::new(&[]); TOGETHER];
                let mut count = 0;
                for (part, frame) in parts.iter_mut().zip(self.frames.iter()) {
                    *part = IoSlice::new(frame);
                    count += 1;
                }
                line.write(&parts[..count])
            };
            match taken {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(taken) => self.written(taken),
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// Writes what waits, as far as the client takes it; without a line, wakes who reads.
    fn flush(&mut self) {
        let Some(line) = self.line.take() else { return self.wake() };
        match self.write(&*line) {
            Ok(()) => self.blocked = false,
            Err(e) if e.kind() == ErrorKind::WouldBlock => {
                self.blocked = true;
                self.wake();
            }
            // Nobody is there any more.
            Err(_) => {
                self.finish(End::Resume);
                return self.wake();
            }
        }
        self.line = Some(line);
    }
}

impl Outbox {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds frames, or ends the connection when one does not fit. The caller flushes after the first.
    pub(crate) fn push_all(&self, frames: &[Bytes], bounds: Bounds) -> Pushed {
        if frames.is_empty() {
            return Pushed::Behind;
        }
        let mut queue = self.lock();
        if queue.end.is_some() {
            return Pushed::Over;
        }
        let first = queue.frames.is_empty();
        for frame in frames {
            let full = queue.frames.len() >= bounds.frames || queue.bytes + frame.len() > bounds.bytes;
            if full && !queue.frames.is_empty() {
                queue.finish(End::Resume);
                queue.wake();
                return Pushed::Overflow;
            }
            queue.bytes += frame.len();
            queue.frames.push(frame.clone());
        }
        if first { Pushed::First } else { Pushed::Behind }
    }

    /// Adds a frame, as `push_all` does.
    pub(crate) fn push(&self, frame: &Bytes, bounds: Bounds) -> Pushed {
        self.push_all(std::slice::from_ref(frame), bounds)
    }

    /// Adds a frame that may as well be lost: not to a queue that is half full.
    pub(crate) fn push_loose(&self, frame: &Bytes, bounds: Bounds) -> Pushed {
        {
            let queue = self.lock();
            if queue.frames.len() >= bounds.frames / 2 || queue.bytes >= bounds.bytes / 2 {
                return Pushed::Behind;
            }
        }
        self.push(frame, bounds)
    }

    /// Ends the connection; what waits is not delivered any more. The first reason stands.
    pub(crate) fn end(&self, end: End) {
        let mut queue = self.lock();
        queue.finish(end);
        queue.wake();
    }

    /// From here on, frames go out on `line`.
    pub(crate) fn open(&self, line: Arc<dyn Line>) {
        let mut queue = self.lock();
        if queue.end.is_none() {
            queue.line = Some(line);
        }
        drop(queue);
        self.flush();
    }

    /// Writes what waits, as far as the client takes it; without a line, wakes who reads.
    pub(crate) fn flush(&self) {
        self.lock().flush();
    }

    /// Flushes what others have filled, unless the client is known to take no more: that is its own task's then.
    pub(crate) fn send(&self) {
        let mut queue = self.lock();
        if !queue.blocked {
            queue.flush();
        }
    }

    /// Everything that waits, for a reader without a line.
    pub(crate) fn poll_take(&self, cx: &mut Context<'_>) -> Poll<Result<Vec<Bytes>, End>> {
        let mut queue = self.lock();
        if let Some(end) = queue.end {
            return Poll::Ready(Err(end));
        }
        if queue.frames.is_empty() {
            queue.waiting = Some(cx.waker().clone());
            return Poll::Pending;
        }
        queue.bytes = 0;
        Poll::Ready(Ok(queue.frames.take()))
    }

    /// Whether the adapter's task is needed. It is woken by what changes that, too, after it was told to flush.
    pub(crate) fn poll_need(&self, cx: &mut Context<'_>) -> Poll<Need> {
        let mut queue = self.lock();
        if let Some(end) = queue.end {
            return Poll::Ready(Need::End(end, queue.frames.pop().unwrap_or_default()));
        }
        if queue.waiting.as_ref().is_none_or(|w| !w.will_wake(cx.waker())) {
            queue.waiting = Some(cx.waker().clone());
        }
        if queue.blocked { Poll::Ready(Need::Flush) } else { Poll::Pending }
    }

    /// Why it ended, if it has.
    pub(crate) fn ended(&self) -> Option<End> {
        self.lock().end
    }
}

#[cfg(test)]
mod tests;

//! Writing out what was queued, after the state is unlocked: by one hand, or by as many as there are cores when it is
//! much.
//!
//! What is said in a small room does not wait for the ten thousand of a large one: much is written behind the
//! organization's task, which goes on, and only the next that is much waits for it. Every queue keeps its own order, and
//! whoever writes one writes all of it; so it does not matter who comes first.
//!
//! Much is written by every core there is, so it gives way now and then: to the other tasks, and to the other threads
//! and programs of the machine. Those who took a frame from us may be among them, as a proxy is, and so is the lane
//! that has the next message; left to itself the kernel would let them wait for its whole slice, which is longer than
//! a thousand writes take.

use crate::deliver::Touched;
use std::time::Duration;
use tokio::{runtime::Handle, task::JoinHandle, time::Instant};

/// Queues flushed before others get their turn: about a third of a millisecond.
const TURN: usize = 64;
/// Queues worth a hand of their own: waking another core costs as much as a few writes.
const SHARE: usize = 128;
/// How long a hand stands aside in all while it writes out one message: somebody who never rests must not hold up a
/// channel by a slice for each turn.
const ASIDE: Duration = Duration::from_millis(4);

/// What is being written behind the organization's task.
#[derive(Default)]
pub(crate) struct Flushing(Vec<JoinHandle<()>>);

impl Flushing {
    /// Writes what clients take now. What is little is written when this returns.
    pub(crate) async fn flush(&mut self, mut touched: Touched) {
        let hands = Handle::current().metrics().num_workers().min(touched.len() / SHARE);
        if hands < 2 {
            return one(touched).await;
        }
        self.finish().await;
        let share = touched.len().div_ceil(hands);
        while !touched.is_empty() {
            let rest = touched.split_off(share.min(touched.len()));
            self.0.push(tokio::spawn(one(std::mem::replace(&mut touched, rest))));
        }
    }

    /// Waits for what is being written.
    async fn finish(&mut self) {
        for task in self.0.drain(..) {
            if let Err(e) = task.await {
                tracing::error!(error = %e, "some of what was queued waits for the next event");
            }
        }
    }
}

async fn one(touched: Touched) {
    let mut aside = Duration::ZERO;
    for (i, conn) in touched.into_iter().enumerate() {
        if i % TURN == TURN - 1 {
            if aside < ASIDE {
                aside += stand_aside();
            }
            tokio::task::yield_now().await;
        }
        conn.outbox.send();
    }
}

/// Lets other threads that wait for this core go first. Says how long that took: next to nothing where nobody waits.
fn stand_aside() -> Duration {
    let began = Instant::now();
    std::thread::yield_now();
    began.elapsed()
}

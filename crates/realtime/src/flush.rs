//! Writing out what was queued, after the state is unlocked: by one hand, or by as many as there are cores when it is
//! much. Returns when all is written that clients take now, so that an organization's frames keep their order.

use crate::deliver::Touched;
use tokio::runtime::Handle;

/// Queues flushed before others get their turn: about a third of a millisecond.
const TURN: usize = 64;
/// Queues worth a hand of their own: waking another core costs as much as a few writes.
const SHARE: usize = 128;

pub(crate) async fn flush(mut touched: Touched) {
    let hands = Handle::current().metrics().num_workers().min(touched.len() / SHARE);
    if hands < 2 {
        return one(touched).await;
    }
    let share = touched.len().div_ceil(hands);
    let mut tasks = Vec::with_capacity(hands);
    while !touched.is_empty() {
        let rest = touched.split_off(share.min(touched.len()));
        tasks.push(tokio::spawn(one(std::mem::replace(&mut touched, rest))));
    }
    for task in tasks {
        if let Err(e) = task.await {
            tracing::error!(error = %e, "some of what was queued waits for the next event");
        }
    }
}

async fn one(touched: Touched) {
    for (i, conn) in touched.into_iter().enumerate() {
        if i % TURN == TURN - 1 {
            tokio::task::yield_now().await;
        }
        conn.outbox.send();
    }
}

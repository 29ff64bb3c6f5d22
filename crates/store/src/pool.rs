//! The read pool: a few threads, each with a connection of its own, sharing one bounded queue.

use crate::conn::Conn;
use crate::lane::Connect;
use crate::stats::STATS;
use portico_types::{Error, Result};
use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, PoisonError},
};

/// Queries waiting at most.
const QUEUE: usize = 8192;

/// A query on its way. Its answer travels in its own channel.
pub(crate) type Query = Box<dyn FnOnce(&mut Conn) + Send>;

#[derive(Default)]
struct State {
    queue: VecDeque<Query>,
    closed: bool,
}

pub(crate) struct Pool {
    state: Mutex<State>,
    waiting: Condvar,
}

impl Pool {
    pub(crate) fn start(threads: usize, connect: &Connect) -> Result<Arc<Self>> {
        let pool = Arc::new(Self { state: Mutex::default(), waiting: Condvar::new() });
        for i in 0..threads {
            let (pool, connect) = (Arc::clone(&pool), Arc::clone(connect));
            let (ready, opened) = std::sync::mpsc::channel();
            std::thread::Builder::new()
                .name(format!("read-{i}"))
                .spawn(move || match connect() {
                    Ok(conn) => {
                        let _heard = ready.send(Ok(()));
                        pool.serve(conn, &connect);
                    }
                    Err(e) => {
                        let _heard = ready.send(Err(e));
                    }
                })
                .map_err(Error::internal)?;
            opened.recv().map_err(Error::internal)??;
        }
        Ok(pool)
    }

    pub(crate) fn submit(&self, query: Query) -> Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.closed || state.queue.len() >= QUEUE {
            STATS.read_full.inc();
            return Err(Error::busy());
        }
        STATS.read_waiting.add(1);
        state.queue.push_back(query);
        self.waiting.notify_one();
        Ok(())
    }

    pub(crate) fn close(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.waiting.notify_all();
    }

    fn serve(&self, mut conn: Conn, connect: &Connect) {
        loop {
            let query = {
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                loop {
                    if let Some(query) = state.queue.pop_front() {
                        STATS.read_waiting.add(-1);
                        break query;
                    }
                    if state.closed {
                        return;
                    }
                    state = self.waiting.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
            };
            if conn.is_gone()
                && let Ok(new) = connect()
            {
                conn = new;
            }
            // A panicking query drops its answer channel; the asker is told, the thread lives on.
            if catch_unwind(AssertUnwindSafe(|| query(&mut conn))).is_err() {
                tracing::error!("a query panicked");
                let _clean = conn.rollback();
            }
        }
    }
}

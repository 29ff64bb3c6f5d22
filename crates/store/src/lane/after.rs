//! What follows a commit: whoever hears of events hears of these, and only then whoever waits is answered.
//!
//! It is done by the runtime's threads while the lane goes on. A lane that woke them one by one would be put off the
//! processor by the first it wakes, and with many to write to the rest would wait for milliseconds. On a runtime it also
//! costs less to wake a task from another one than from outside.
//!
//! Batches of one lane may overtake each other on this way, as those of several lanes always could.

use super::{Woken, Work};
use crate::log::Logged;
use portico_types::Result;
use std::sync::Arc;
use tokio::runtime::Handle;

/// Where it is done, and who hears of events.
pub(crate) struct After {
    woken: Woken,
    /// None where the database was opened outside of any runtime: the lane does it itself.
    runtime: Option<Handle>,
}

impl After {
    /// On the runtime this is called in, if there is one.
    pub(crate) fn here(woken: Woken) -> Self {
        Self { woken, runtime: Handle::try_current().ok() }
    }

    /// Tells of a batch that was committed.
    pub(super) fn committed(
        &self,
        events: Vec<Vec<Logged>>,
        answers: impl Iterator<Item = (Box<dyn Work>, Result<()>)>,
    ) {
        let told = Told { woken: Arc::clone(&self.woken), events, answers: answers.collect() };
        match &self.runtime {
            Some(runtime) => drop(runtime.spawn(async move { drop(told) })),
            None => drop(told),
        }
    }
}

/// Tells when it is dropped: what was committed must be told of also where the runtime ends and runs no task any more.
struct Told {
    woken: Woken,
    events: Vec<Vec<Logged>>,
    answers: Vec<(Box<dyn Work>, Result<()>)>,
}

impl Drop for Told {
    fn drop(&mut self) {
        for events in self.events.drain(..) {
            (self.woken)(events);
        }
        for (work, outcome) in self.answers.drain(..) {
            work.done(outcome);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{conn::Conn, lane::Emitted};
    use portico_types::TenantId;
    use std::sync::Mutex;
    use tokio::runtime::{Builder, Runtime};

    type Heard = Arc<Mutex<Vec<&'static str>>>;

    struct Asker(Heard);

    impl Work for Asker {
        fn tenant(&self) -> Option<TenantId> {
            None
        }
        fn run(&mut self, _: &mut Conn) -> Result<Emitted> {
            Ok(Vec::new())
        }
        fn done(self: Box<Self>, outcome: Result<()>) {
            outcome.unwrap();
            self.0.lock().unwrap().push("answer");
        }
    }

    /// Tells of a batch with the events of one organization and two who wait.
    fn commit(after: &After, heard: &Heard) {
        let asker = || (Box::new(Asker(Arc::clone(heard))) as Box<dyn Work>, Ok(()));
        after.committed(vec![Vec::new()], [asker(), asker()].into_iter());
    }

    fn after(heard: &Heard) -> After {
        let hears = Arc::clone(heard);
        After::here(Arc::new(move |_| hears.lock().unwrap().push("events")))
    }

    fn on_a_runtime(heard: &Heard) -> (Runtime, After) {
        let runtime = Builder::new_current_thread().build().unwrap();
        let inside = runtime.enter();
        let after = after(heard);
        drop(inside);
        (runtime, after)
    }

    const ALL: [&str; 3] = ["events", "answer", "answer"];

    #[test]
    fn nobody_is_answered_before_the_events_are_heard() {
        let heard = Heard::default();
        commit(&after(&heard), &heard);
        assert_eq!(*heard.lock().unwrap(), ALL, "without a runtime");

        let heard = Heard::default();
        let (runtime, on_it) = on_a_runtime(&heard);
        commit(&on_it, &heard);
        assert!(heard.lock().unwrap().is_empty(), "the lane has gone on");
        runtime.block_on(tokio::task::yield_now());
        assert_eq!(*heard.lock().unwrap(), ALL, "on a runtime");
    }

    #[test]
    fn a_runtime_that_ends_tells_all_the_same() {
        let heard = Heard::default();
        let (runtime, on_it) = on_a_runtime(&heard);
        commit(&on_it, &heard);
        drop(runtime);
        assert_eq!(*heard.lock().unwrap(), ALL, "what waited for its turn");
        heard.lock().unwrap().clear();
        commit(&on_it, &heard);
        assert_eq!(*heard.lock().unwrap(), ALL, "what came later");
    }
}

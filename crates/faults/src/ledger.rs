//! What was acknowledged, and whether it is there: once, under its number, in the order it was said.

use crate::{
    Result,
    clock::Clock,
    http::Line,
    server::{Server, Writer},
};
use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

/// One who writes one message after the other, and asks again with the same key where no answer came.
pub(crate) struct Pen {
    name: String,
    next: u64,
    /// Acknowledged numbers, by what was said: the n-th stands at n.
    said: Vec<i64>,
    /// Requests that got no answer.
    pub(crate) unanswered: u64,
    /// Requests that were answered by an error of the server, and asked again.
    pub(crate) refused: u64,
}

/// What came of asking.
pub(crate) enum Answer {
    /// It was acknowledged.
    Done,
    /// By an error of the server.
    Refused,
    /// The connection is gone.
    Nothing,
}

impl Pen {
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), next: 0, said: Vec::new(), unanswered: 0, refused: 0 }
    }

    /// Asks once for the next message to be posted.
    pub(crate) fn ask(&mut self, line: &mut Line, who: &Writer) -> Result<Answer> {
        let body = format!("{}-{}", self.name, self.next);
        let json = format!("{{\"body\":\"{body}\"}}");
        match line.ask("POST", &who.path(), &who.token, &body, &json) {
            Ok((201, message)) => {
                self.said.push(message["number"].as_i64().ok_or("a message without a number")?);
                self.next += 1;
                Ok(Answer::Done)
            }
            // Stopping, at its limit, or without its database: it may even have been done, so the key is the same.
            Ok((500.., _)) => {
                self.refused += 1;
                Ok(Answer::Refused)
            }
            Ok((status, body)) => Err(format!("a message was answered {status}: {body}").into()),
            Err(_) => {
                self.unanswered += 1;
                Ok(Answer::Nothing)
            }
        }
    }

    /// Writes until `stop`, or until the server is gone; counts acknowledgements in `done`.
    pub(crate) fn write(
        &mut self,
        server: &Server,
        who: &Writer,
        stop: &AtomicBool,
        done: &AtomicU64,
    ) -> Result<()> {
        let Ok(mut line) = server.line() else { return Ok(()) };
        while !stop.load(Ordering::SeqCst) {
            match self.ask(&mut line, who)? {
                Answer::Done => {
                    done.fetch_add(1, Ordering::SeqCst);
                }
                Answer::Refused => std::thread::yield_now(),
                Answer::Nothing => return Ok(()),
            }
        }
        Ok(())
    }
}

/// Writes with every pen at once until `enough` says so, and then does `then` in the middle of it.
pub(crate) fn together(
    pens: &mut [Pen],
    server: &Server,
    who: &Writer,
    enough: impl Fn(u64) -> bool,
    then: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let (stop, done) = (AtomicBool::new(false), AtomicU64::new(0));
    let failed: Mutex<Option<crate::Failure>> = Mutex::default();
    std::thread::scope(|scope| {
        let (stop, done, failed) = (&stop, &done, &failed);
        for pen in pens {
            scope.spawn(move || {
                if let Err(e) = pen.write(server, who, stop, done) {
                    *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(e);
                    stop.store(true, Ordering::SeqCst);
                }
            });
        }
        let (mut clock, mut before) = (Clock::start(), 0);
        let mut waited = Ok(());
        loop {
            let now = done.load(Ordering::SeqCst);
            if enough(now) || stop.load(Ordering::SeqCst) || waited.is_err() {
                break;
            }
            if now > before {
                (clock, before) = (Clock::start(), now);
            }
            waited = clock.patience("an acknowledgement");
            std::thread::yield_now();
        }
        let outcome = waited.and_then(|()| then());
        stop.store(true, Ordering::SeqCst);
        outcome
    })?;
    failed.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}

/// What came of a look at everything.
#[derive(Default, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) acknowledged: u64,
    pub(crate) missing: u64,
    pub(crate) doubled: u64,
    /// Under another number than acknowledged, a gap in the numbers, or not in the order it was said.
    pub(crate) out_of_order: u64,
}

impl Found {
    pub(crate) fn clean(&self) -> bool {
        self.missing + self.doubled + self.out_of_order == 0
    }
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} acknowledged: {} missing, {} doubled, {} out of order",
            self.acknowledged, self.missing, self.doubled, self.out_of_order
        )
    }
}

/// Every message of a room: what it says, and its number.
pub(crate) fn everything(server: &Server, who: &Writer) -> Result<Vec<(String, i64)>> {
    let (mut line, mut all, mut last) = (server.line()?, Vec::new(), 0);
    loop {
        let page = line.get(&format!("{}?after={last}&limit=200", who.path()), &who.token)?;
        for m in page["items"].as_array().ok_or("no items")? {
            last = m["number"].as_i64().ok_or("no number")?;
            all.push((m["body"]["text"].as_str().unwrap_or_default().to_owned(), last));
        }
        if page["has_after"] == false {
            return Ok(all);
        }
    }
}

/// Compares what pens were told with what is there.
pub(crate) fn look(pens: &[Pen], there: &[(String, i64)]) -> Found {
    let mut found = Found::default();
    let mut at: HashMap<&str, i64> = HashMap::new();
    for (i, (text, number)) in there.iter().enumerate() {
        if *number != i as i64 + 1 {
            found.out_of_order += 1;
        }
        if !text.is_empty() && at.insert(text, *number).is_some() {
            found.doubled += 1;
        }
    }
    for pen in pens {
        let mut before = 0;
        for (n, number) in pen.said.iter().enumerate() {
            found.acknowledged += 1;
            match at.get(format!("{}-{n}", pen.name).as_str()) {
                None => found.missing += 1,
                Some(there) if there != number || *there <= before => found.out_of_order += 1,
                Some(there) => before = *there,
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_counted() {
        let mut pen = Pen::new("a");
        pen.said = vec![2, 3, 4];
        let there =
            |list: &[(&str, i64)]| list.iter().map(|(t, n)| ((*t).to_owned(), *n)).collect::<Vec<_>>();
        let pens = [pen];
        let count = |list: &[(&str, i64)]| {
            let f = look(&pens, &there(list));
            (f.acknowledged, f.missing, f.doubled, f.out_of_order)
        };
        assert_eq!(count(&[("", 1), ("a-0", 2), ("a-1", 3), ("a-2", 4)]), (3, 0, 0, 0));
        assert_eq!(count(&[("", 1), ("a-0", 2), ("a-1", 3)]), (3, 1, 0, 0));
        assert_eq!(count(&[("", 1), ("a-0", 2), ("a-1", 3), ("a-2", 4), ("a-1", 5)]), (3, 0, 1, 1));
        assert_eq!(count(&[("", 1), ("a-1", 2), ("a-0", 3), ("a-2", 4)]), (3, 0, 0, 2));
        assert_eq!(count(&[("a-0", 2), ("a-1", 3), ("a-2", 4)]).3, 3);
    }
}

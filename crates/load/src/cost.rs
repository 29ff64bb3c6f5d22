//! Server CPU of one kind of request: it is asked for by several connections at once, and what the server burns meanwhile is
//! shared out.

use crate::{Result, http::Asker, machine, server::Server};
use std::{net::SocketAddr, thread};

/// Connections that ask at once.
const ASKERS: usize = 8;

/// One kind: its requests by number, and how often it is done for each post, where that matters.
pub(crate) struct Kind<'a> {
    pub(crate) name: &'static str,
    pub(crate) weight: f64,
    request: Box<dyn Fn(usize) -> String + Sync + 'a>,
    /// Must be answered that there is no such thing.
    hidden: bool,
}

impl<'a> Kind<'a> {
    pub(crate) fn new(
        name: &'static str,
        weight: f64,
        request: impl Fn(usize) -> String + Sync + 'a,
    ) -> Self {
        Self { name, weight, request: Box::new(request), hidden: false }
    }

    /// Of something that does not exist for whoever asks.
    pub(crate) fn hidden(self) -> Self {
        Self { hidden: true, ..self }
    }

    /// Microseconds of server CPU for one request; so many are made.
    pub(crate) fn cost(&self, server: &Server, times: usize, failures: &mut Vec<String>) -> Result<f64> {
        let ask = |from: usize, to: usize| self.ask(server.address, from, to);
        // Statements are planned and pages are read at the first.
        ask(0, times / 10)?;
        let before = machine::cpu(server.pid())?;
        let each = times / ASKERS;
        let begun = times / 10;
        let wrong: usize = thread::scope(|scope| {
            let askers: Vec<_> = (0..ASKERS)
                .map(|a| scope.spawn(move || ask(begun + a * each, begun + (a + 1) * each)))
                .collect();
            askers.into_iter().map(|a| a.join().map_err(|_| "an asker panicked")?).sum::<Result<usize>>()
        })?;
        if wrong > 0 {
            failures.push(format!("costs: {wrong} of {times} requests were answered wrongly: {}", self.name));
        }
        let burnt = machine::cpu(server.pid())?.saturating_sub(before);
        Ok(burnt.as_secs_f64() * 1e6 / (each * ASKERS) as f64)
    }

    /// Asks and says how many answers were not what they must be.
    fn ask(&self, address: SocketAddr, from: usize, to: usize) -> Result<usize> {
        let mut asker = Asker::connect(address)?;
        let mut wrong = 0;
        for n in from..to {
            let answer = asker.ask(&(self.request)(n))?;
            let good = if self.hidden { answer.status == 404 } else { (200..300).contains(&answer.status) };
            wrong += usize::from(!good);
        }
        Ok(wrong)
    }
}

//! A website's visitors and the agents who answer: thousands of visitors with the widget open, some of whom write, and
//! fifty agents who each see everything and answer what they hear.

mod visitors;

use crate::{
    Result,
    crowd::{Ask, Crowd, Outcome},
    machine,
    measure::ms,
    report::Row,
    run::Place,
};
use std::{collections::HashMap, time::Duration};
use visitors::{Desk, Visitor, words};

const VISITORS: usize = 5_000;
const AGENTS: usize = 50;
const SENDERS: usize = 32;
/// Messages of visitors a second, tried in turn; each is answered.
const PACES: [u64; 3] = [20, 50, 100];
const SECOND: u64 = 1_000_000_000;
/// Kinds of asks.
const WRITES: usize = 0;
const ANSWERS: usize = 1;

pub(crate) fn measure(place: &Place, failures: &mut Vec<String>) -> Result<Vec<Row>> {
    let count = place.sockets(if place.quick { VISITORS / 10 } else { VISITORS });
    let (_data, people, server) = visitors::start(place, AGENTS)?;
    let mut crowd = Crowd::new(server.address, 2, SENDERS)?;
    let desk = visitors::open_desk(&server, &people)?;
    let mut visitors = desk.welcome(&mut crowd, count)?;
    crowd.settle(server.pid())?;
    let before = machine::resident(server.pid())?;
    desk.seat(&mut crowd, &mut visitors)?;
    crowd.settle(server.pid())?;
    let each = machine::resident(server.pid())?.saturating_sub(before) as f64 / count as f64 / 1024.0;
    crowd.listening = true;
    let time = (Duration::from_secs(1), Duration::from_secs(if place.quick { 3 } else { 8 }));
    let mut rows = Vec::new();
    for pace in PACES {
        let mut talk = Talk {
            desk: &desk,
            visitors: &visitors,
            every: SECOND / pace,
            due: None,
            made: 0,
            open: HashMap::new(),
        };
        let outcome = crowd.run(server.pid(), time, |crowd, now| Ok(talk.act(crowd, now)))?;
        // Who has written last is answered after the end, or not at all: both are nobody's fault.
        rows.push(row(count, pace, &outcome));
        if crowd.failed > 0 {
            break;
        }
    }
    failures.extend(crowd.failures("widget"));
    rows.push(
        Row::note(&format!("Memory per visitor's socket ({count} of them)"), format!("{each:.1} kB"))
            .remark(&format!("with {AGENTS} agents' sockets")),
    );
    Ok(rows)
}

fn row(count: usize, pace: u64, outcome: &Outcome) -> Row {
    Row::note(
        &format!("Widget, {count} visitors and {AGENTS} agents: {pace} messages/s, each answered"),
        format!("e2e p50 {:.1}, p99 {:.1} ms", ms(&outcome.reach, 0.5), ms(&outcome.reach, 0.99)),
    )
    .remark(&format!(
        "a visitor's message acknowledged p99 {:.1}, an answer p99 {:.1} ms; {:.0} deliveries/s; server {:.2} cores, client {:.0} % of one; refused {}",
        ms(&outcome.kinds[WRITES], 0.99),
        ms(&outcome.kinds[ANSWERS], 0.99),
        outcome.deliveries as f64 / outcome.seconds,
        outcome.server_cpu / outcome.seconds,
        outcome.client * 100.0,
        outcome.refused,
    ))
}

/// Visitors who write on an open schedule, and the agent of each who answers on hearing it.
struct Talk<'a> {
    desk: &'a Desk,
    visitors: &'a [Visitor],
    every: u64,
    due: Option<u64>,
    made: usize,
    /// Posts to be answered: by which agent, to which visitor.
    open: HashMap<usize, (usize, usize)>,
}

impl Talk<'_> {
    fn act(&mut self, crowd: &mut Crowd, now: u64) -> u64 {
        for heard in crowd.take_heard() {
            let Some((agent, visitor)) = self.open.get(&heard.post).copied() else { continue };
            if heard.reader == agent {
                self.open.remove(&heard.post);
                let to = &self.visitors[visitor];
                let (post, mark) = crowd.new_post_in(&[to.rooms.0, to.rooms.1], now);
                let request = self.desk.answers(agent, to, &format!("load-{post}"), &words(&mark));
                crowd.ask(Ask::new(ANSWERS, now, request).posts(post));
            }
        }
        let mut due = self.due.unwrap_or(now);
        while due <= now {
            // Not the next: two messages of one visitor are far apart.
            let visitor = self.made * 7 % self.visitors.len();
            let from = &self.visitors[visitor];
            let (post, mark) = crowd.new_post_in(&[from.rooms.0, from.rooms.1], due);
            let request = self.desk.says(from, &format!("load-{post}"), &words(&mark));
            crowd.ask(Ask::new(WRITES, due, request).posts(post));
            self.open.insert(post, (self.made % self.desk.agents.len(), visitor));
            self.made += 1;
            due += self.every;
        }
        self.due = Some(due);
        due
    }
}

//! What a stretch of load brought.

use crate::{
    Result,
    measure::{histogram, ms},
};
use hdrhistogram::Histogram;

/// Kinds of asks seen less often than this have no p99 of their own; they are judged together.
const SEEN: u64 = 20;

/// What a stretch of load brought.
pub(crate) struct Outcome {
    /// Due to answered by kind of ask, microseconds.
    pub(crate) kinds: Vec<Histogram<u64>>,
    /// Due to delivered, all deliveries of posts due in the measured time, microseconds.
    pub(crate) reach: Histogram<u64>,
    pub(crate) posts: u64,
    pub(crate) deliveries: u64,
    /// Answers that said the server is too busy.
    pub(crate) refused: u64,
    /// Readers the server sent away to come back with their cursors.
    pub(crate) sent_away: u64,
    pub(crate) seconds: f64,
    /// CPU seconds of the server.
    pub(crate) server_cpu: f64,
    /// Share of a core this thread used.
    pub(crate) client: f64,
}

impl Outcome {
    pub(super) fn new(kinds: usize) -> Result<Self> {
        Ok(Self {
            kinds: (0..kinds).map(|_| histogram()).collect::<Result<_>>()?,
            reach: histogram()?,
            posts: 0,
            deliveries: 0,
            refused: 0,
            sent_away: 0,
            seconds: 0.0,
            server_cpu: 0.0,
            client: 0.0,
        })
    }

    /// The slowest of these kinds and its p99 in ms; what a post takes to reach its readers is one.
    pub(crate) fn slowest(&self, names: &[&'static str]) -> Result<(&'static str, f64)> {
        let mut rare = histogram()?;
        let mut worst = ("a post reaches its readers", ms(&self.reach, 0.99));
        for (name, times) in names.iter().zip(&self.kinds) {
            if times.len() < SEEN {
                rare.add(times)?;
            } else if ms(times, 0.99) > worst.1 {
                worst = (name, ms(times, 0.99));
            }
        }
        let rare = ms(&rare, 0.99);
        Ok(if rare > worst.1 { ("the rarest together", rare) } else { worst })
    }

    /// The p99 of each of these kinds in ms, the slowest first, with how many were measured.
    pub(crate) fn each(&self, names: &[&'static str]) -> String {
        let mut each: Vec<(f64, &str, u64)> = names
            .iter()
            .zip(&self.kinds)
            .filter(|(_, t)| !t.is_empty())
            .map(|(name, t)| (ms(t, 0.99), *name, t.len()))
            .collect();
        each.sort_by(|a, b| b.0.total_cmp(&a.0));
        let each: Vec<String> =
            each.iter().map(|(p99, name, count)| format!("{name} {p99:.1} ({count})")).collect();
        each.join(", ")
    }

    /// Answers of the measured time.
    pub(crate) fn answers(&self) -> u64 {
        self.kinds.iter().map(Histogram::len).sum()
    }
}

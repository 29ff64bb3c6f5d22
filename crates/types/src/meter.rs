//! What is counted while the server runs, for whoever watches it: atomics that cost next to nothing and say nothing of
//! anyone. Where they are counted they are statics of a crate; the server gives them names and shows them.

use std::{
    sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// How often something happened. Only grows.
#[derive(Debug)]
pub struct Counter(AtomicU64);

/// How much of something there is now.
#[derive(Debug)]
pub struct Gauge(AtomicI64);

/// How large, or how long, what happened was: how often it was at most each of some bounds.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [u64],
    // One more than there are bounds, at most: what is beyond the last.
    counts: [AtomicU64; MOST],
    sum: AtomicU64,
}

/// Bounds a histogram has at most, and one.
const MOST: usize = 16;

impl Counter {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Once more.
    pub fn inc(&self) {
        self.add(1);
    }

    /// So many times more.
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Relaxed);
    }

    /// How often so far.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

impl Default for Counter {
    fn default() -> Self {
        Self::new()
    }
}

impl Gauge {
    /// None.
    pub const fn new() -> Self {
        Self(AtomicI64::new(0))
    }

    /// So many more, or fewer.
    pub fn add(&self, n: i64) {
        self.0.fetch_add(n, Relaxed);
    }

    /// How many. Never less than none, though whoever takes may be counted before whoever gave.
    pub fn get(&self) -> u64 {
        u64::try_from(self.0.load(Relaxed)).unwrap_or(0)
    }
}

impl Default for Gauge {
    fn default() -> Self {
        Self::new()
    }
}

impl Histogram {
    /// With these bounds, which rise; those beyond the fifteenth are not looked at.
    pub const fn new(bounds: &'static [u64]) -> Self {
        Self { bounds, counts: [const { AtomicU64::new(0) }; MOST], sum: AtomicU64::new(0) }
    }

    /// It happened, with this value.
    pub fn take(&self, value: u64) {
        let at = self.bounds().partition_point(|bound| *bound < value);
        self.counts[at].fetch_add(1, Relaxed);
        self.sum.fetch_add(value, Relaxed);
    }

    /// It took so long; kept in microseconds.
    pub fn took(&self, time: Duration) {
        self.take(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }

    fn bounds(&self) -> &'static [u64] {
        &self.bounds[..self.bounds.len().min(MOST - 1)]
    }

    /// Each bound with how often it was not exceeded, and at the end the sum of all values and how often in all.
    pub fn get(&self) -> (Vec<(u64, u64)>, u64, u64) {
        let mut so_far = 0;
        let below = self.bounds().iter().zip(&self.counts).map(|(bound, count)| {
            so_far += count.load(Relaxed);
            (*bound, so_far)
        });
        let below = below.collect();
        (below, self.sum.load(Relaxed), so_far + self.counts[self.bounds().len()].load(Relaxed))
    }
}

/// Bounds for how long something takes that is mostly quick, in microseconds: half a millisecond to ten seconds.
pub const TIMES: &[u64] = &[
    500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    5_000_000, 10_000_000,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fall_at_or_below_their_bound_and_beyond_the_last() {
        let histogram = Histogram::new(&[10, 20]);
        for value in [0, 10, 11, 20, 21, 1_000] {
            histogram.take(value);
        }
        assert_eq!(histogram.get(), (vec![(10, 2), (20, 4)], 1_062, 6));
    }

    #[test]
    fn what_is_taken_before_it_was_given_is_not_less_than_none() {
        let gauge = Gauge::new();
        gauge.add(-3);
        assert_eq!(gauge.get(), 0);
        gauge.add(5);
        assert_eq!(gauge.get(), 2);
    }
}

//! Rate limits: token buckets by key, in bounded memory. They count what this node sees.

use portico_core::people::Pace;
use portico_types::{Clock, Error, Millis, Result};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Keys remembered at most; the fullest are forgotten first, which only ever forgives.
const KEYS: usize = 100_000;

/// `burst` at once, then one every `every_ms`.
pub struct Limiter {
    clock: Arc<dyn Clock>,
    burst: f64,
    every_ms: f64,
    buckets: Mutex<HashMap<String, (f64, Millis)>>,
}

impl Limiter {
    /// A limiter with a bucket for each key.
    pub fn new(clock: Arc<dyn Clock>, burst: u32, every_ms: u32) -> Self {
        Self {
            clock,
            burst: f64::from(burst),
            every_ms: f64::from(every_ms.max(1)),
            buckets: Mutex::default(),
        }
    }

    /// How fast it lets a key go.
    pub fn pace(&self) -> Pace {
        Pace { burst: self.burst as u32, every_ms: self.every_ms as u32 }
    }

    /// Takes one from the key's bucket, or says when there is one again.
    pub fn take(&self, key: &str) -> Result<()> {
        let now = self.clock.now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= KEYS && !buckets.contains_key(key) {
            let (burst, every) = (self.burst, self.every_ms);
            buckets.retain(|_, (left, at)| *left + ((now.0 - at.0) as f64) / every < burst);
            if buckets.len() >= KEYS {
                return Err(Error::rate_limited(1));
            }
        }
        let (left, at) = buckets.get(key).copied().unwrap_or((self.burst, now));
        let left = (left + ((now.0 - at.0).max(0) as f64) / self.every_ms).min(self.burst);
        if left < 1.0 {
            buckets.insert(key.to_owned(), (left, now));
            let wait_ms = (1.0 - left) * self.every_ms;
            return Err(Error::rate_limited((wait_ms / 1_000.0).ceil() as u32));
        }
        buckets.insert(key.to_owned(), (left - 1.0, now));
        Ok(())
    }

    /// Forgets a key, when it has proven to be friendly.
    pub fn forgive(&self, key: &str) {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use portico_types::ManualClock;

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let clock = Arc::new(ManualClock::at(Millis(0)));
        let limiter = Limiter::new(Arc::<ManualClock>::clone(&clock), 3, 1_000);
        for _ in 0..3 {
            limiter.take("a").unwrap();
        }
        assert_eq!(limiter.take("a").unwrap_err().retry_after_s(), Some(1));
        limiter.take("b").unwrap();
        clock.advance(1_000);
        limiter.take("a").unwrap();
        assert!(limiter.take("a").is_err());
        limiter.forgive("a");
        limiter.take("a").unwrap();
    }
}

//! How many streams one address may hold open. A household, an office, a proxy's worth: not ten thousand.

use portico_types::{Error, Result};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Counts open streams by address.
pub struct Sockets {
    limit: u32,
    open: Mutex<HashMap<String, u32>>,
}

/// One open stream; dropping it makes room for another.
pub struct Seat {
    sockets: Arc<Sockets>,
    address: String,
}

impl Sockets {
    /// At most `limit` from each address.
    pub fn new(limit: u32) -> Arc<Self> {
        Arc::new(Self { limit, open: Mutex::default() })
    }

    /// Takes a seat, or says that there is none.
    pub fn sit(self: &Arc<Self>, address: &str) -> Result<Seat> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let seats = open.entry(address.to_owned()).or_default();
        if *seats >= self.limit {
            return Err(Error::rate_limited(30));
        }
        *seats += 1;
        Ok(Seat { sockets: Arc::clone(self), address: address.to_owned() })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.sockets.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seats) = open.get_mut(&self.address) {
            *seats -= 1;
            if *seats == 0 {
                open.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_seats_and_gets_them_back() {
        let sockets = Sockets::new(2);
        let first = sockets.sit("a").unwrap();
        let _second = sockets.sit("a").unwrap();
        assert_eq!(sockets.sit("a").err().unwrap().code().status(), 429);
        let other = sockets.sit("b").unwrap();
        drop((first, other));
        let _third = sockets.sit("a").unwrap();
        assert_eq!(sockets.open.lock().unwrap().len(), 1, "who has gone is forgotten");
    }
}

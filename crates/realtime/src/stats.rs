//! What the hub counts while it delivers. Of the whole process; says nothing of anyone.

use portico_types::meter::Counter;

/// See the module.
#[derive(Debug)]
pub struct Told {
    /// Events put into the queue of a connection, once for each connection.
    pub deliveries: Counter,
    /// Connections ended because they were too slow; they may resume.
    pub too_slow: Counter,
}

/// What was counted since the process began.
pub static TOLD: Told = Told { deliveries: Counter::new(), too_slow: Counter::new() };

//! What the raw write loop pays for a delivery, where it writes to as many sockets at once as a channel has members.

use crate::{
    Result,
    drive::Drive,
    machine,
    measure::{Pace, Plan},
    raw_fan::{Orders, RawFan},
    socket,
};
use std::time::Duration;

/// Posts on their way at once.
const DEEP: usize = 16;

/// Microseconds of its CPU for each delivery, from the first to the last of a stretch of `time` with a post every `pace`.
/// `sockets` are open, and each post goes to the next `members` of them, which divide them.
pub(super) fn each(
    (sockets, members): (usize, usize),
    pace: Duration,
    time: Duration,
    failures: &mut Vec<String>,
) -> Result<Vec<f64>> {
    let mut child = RawFan::start(sockets, members)?;
    let mut drive = Drive::new(Box::new(Orders))?.in_groups(sockets / members);
    for i in 0..sockets {
        drive.subscribe(socket::Opened { stream: socket::tcp(child.address, i)?, early: Vec::new() }, 0)?;
    }
    drive.add_sender(child.orders.take().ok_or("no connection for orders")?, DEEP)?;
    let plan = Plan { pace: Pace::Open(pace), warm: Duration::ZERO, measured: time, pid: child.pid() };
    let mut each = Vec::new();
    for round in 0..=2 {
        let (cpu, made) = (machine::cpu(plan.pid)?, drive.made());
        drive.run(&plan)?;
        let cpu = machine::cpu(plan.pid)?.saturating_sub(cpu);
        // The first warms up.
        if round > 0 {
            let deliveries = (drive.made() - made).max(1) * members as u64;
            each.push(cpu.as_secs_f64() * 1e6 / deliveries as f64);
        }
    }
    failures.extend(drive.failures().iter().map(|f| format!("raw loop to {members} of {sockets}: {f}")));
    Ok(each)
}

//! A server that nobody has used yet: how soon it is there, and what it takes.

use crate::{Result, machine, report::Row, run::Place, server::Server};
use std::time::Duration;

const STARTS: usize = 5;

pub(crate) fn measure(place: &Place) -> Result<Vec<Row>> {
    let mut starts = Vec::new();
    let mut resident = 0;
    for n in 0..STARTS {
        let data = place.directory(&format!("fresh-{n}"))?;
        let server = Server::start(&place.server, &data)?;
        starts.push(server.ready_after);
        if n == STARTS - 1 {
            // The allocator and the runtime settle within moments; what a timer still does is part of it.
            std::thread::sleep(Duration::from_secs(3));
            resident = machine::resident(server.pid())?;
        }
    }
    let megabytes = resident as f64 / 1024.0 / 1024.0;
    let ready = median(&mut starts);
    Ok(vec![
        Row::goal(
            "Idle resident memory, fresh install",
            format!("{megabytes:.1} MB"),
            ("≤ 40 MB", megabytes <= 40.0),
            ("≤ 25 MB", megabytes <= 25.0),
        ),
        Row::note("Start to ready, empty database (schema made)", format!("{ready:.0} ms")),
    ])
}

/// The middle one, in milliseconds.
pub(crate) fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0.0, |t| t.as_secs_f64() * 1000.0)
}

//! What a socket costs that says nothing: memory of the server with thousands of them, signed in and silent.

use crate::{
    Result,
    drive::Drive,
    lane::{Posts, world},
    machine,
    report::Row,
    run::Place,
    server::Server,
    socket,
};
use std::time::Duration;

const MEMBERS: usize = 1_000;
const WANTED: usize = 10_000;
/// Files that are open besides.
const SPARE: u64 = 200;

pub(crate) fn measure(place: &Place, failures: &mut Vec<String>) -> Result<Vec<Row>> {
    let files = machine::raise_files().saturating_sub(SPARE) as usize;
    let wanted = if place.quick { WANTED / 10 } else { WANTED };
    let sockets = wanted.min(files / MEMBERS * MEMBERS);
    if sockets < wanted {
        place.say(&format!("the limit of open files allows only {sockets} sockets"));
    }
    let (data, people) = world(place, "idle", MEMBERS, sockets.div_ceil(MEMBERS))?;
    let server = Server::start(&place.server, &data)?;
    let mut drive = Drive::new(Box::new(Posts::new(&people, 1)))?;
    // One socket loads the organization and starts what starts once.
    drive.subscribe(socket::open(server.address, 0, &people.tokens[0])?, 0)?;
    drive.listen(Duration::from_secs(2))?;
    let before = machine::resident(server.pid())?;
    for i in 1..sockets {
        drive.subscribe(socket::open(server.address, i, &people.tokens[i])?, 0)?;
        if i % 50 == 0 {
            drive.listen(Duration::ZERO)?;
        }
    }
    drive.settle(server.pid())?;
    let after = machine::resident(server.pid())?;
    failures.extend(drive.failures().iter().map(|f| format!("idle sockets: {f}")));
    let each = after.saturating_sub(before) as f64 / (sockets - 1) as f64 / 1024.0;
    Ok(vec![
        Row::goal(
            &format!("Memory per idle authenticated socket ({sockets} of them)"),
            format!("{each:.1} kB"),
            ("≤ 16 kB", each <= 16.0),
            ("≤ 10 kB", each <= 10.0),
        )
        .remark(&format!(
            "server {:.0} MB in all, {:.0} MB before; {} presence frames went out meanwhile",
            after as f64 / 1_048_576.0,
            before as f64 / 1_048_576.0,
            drive.others
        )),
    ])
}

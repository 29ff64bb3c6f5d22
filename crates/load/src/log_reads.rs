//! What another node burns for an event it has nothing to do with: it reads it from the log, for one of the organization is
//! connected to it. Two servers on one PostgreSQL without a bus: the second looks at the log each second.

use crate::{
    Result,
    drive::Drive,
    lane::Posts,
    machine,
    measure::{Pace, Plan},
    pg::{self, Database},
    report::Row,
    run::Place,
    server::{self, Server},
    socket,
};
use std::{net::TcpStream, time::Duration};

/// People who post, each to a channel of their own.
const AUTHORS: usize = 16;
/// Posts a second.
const PACE: u64 = 500;

pub(crate) fn measure(place: &Place, failures: &mut Vec<String>) -> Result<Vec<Row>> {
    let title = "Server CPU of another node for an event it reads from the log, PostgreSQL";
    let Some(url) = &place.postgres else {
        return Ok(vec![
            Row::note(title, "not measured".into()).remark("no PostgreSQL was named (--postgres)"),
        ]);
    };
    let database = Database::make(url, "log")?;
    let (data, other) = (place.directory("log-posts")?, place.directory("log-reads")?);
    let flags = ["--database".to_owned(), database.url.clone()];
    server::set_up_with(&place.server, &data, &flags)?;
    let mut db = database.connect()?;
    // The last one never posts and hears of nothing.
    let people = pg::people(&mut db, AUTHORS + 1)?;
    let server = Server::start_with(&place.server, &data, &flags)?;
    let reader = Server::start_with(&place.server, &other, &flags)?;
    let mut listener =
        Drive::new(Box::new(Posts::into(&people.tokens[..AUTHORS], &people.rooms[..AUTHORS])))?;
    listener.subscribe(socket::open(reader.address, 0, &people.tokens[AUTHORS])?, 0)?;
    listener.settle(reader.pid())?;
    let mut posts = Drive::new(Box::new(Posts::into(&people.tokens[..AUTHORS], &people.rooms[..AUTHORS])))?;
    for _ in 0..AUTHORS {
        posts.add_sender(TcpStream::connect(server.address)?, 1)?;
    }
    let seconds = if place.quick { 2 } else { 8 };
    let mut events = || -> Result<i64> { Ok(db.query_one("SELECT COUNT(*) FROM event", &[])?.get(0)) };
    let (before, cpu) = (events()?, machine::cpu(reader.pid())?);
    posts.run(&Plan {
        pace: Pace::Open(Duration::from_nanos(1_000_000_000 / PACE)),
        warm: Duration::ZERO,
        measured: Duration::from_secs(seconds),
        pid: server.pid(),
    })?;
    // The last look at the log comes within a second.
    listener.settle(reader.pid())?;
    let burnt = machine::cpu(reader.pid())?.saturating_sub(cpu);
    let read = events()? - before;
    for (name, drive) in [("posts", &posts), ("other node", &listener)] {
        failures.extend(drive.failures().iter().map(|f| format!("log reads, {name}: {f}")));
    }
    let each = burnt.as_secs_f64() * 1e6 / read.max(1) as f64;
    Ok(vec![
        Row::note(title, format!("{each:.0} µs"))
            .remark(&format!("{read} events, looked at each second; what the node burns by itself is in it")),
    ])
}

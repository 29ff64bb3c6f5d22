//! Durable posts over HTTP with the server on PostgreSQL, in one organization, against four connections that write the
//! same rows and nothing else.

use crate::{
    Result,
    drive::Drive,
    lane::{Posts, text},
    measure::{Outcome, Pace, Plan, ms},
    pg::{self, Database, LANES},
    report::Row,
    run::Place,
    server::{self, Server},
};
use std::{net::TcpStream, time::Duration};

/// Writers that wait, each with a channel of their own.
const WRITERS: usize = 64;
const WARM: Duration = Duration::from_secs(1);

pub(crate) fn measure(place: &Place, failures: &mut Vec<String>) -> Result<Vec<Row>> {
    let title = "Durable full posts over HTTP on PostgreSQL, one organization, 64 writers in 64 channels";
    let Some(url) = &place.postgres else {
        return Ok(vec![
            Row::goal(title, "not measured".into(), ("≥ 3,000/s", false), ("≥ 8,000/s", false))
                .only_if(false, "no PostgreSQL was named (--postgres)"),
        ]);
    };
    let seconds = |quick, full| Duration::from_secs(if place.quick { quick } else { full });
    let database = Database::make(url, "lane")?;
    let data = place.directory("pg-lane")?;
    let flags = ["--database".to_owned(), database.url.clone()];
    server::set_up_with(&place.server, &data, &flags)?;
    let mut db = database.connect()?;
    let engine = pg::version(&mut db)?;
    let people = pg::people(&mut db, WRITERS)?;
    // What is planned for empty tables walks through them when they are full, until there are statistics, which
    // PostgreSQL makes by itself within a minute.
    pg::raw(&database, &people, &text(), WARM, WARM)?;
    db.batch_execute("ANALYZE")?;
    let before = pg::raw(&database, &people, &text(), WARM, seconds(1, 4))?;
    let server = Server::start_with(&place.server, &data, &flags)?;
    let mut run = |rooms: &[_], before: u64| -> Result<(Outcome, u64)> {
        let mut drive = Drive::new(Box::new(Posts::into(&people.tokens, rooms).after(before)))?;
        for _ in 0..WRITERS {
            drive.add_sender(TcpStream::connect(server.address)?, 1)?;
        }
        let pid = server.pid();
        let plan = Plan { pace: Pace::Closed(WRITERS), warm: WARM, measured: seconds(2, 8), pid };
        let outcome = drive.run(&plan)?;
        failures.extend(drive.failures().iter().map(|f| format!("lane on PostgreSQL: {f}")));
        Ok((outcome, drive.made()))
    };
    let (spread, first) = run(&people.rooms, 0)?;
    let (together, second) = run(&[people.general], first)?;
    drop(server);
    let (kept, made) = (pg::kept(&mut db)?, first + second);
    if kept != made {
        failures.push(format!(
            "lane on PostgreSQL: {made} posts were acknowledged, {kept} different ones are in the database after kill -9"
        ));
    }
    let after = pg::raw(&database, &people, &text(), WARM, seconds(1, 4))?;
    let (posts, raw) = (spread.posts_per_second(), f64::midpoint(before, after));
    Ok(vec![
        Row::goal(
            title,
            describe(&spread),
            ("≥ 3,000/s", posts >= 3_000.0),
            ("≥ 8,000/s", posts >= 8_000.0),
        )
        .against(format!("{raw:.0}/s"), posts / raw)
        .remark(&format!(
            "PostgreSQL {engine} on the same cores, fsync on; server CPU {:.0} µs a post without PostgreSQL's, client {:.0} % of a core; raw: {LANES} connections, 16 posts a \
             commit; all {made} acknowledged posts found after kill -9",
            spread.server_cpu * 1e6 / spread.posts.max(1) as f64,
            spread.client * 100.0,
        ))
        .steady(before, after)
        .client(spread.client)
        .timed(),
        Row::note("Same, all 64 in one channel", describe(&together))
            .against(format!("{raw:.0}/s"), together.posts_per_second() / raw),
    ])
}

fn describe(outcome: &Outcome) -> String {
    format!(
        "{:.0}/s, p50 {:.1}, p99 {:.1} ms",
        outcome.posts_per_second(),
        ms(&outcome.ack, 0.5),
        ms(&outcome.ack, 0.99)
    )
}

//! `kill -9` at random points under load, with retries by key.

use crate::{
    Result,
    ledger::{self, Pen},
    server::Home,
    table::{Line, Place},
};
use portico_types::{Rng, SeededRng};
use std::path::Path;

const PENS: usize = 8;

pub(crate) fn run(place: &Place) -> Result<Vec<Line>> {
    let rounds = if place.long { 200 } else { 10 };
    let home = Home::new(&place.binary, &place.directory("killed")?);
    let mut server = home.serve()?;
    let who = server.set_up()?;
    let mut pens: Vec<Pen> = (0..PENS).map(|n| Pen::new(&format!("p{n}"))).collect();
    let (mut rng, mut checks) = (SeededRng::new(9), 0);
    let mut sound = true;
    for round in 0..rounds {
        let least = if place.long { 520 } else { 40 };
        let point = least + rng.next_u64() % 160;
        let id = server.child.id();
        ledger::together(
            &mut pens,
            &server,
            &who,
            |n| n >= point,
            || {
                let killed = std::process::Command::new("kill").args(["-9", &id.to_string()]).status()?;
                if killed.success() { Ok(()) } else { Err("kill failed".into()) }
            },
        )?;
        drop(server);
        server = home.serve()?;
        if round % 10 == 9 {
            checks += 1;
            sound &= integrity(&home.data)? == "ok";
        }
    }
    // Whoever got no answer asks again, with the same key.
    ledger::together(&mut pens, &server, &who, |n| n >= PENS as u64 * 4, || Ok(()))?;
    let unanswered: u64 = pens.iter().map(|p| p.unanswered).sum();
    let found = ledger::look(&pens, &ledger::everything(&server, &who)?);
    let enough = found.acknowledged >= if place.long { 100_000 } else { 400 };
    let counts = format!(
        "{rounds} kills, {unanswered} requests without an answer; {found}; {checks} integrity checks, sound: {sound}"
    );
    Ok(vec![Line::new("kill -9 under load", counts, found.clean() && sound && enough)])
}

/// What SQLite says of the database, seen through a second connection.
pub(crate) fn integrity(data: &Path) -> Result<String> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let c = rusqlite::Connection::open_with_flags(data.join("portico.db"), flags)?;
    Ok(c.query_row("PRAGMA integrity_check", [], |r| r.get(0))?)
}

//! Writes torn by a power cut, as the disk would leave them: after a kill the log is cut, or changed, at random bytes.
//! The database must open, be sound, and hold a beginning of history: everything up to some commit, nothing after it.
//!
//! A disk that fails below a running SQLite is in `failing`.

use crate::{
    Result,
    killed::integrity,
    ledger::{self, Pen},
    server::Home,
    table::{Line, Place},
};
use portico_types::{Rng, SeededRng};
use std::{fs, path::Path};

pub(crate) fn run(place: &Place) -> Result<Vec<Line>> {
    let cuts = if place.long { 400 } else { 60 };
    let home = Home::new(&place.binary, &place.directory("torn")?);
    let server = home.serve()?;
    let who = server.set_up()?;
    let mut pens: Vec<Pen> = (0..6).map(|n| Pen::new(&format!("p{n}"))).collect();
    ledger::together(&mut pens, &server, &who, |n| n >= 150, || Ok(()))?;
    let (acknowledged, numbers) = {
        let found = ledger::look(&pens, &ledger::everything(&server, &who)?);
        (found.acknowledged, ledger::everything(&server, &who)?.len() as i64)
    };
    server.kill()?;
    let (database, log) =
        (fs::read(home.data.join("portico.db"))?, fs::read(home.data.join("portico.db-wal"))?);
    let mut rng = SeededRng::new(4);
    let mut histories = Vec::new();
    let (mut unsound, mut broken, mut served) = (0, 0, 0);
    for cut in 0..cuts {
        let copy = place.directory(&format!("torn-{cut}"))?;
        fs::write(copy.join("portico.db"), &database)?;
        let at = (rng.next_u64() % (log.len() as u64 + 1)) as usize;
        let mut torn = log.clone();
        if cut % 2 == 0 {
            torn.truncate(at);
        } else if let Some(byte) = torn.get_mut(at) {
            *byte ^= 0x55;
        }
        fs::write(copy.join("portico.db-wal"), &torn)?;
        if cut % 10 == 0 {
            // The server itself, on every tenth.
            let again = Home::new(&place.binary, &copy).serve()?;
            served += 1;
            again.kill()?;
        }
        // Opening for writing takes the log in, as the server does.
        let opened = rusqlite::Connection::open(copy.join("portico.db"))?;
        opened.query_row("PRAGMA journal_mode", [], |r| r.get::<_, String>(0))?;
        drop(opened);
        unsound += u64::from(integrity(&copy)? != "ok");
        let (last, whole) = history(&copy)?;
        broken += u64::from(!whole);
        if cut % 2 == 0 {
            histories.push((at, last));
        }
        fs::remove_dir_all(copy)?;
    }
    // The longer the log that was left, the longer the history.
    histories.sort_unstable();
    let growing = histories.windows(2).all(|w| w[0].1 <= w[1].1);
    let whole = {
        let copy = place.directory("torn-whole")?;
        fs::write(copy.join("portico.db"), &database)?;
        fs::write(copy.join("portico.db-wal"), &log)?;
        drop(rusqlite::Connection::open(copy.join("portico.db"))?);
        history(&copy)?
    };
    let good = unsound == 0 && broken == 0 && growing && whole == (numbers, true);
    let counts = format!(
        "{cuts} logs cut or changed, {served} of them served: {unsound} unsound, {broken} with a hole, growing with the log: {growing}; whole log {} of {acknowledged} acknowledged and their {numbers} numbers",
        whole.0
    );
    Ok(vec![Line::new("torn writes (cut logs)", counts, good)])
}

/// The newest message's number in the busiest room, and whether state and log tell one story without a hole.
fn history(data: &Path) -> Result<(i64, bool)> {
    let c = rusqlite::Connection::open(data.join("portico.db"))?;
    let tables: i64 = c.query_row(
        "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'message' OR name = 'event'",
        [],
        |r| r.get(0),
    )?;
    if tables < 2 {
        // Cut before the schema was there: an empty beginning.
        return Ok((0, true));
    }
    let one = |sql: &str| c.query_row(sql, [], |r| r.get::<_, i64>(0));
    let last = one("SELECT COALESCE(MAX(number), 0) FROM message")?;
    let holes = one(
        "SELECT COUNT(*) FROM (SELECT room_id FROM message GROUP BY room_id HAVING COUNT(*) <> MAX(number))",
    )?;
    let counted = one(
        "SELECT COUNT(*) FROM room r WHERE r.last_number <> (SELECT COUNT(*) FROM message m WHERE m.room_id = r.id)",
    )?;
    let log = one(
        "SELECT COUNT(*) FROM tenant t WHERE t.seq <> (SELECT COUNT(*) FROM event e WHERE e.tenant_id = t.tenant_id)",
    )?;
    let told = one("SELECT COUNT(*) FROM event WHERE body LIKE '{\"type\":\"message.posted\"%'")?;
    let there = one("SELECT COUNT(*) FROM message")?;
    Ok((last, holes + counted + log == 0 && told == there))
}

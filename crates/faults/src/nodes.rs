//! PostgreSQL going away under load, and a node of two killed while people read at it.

use crate::{
    Result,
    ledger::{self, Pen},
    server::{Home, Server, Writer},
    socket::{Came, Socket},
    table::{Line, Place},
};
use serde_json::json;

pub(crate) fn run(place: &Place) -> Result<Vec<Line>> {
    let (outage, killed) = ("PostgreSQL gone under load", "a node of two killed");
    let Some(database) = portico_testkit::postgres() else {
        let lacks = || "PORTICO_TEST_POSTGRES names no server".to_owned();
        return Ok(vec![Line::new(outage, lacks(), false), Line::new(killed, lacks(), false)]);
    };
    let portico_store::Engine::Postgres(url) = database.engine() else { return Err("not PostgreSQL".into()) };
    let node = |name: &str| {
        Ok::<_, crate::Failure>(Home {
            database: Some(url.clone()),
            ..Home::new(&place.binary, &place.directory(name)?)
        })
    };
    let first = node("node-a")?.serve()?;
    let who = first.set_up()?;
    let gone = go_away(place, &first, &who, &database)?;
    let second = node("node-b")?.serve()?;
    Ok(vec![Line::new(outage, gone.0, gone.1), die(place, first, &second, &who)?])
}

/// The database ends every connection and takes none for a while, again and again.
fn go_away(
    place: &Place,
    server: &Server,
    who: &Writer,
    database: &portico_testkit::Place,
) -> Result<(String, bool)> {
    let outages = if place.long { 30 } else { 5 };
    let mut pens: Vec<Pen> = (0..6).map(|n| Pen::new(&format!("o{n}"))).collect();
    for _ in 0..outages {
        ledger::together(
            &mut pens,
            server,
            who,
            |n| n >= 60,
            || {
                database.accept(false);
                // Down until the server has said so to somebody.
                let mut line = server.line()?;
                let body = json!({"body": ""}).to_string();
                while line.ask("POST", &who.path(), &who.token, "", &body)?.0 < 500 {}
                database.accept(true);
                while line.ask("GET", &who.path(), &who.token, "", "")?.0 != 200 {}
                Ok(())
            },
        )?;
    }
    ledger::together(&mut pens, server, who, |n| n >= 24, || Ok(()))?;
    let found = ledger::look(&pens, &ledger::everything(server, who)?);
    let errors: u64 = pens.iter().map(|p| p.refused).sum();
    let good = found.clean() && found.acknowledged > 60 * outages;
    Ok((
        format!("{outages} outages, {errors} requests refused meanwhile, no restart of the server; {found}"),
        good,
    ))
}

/// Readers at the node that dies go on at the other one.
fn die(place: &Place, first: Server, second: &Server, who: &Writer) -> Result<Line> {
    // One member may have fifty.
    let readers = if place.long { 45 } else { 20 };
    let mut sockets: Vec<Socket> =
        (0..readers).map(|_| Socket::open(first.address, &who.token, None)).collect::<Result<_>>()?;
    let before = ledger::everything(second, who)?.len();
    let mut pens: Vec<Pen> = (0..3).map(|n| Pen::new(&format!("d{n}"))).collect();
    let id = first.child.id();
    ledger::together(
        &mut pens,
        &first,
        who,
        |n| n >= 100,
        || {
            let killed = std::process::Command::new("kill").args(["-9", &id.to_string()]).status()?;
            if killed.success() { Ok(()) } else { Err("kill failed".into()) }
        },
    )?;
    drop(first);
    // The writers go on at the other node as well, and ask again what got no answer.
    ledger::together(&mut pens, second, who, |n| n >= 60, || Ok(()))?;
    let all = ledger::everything(second, who)?;
    let found = ledger::look(&pens, &all);
    let truth: Vec<&String> = all[before..].iter().map(|(text, _)| text).collect();
    let (mut gaps, mut repeats, mut moved) = (0, 0, 0);
    for socket in &mut sockets {
        let mut heard = Vec::new();
        while heard.len() < truth.len() {
            match socket.next()? {
                Came::Event(event) => {
                    if let Some(text) = event["data"]["message"]["body"]["text"].as_str() {
                        heard.push(text.to_owned());
                    }
                }
                Came::Last(_) | Came::Cut => {
                    moved += 1;
                    *socket = Socket::open(second.address, &who.token, Some(&socket.cursor))?;
                }
            }
        }
        gaps += truth.iter().filter(|t| !heard.contains(t)).count();
        repeats += heard.len() - heard.iter().collect::<std::collections::HashSet<_>>().len();
        gaps += heard.iter().zip(&truth).filter(|(a, b)| a != *b).count();
    }
    let counts = format!(
        "{moved} of {readers} readers went on at the other: {} events each, {gaps} gaps, {repeats} repeats; {found}",
        truth.len()
    );
    Ok(Line::new("a node of two killed", counts, gaps + repeats == 0 && moved == readers && found.clean()))
}

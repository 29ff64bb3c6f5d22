//! The restore drill: a backup taken under load, restored elsewhere, holds the same and all that was acknowledged
//! before it began.

use crate::{
    Result,
    ledger::{self, Pen},
    server::{Home, said},
    table::{Line, Place},
};
use std::process::Command;

pub(crate) fn run(place: &Place) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for (name, postgres) in [("to SQLite", false), ("to PostgreSQL", true)] {
        let what = format!("backup under load, restored {name}");
        let from = Home::new(&place.binary, &place.directory(&format!("drill-from-{postgres}"))?);
        let mut to = Home::new(&place.binary, &place.directory(&format!("drill-to-{postgres}"))?);
        let database = if postgres { portico_testkit::postgres() } else { None };
        match database.as_ref().map(portico_testkit::Place::engine) {
            Some(portico_store::Engine::Postgres(url)) => to.database = Some(url),
            _ if postgres => {
                lines.push(Line::new(&what, "PORTICO_TEST_POSTGRES names no server".into(), false));
                continue;
            }
            _ => {}
        }
        lines.push(drill(place, &what, &from, &to)?);
    }
    Ok(lines)
}

fn drill(place: &Place, what: &str, from: &Home, to: &Home) -> Result<Line> {
    let at = |name: &str| from.data.join(name).display().to_string();
    let key = said(&Command::new(&place.binary).args(["backup-key", &at("key")]).output()?)?;
    let public = key.split_whitespace().find(|w| w.starts_with("age1")).ok_or("no public key")?;
    let server = from.serve()?;
    let who = server.set_up()?;
    let mut before: Vec<Pen> = (0..4).map(|n| Pen::new(&format!("before{n}"))).collect();
    let enough = if place.long { 5_000 } else { 300 };
    ledger::together(&mut before, &server, &who, |n| n >= enough, || Ok(()))?;
    let mut during: Vec<Pen> = (0..4).map(|n| Pen::new(&format!("during{n}"))).collect();
    let mut made = String::new();
    ledger::together(
        &mut during,
        &server,
        &who,
        |n| n >= 20,
        || {
            made = from.run("backup", &["--to", public, &at("backup")])?;
            Ok(())
        },
    )?;
    let there = ledger::everything(&server, &who)?.len();
    server.kill()?;
    let restored = to.run("restore", &["--identity", &at("key"), &at("backup")])?;
    let again = to.run("backup", &["--plain", &to.data.join("again").display().to_string()])?;
    let (made, restored, again) = (hashes(&made)?, hashes(&restored)?, hashes(&again)?);
    let same = made == restored && restored == again;
    let server = to.serve()?;
    let all = ledger::everything(&server, &who)?;
    let found = ledger::look(&before, &all);
    let counts = format!(
        "{} of {there} messages in it, rows and files identical by hash: {same}; before it began {found}",
        all.len()
    );
    Ok(Line::new(what, counts, same && found.clean()))
}

/// The two hashes a command printed.
fn hashes(text: &str) -> Result<(String, String)> {
    let after = |word: &str| {
        let at = text.find(word).ok_or_else(|| format!("no {word:?} in {text}"))? + word.len();
        Ok::<_, crate::Failure>(text[at..].chars().take(64).collect::<String>())
    };
    Ok((after("rows sha256 ")?, after("files sha256 ")?))
}

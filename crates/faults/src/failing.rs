//! A disk that fails while SQLite writes: refused with a reason, read on, and well again without a restart.

use crate::{
    Result,
    killed::integrity,
    ledger::{self, Pen},
    server::{Home, Server, said},
    table::{Line, Place},
};
use serde_json::json;
use std::{fs, process::Command};

pub(crate) fn run(place: &Place) -> Result<Vec<Line>> {
    let rounds = if place.long { 50 } else { 8 };
    let directory = place.directory("failing")?;
    let (library, when) = (directory.join("failing.so"), directory.join("fails"));
    let source = directory.join("failing.c");
    fs::write(&source, include_str!("failing.c"))?;
    said(
        &Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(&library)
            .arg(&source)
            .arg("-ldl")
            .output()?,
    )?;
    let home = Home::new(&place.binary, &directory.join("data"));
    fs::create_dir_all(&home.data)?;
    let mut command = home.command("serve");
    command.env("LD_PRELOAD", &library).env("DISK_FAILS", &when);
    let server = Server::start(&mut command)?;
    let who = server.set_up()?;
    let mut pens: Vec<Pen> = (0..4).map(|n| Pen::new(&format!("f{n}"))).collect();
    let (mut refusals, mut read) = (std::collections::BTreeSet::new(), 0);
    for round in 0..rounds {
        ledger::together(
            &mut pens,
            &server,
            &who,
            |n| n >= 40,
            || {
                fs::write(&when, "")?;
                let mut line = server.line()?;
                let body = json!({"body": format!("broken {round}")}).to_string();
                for _ in 0..3 {
                    let (status, answer) = line.ask("POST", &who.path(), &who.token, "", &body)?;
                    refusals
                        .insert(format!("{status} {}", answer["error"]["message"].as_str().unwrap_or("?")));
                }
                read += usize::from(line.ask("GET", &who.path(), &who.token, "", "")?.0 == 200);
                fs::remove_file(&when)?;
                Ok(())
            },
        )?;
    }
    ledger::together(&mut pens, &server, &who, |n| n >= 24, || Ok(()))?;
    let there = ledger::everything(&server, &who)?;
    let found = ledger::look(&pens, &there);
    let kept = there.iter().filter(|(text, _)| text.starts_with("broken")).count();
    // And what the file says when it is opened anew.
    server.kill()?;
    let server = home.serve()?;
    let again = ledger::everything(&server, &who)?;
    let sound = integrity(&home.data)?;
    let refused: u64 = pens.iter().map(|p| p.refused).sum();
    let good = found.clean()
        && kept == 0
        && read == rounds
        && refusals.iter().all(|r| r.starts_with("503 the disk reported an error"))
        && again == there
        && sound == "ok";
    let counts = format!(
        "{rounds} times, {refused} writes refused: {refusals:?}, {kept} of the refused there, reads go on: {}, no restart; {found}; the same after a restart: {}, integrity {sound}",
        read == rounds,
        again == there
    );
    Ok(vec![Line::new("I/O errors below SQLite", counts, good)])
}

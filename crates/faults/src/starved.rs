//! A full disk, a directory that may not be written, a file somebody else holds, and a clock that is set.

use crate::{
    Result,
    ledger::everything,
    server::{Home, Server, Writer},
    table::{Line, Place},
};
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

pub(crate) fn run(place: &Place) -> Result<Vec<Line>> {
    Ok(vec![full(place)?, read_only(place)?, held(place)?, clock(place)?])
}

/// A command in a mount namespace of its own, which begins with `mount`.
fn in_namespace(mount: &str, home: &Home) -> Command {
    let mut command = Command::new("unshare");
    let serve = home.command("serve");
    command.args(["--map-root-user", "--mount", "sh", "-c"]).arg(format!("{mount} && exec \"$0\" \"$@\""));
    command.arg(serve.get_program()).args(serve.get_args());
    command
}

fn full(place: &Place) -> Result<Line> {
    let home = Home::new(&place.binary, &place.directory("full")?);
    let dir = home.data.display();
    let mount = format!("mount -t tmpfs -o size=8m tmpfs {dir} && head -c 2000000 /dev/zero > {dir}/ballast");
    let server = Server::start(&mut in_namespace(&mount, &home))?;
    let who = server.set_up()?;
    let mut line = server.line()?;
    let body = json!({"body": "lamp ".repeat(3_000)}).to_string();
    let mut written = 0;
    let refusal = loop {
        match line.ask("POST", &who.path(), &who.token, "", &body)? {
            (201, _) if written < 3_000 => written += 1,
            (status, answer) => {
                break format!("{status} {}", answer["error"]["message"].as_str().unwrap_or("?"));
            }
        }
    };
    let lamps = |server: &Server, who: &Writer| {
        Ok::<_, crate::Failure>(
            everything(server, who)?.iter().filter(|(t, _)| t.starts_with("lamp")).count(),
        )
    };
    let read = lamps(&server, &who)?;
    // Its namespace is seen through the process itself.
    fs::remove_file(format!("/proc/{}/root{dir}/ballast", server.child.id()))?;
    let again = line.ask("POST", &who.path(), &who.token, "", &body)?.0;
    let good =
        refusal.starts_with("503") && refusal.contains("disk is full") && read == written && again == 201;
    let counts = format!(
        "{written} written, then {refusal:?}; {read} still read; with room again {again}, no restart"
    );
    Ok(Line::new("disk full", counts, good && lamps(&server, &who)? == written + 1))
}

fn refused(server: Result<Server>) -> String {
    server.map_or_else(
        |e| e.to_string().lines().last().unwrap_or_default().to_owned(),
        |_| "it started".to_owned(),
    )
}

fn read_only(place: &Place) -> Result<Line> {
    let home = Home::new(&place.binary, &place.directory("read-only")?);
    home.serve()?.set_up()?;
    let dir = home.data.display().to_string();
    let mount = format!("mount --bind {dir} {dir} && mount -o remount,ro,bind {dir}");
    let said = refused(Server::start(&mut in_namespace(&mount, &home)));
    let good = said.contains("cannot write in the data directory") && said.contains(&dir);
    home.serve()?;
    Ok(Line::new("data directory read-only", format!("start refused: {:?}", shown(&said, &home.data)), good))
}

fn held(place: &Place) -> Result<Line> {
    let home = Home::new(&place.binary, &place.directory("held")?);
    let server = home.serve()?;
    let who = server.set_up()?;
    let second = refused(home.serve());
    server.kill()?;
    let c = rusqlite::Connection::open(home.data.join("portico.db"))?;
    c.execute_batch("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE")?;
    let locked = refused(home.serve());
    drop(c);
    let server = home.serve()?;
    let there = everything(&server, &who)?.len();
    let good =
        second.contains("another portico") && locked.contains("locked by another process") && there > 0;
    let counts = format!(
        "second server: {:?}; foreign lock: {:?}",
        shown(&second, &home.data),
        shown(&locked, &home.data)
    );
    Ok(Line::new("database held by somebody else", counts, good))
}

fn shown(text: &str, data: &Path) -> String {
    text.replace(&data.display().to_string(), "DIR")
}

/// Where Debian's libfaketime is.
fn library() -> Option<PathBuf> {
    let found =
        fs::read_dir("/usr/lib").ok()?.filter_map(|e| Some(e.ok()?.path().join("faketime/libfaketime.so.1")));
    found.into_iter().find(|p| p.exists())
}

/// Days the clock is moved by, one after the other.
const MOVES: [&str; 5] = ["+0", "-2d", "+1d", "-1d", "+0"];

fn clock(place: &Place) -> Result<Line> {
    let what = "clock set back and forward";
    let Some(library) = library() else {
        return Ok(Line::new(
            what,
            "libfaketime is missing (Debian: apt-get install faketime)".into(),
            false,
        ));
    };
    let home = Home::new(&place.binary, &place.directory("clock")?);
    let moved = place.work.path().join("clock-is");
    fs::write(&moved, "+0\n")?;
    let mut command = home.command("serve");
    command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", &moved);
    // Only the time of day is set, as an operator would; time that only passes goes on.
    command.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let server = Server::start(&mut command)?;
    let who = server.set_up()?;
    let mut reader = crate::socket::Socket::open(server.address, &who.token, None)?;
    let mut line = server.line()?;
    let (mut refused, mut unheard, mut days) = (0, 0, std::collections::BTreeSet::new());
    let mut said = Vec::new();
    for (n, by) in MOVES.iter().enumerate() {
        fs::write(&moved, format!("{by}\n"))?;
        for m in 0..20 {
            let text = format!("{n}/{m}");
            let body = json!({"body": text}).to_string();
            let (status, answer) = line.ask("POST", &who.path(), &who.token, &text, &body)?;
            if status != 201 {
                refused += 1;
                continue;
            }
            days.extend(answer["created_at"].as_str().map(|at| at.chars().take(10).collect::<String>()));
            days.extend(answer["created_at"].as_i64().map(|at| (at / 86_400_000).to_string()));
            unheard += usize::from(reader.text()? != text);
            // A retry after the clock was moved is the same message.
            let again = line.ask("POST", &who.path(), &who.token, &text, &body)?.1;
            refused += usize::from(again["id"] != answer["id"]);
            said.push(text);
        }
    }
    let there: Vec<String> =
        everything(&server, &who)?.into_iter().map(|(t, _)| t).filter(|t| t.contains('/')).collect();
    let good = refused == 0 && unheard == 0 && there == said && days.len() >= 3;
    let counts = format!(
        "{} moves over {} days: {refused} refused or doubled, {unheard} not delivered in order, {} of {} there in order",
        MOVES.len() - 1,
        days.len(),
        there.iter().zip(&said).filter(|(a, b)| a == b).count(),
        said.len()
    );
    Ok(Line::new(what, counts, good))
}

//! Many sockets dropped at once and coming back; one that never reads.

use crate::{
    Result,
    clock::Clock,
    http::request,
    server::{Home, Server, Writer},
    socket::{Came, Socket},
    table::{Line, Place},
};
use serde_json::json;
use std::{io::Write, time::Duration};

const SAID: usize = 20;

pub(crate) fn run(place: &Place) -> Result<Vec<Line>> {
    let wanted = if place.long { 10_000 } else { 2_000 };
    let files = rlimit::increase_nofile_limit(u64::MAX)?;
    if files < wanted as u64 + 200 {
        return Err(format!("{files} open files are allowed; {wanted} sockets need more").into());
    }
    let home = Home::new(&place.binary, &place.directory("storm")?);
    let server = Server::start(home.command("serve").arg("--behind-proxy"))?;
    let who = server.set_up()?;
    let people = people(&server, &who, wanted / 40)?;
    Ok(vec![drop_many(&server, &who, &people, wanted)?, stall(&server, &who, &people)?])
}

/// Tokens of members who are in the room: one person may have so many connections only.
fn people(server: &Server, who: &Writer, count: usize) -> Result<Vec<String>> {
    let mut line = server.line()?;
    let mut tokens = vec![who.token.clone()];
    for n in 0..count {
        let body = json!({"role": "member", "channel_ids": [who.room]});
        let invite = line.post("/invites", &who.token, "", &body)?;
        let code = invite["code"].as_str().or(invite["url"].as_str().and_then(|u| u.rsplit('/').next()));
        let code = code.ok_or_else(|| format!("no code in {invite}"))?.to_owned();
        let body = json!({"name": format!("P{n}"), "email": format!("p{n}@example.org"), "password": "correct horse battery"});
        // One address may accept a few; each of these comes from another.
        let text = request("POST", &format!("/invites/{code}/accept"), "", "", &body.to_string());
        let from = format!("X-Forwarded-For: 10.1.{}.{}\r\nContent-Type", n / 250, n % 250 + 1);
        line.io.write_all(text.replacen("Content-Type", &from, 1).as_bytes())?;
        let (status, answer) = line.answer()?;
        let made: serde_json::Value = serde_json::from_str(&answer)?;
        tokens.push(made["token"].as_str().ok_or_else(|| format!("{status} {answer}"))?.to_owned());
    }
    Ok(tokens)
}

fn drop_many(server: &Server, who: &Writer, people: &[String], wanted: usize) -> Result<Line> {
    let mut sockets = Vec::new();
    for n in 0..wanted {
        sockets.push(Socket::open(server.address, &people[n % people.len()], None)?);
    }
    let clock = Clock::start();
    let gone: Vec<(usize, String)> =
        sockets.drain(..wanted / 10).enumerate().map(|(n, s)| (n, s.cursor)).collect();
    let mut line = server.line()?;
    for n in 0..SAID {
        line.post(&who.path(), &who.token, "", &json!({"body": format!("storm {n}")}))?;
    }
    for (n, cursor) in &gone {
        sockets.push(Socket::open(server.address, &people[n % people.len()], Some(cursor))?);
    }
    let (mut gaps, mut repeats) = (0, 0);
    for socket in &mut sockets {
        for n in 0..SAID {
            // What each one hears is compared in order, so a gap shows as the next and a repeat as the one before.
            let heard = socket.text()?;
            let number: usize = heard.strip_prefix("storm ").ok_or("another message")?.parse()?;
            gaps += usize::from(number > n);
            repeats += usize::from(number < n);
        }
    }
    let counts = format!(
        "{} of {wanted} dropped, all caught up after {:.1} s: {} deliveries, {gaps} gaps, {repeats} repeats",
        gone.len(),
        clock.elapsed().as_secs_f64(),
        wanted * SAID
    );
    Ok(Line::new("a tenth of the sockets dropped at once", counts, gaps + repeats == 0))
}

/// One socket stops reading while 1,000 KB-sized messages come; a hundred others read on.
fn stall(server: &Server, who: &Writer, people: &[String]) -> Result<Line> {
    const MESSAGES: usize = 1_000;
    let mut quiet = Vec::new();
    let token = &people[people.len() - 1];
    let long = "lamp ".repeat(1_600);
    let alone = post_and_read(server, who, token, MESSAGES, "alone ")?;
    let before = server.memory()?;
    let mut stalled = Socket::open(server.address, token, None)?;
    for n in 0..100 {
        quiet.push(Socket::open(server.address, &people[n % people.len()], None)?);
    }
    let mut reader = Socket::open(server.address, token, None)?;
    let mut line = server.line()?;
    let mut heard = 0;
    for _ in 0..MESSAGES {
        line.post(&who.path(), &who.token, "", &json!({"body": long}))?;
        heard += usize::from(reader.text()? == long.trim_end());
        for socket in &mut quiet {
            socket.text()?;
        }
    }
    let beside = post_and_read(server, who, token, MESSAGES, "beside ")?;
    let grown = server.memory()?.saturating_sub(before);
    let mut kept = 0;
    let last = loop {
        match stalled.next()? {
            Came::Event(_) => kept += 1,
            Came::Last(word) => break word,
            Came::Cut => break "cut".to_owned(),
        }
    };
    let counts = format!(
        "the stalled one was told {last:?} after {kept} of {} events; {heard} of {MESSAGES} heard beside it; p99 {:.1} ms alone, {:.1} ms beside; server grew by {:.1} MB",
        MESSAGES * 2,
        alone.as_secs_f64() * 1e3,
        beside.as_secs_f64() * 1e3,
        grown as f64 / 1024.0
    );
    // Eight megabytes of messages went by; what is kept for the one who does not read is bounded far below.
    Ok(Line::new("a reader that stalls", counts, last == "resume" && heard == MESSAGES && grown < 64 * 1024))
}

/// The 99th percentile from asking to hearing.
fn post_and_read(server: &Server, who: &Writer, token: &str, count: usize, what: &str) -> Result<Duration> {
    let mut reader = Socket::open(server.address, token, None)?;
    let mut line = server.line()?;
    let mut times = Vec::new();
    for n in 0..count {
        let text = format!("{what}{n}");
        let clock = Clock::start();
        line.post(&who.path(), &who.token, "", &json!({"body": text}))?;
        while reader.text()? != text {}
        times.push(clock.elapsed());
    }
    times.sort_unstable();
    Ok(times[count * 99 / 100])
}

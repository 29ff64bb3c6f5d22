//! Many sockets dropped at once and coming back.

use crate::{
    Result,
    clock::Clock,
    http::request,
    server::{Home, Server, Writer},
    socket::Socket,
    stalled,
    table::{Line, Place},
};
use serde_json::json;
use std::io::Write;

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
    Ok(vec![drop_many(&server, &who, &people, wanted)?, stalled::run(&server, &who, &people, place.long)?])
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

//! SIGTERM under load: sockets are told to come back, requests on their way are answered, the next one takes over.

use crate::{
    Result,
    clock::Clock,
    http::{Line as Http, request},
    ledger::{self, Pen},
    server::Home,
    socket::{Came, Socket},
    table::{Line, Place},
};
use std::{io::Write, time::Duration};

const SOCKETS: usize = 40;
const SLOW: usize = 8;
/// The server gives requests and jobs ten seconds each.
const IN_TIME: Duration = Duration::from_secs(21);

pub(crate) fn run(place: &Place) -> Result<Vec<Line>> {
    let rounds = if place.long { 20 } else { 3 };
    let home = Home::new(&place.binary, &place.directory("drained")?);
    let mut server = home.serve()?;
    let who = server.set_up()?;
    let mut pens: Vec<Pen> = (0..6).map(|n| Pen::new(&format!("p{n}"))).collect();
    let (mut told, mut answered, mut clean, mut slowest) = (0, 0, 0, Duration::ZERO);
    for round in 0..rounds {
        let sockets: Vec<Socket> =
            (0..SOCKETS).map(|_| Socket::open(server.address, &who.token, None)).collect::<Result<_>>()?;
        // Half of each of these has arrived when the signal comes.
        let mut slow = Vec::new();
        for n in 0..SLOW {
            let key = format!("slow-{round}-{n}");
            let text = request("POST", &who.path(), &who.token, &key, &format!("{{\"body\":\"{key}\"}}"));
            let (first, rest) = text.split_at(text.len() - 5);
            let mut line = Http::open(server.address)?;
            line.io.write_all(first.as_bytes())?;
            slow.push((line, rest.to_owned()));
        }
        let mut clock = Clock::start();
        ledger::together(
            &mut pens,
            &server,
            &who,
            |n| n >= 100,
            || {
                clock = Clock::start();
                server.terminate()?;
                for mut socket in sockets {
                    loop {
                        match socket.next()? {
                            Came::Event(_) => {}
                            Came::Last(word) => {
                                told += usize::from(word == "resume");
                                break;
                            }
                            Came::Cut => break,
                        }
                    }
                }
                for (mut line, rest) in slow {
                    line.io.write_all(rest.as_bytes())?;
                    answered += usize::from(line.answer()?.0 == 201);
                }
                Ok(())
            },
        )?;
        let code = server.ended()?;
        let took = clock.elapsed();
        clean += usize::from(code == Some(0) && took < IN_TIME);
        slowest = slowest.max(took);
        server = home.serve()?;
    }
    ledger::together(&mut pens, &server, &who, |n| n >= 24, || Ok(()))?;
    let there = ledger::everything(&server, &who)?;
    let found = ledger::look(&pens, &there);
    let slow = there.iter().filter(|(t, _)| t.starts_with("slow-")).count();
    let good = found.clean()
        && told == SOCKETS * rounds
        && answered == SLOW * rounds
        && slow == answered
        && clean == rounds;
    let counts = format!(
        "{rounds} stops: {told} of {} sockets told to resume, {answered} of {} half-sent requests answered, {clean} clean exits, {:.2} s at most; {found}",
        SOCKETS * rounds,
        SLOW * rounds,
        slowest.as_secs_f64()
    );
    Ok(vec![Line::new("SIGTERM under load", counts, good)])
}

//! Files: how many megabytes a second go in and come out, and what memory that takes. Every byte that comes out is
//! compared with what went in.

use crate::{
    Result,
    clock::Clock,
    http::{Asker, BASE},
    lane::world,
    machine,
    report::Row,
    run::Place,
    server::Server,
};
use portico_types::{Rng, SeededRng};
use sha2::{Digest, Sha256};
use std::{net::SocketAddr, thread};

/// People who do it at once.
const PEOPLE: usize = 8;
const SIZE: usize = 8 * 1024 * 1024;
const MB: f64 = 1_048_576.0;

/// A file that is on the server: its address and what is in it.
struct Kept {
    url: String,
    digest: [u8; 32],
}

pub(crate) fn measure(place: &Place, failures: &mut Vec<String>) -> Result<Vec<Row>> {
    let each = if place.quick { 2 } else { 12 };
    let (data, people) = world(place, "files", PEOPLE, 1)?;
    let server = Server::start(&place.server, &data)?;
    let before = machine::resident(server.pid())?;
    let (up, kept) = all(&people.tokens, |who, token| upload(server.address, who, token, each))?;
    let cpu = machine::cpu(server.pid())?;
    let peak = machine::peak(server.pid())?;
    let (down, wrong) = all(&people.tokens, |who, token| download(server.address, token, &kept[who]))?;
    let cpu_down = machine::cpu(server.pid())?.saturating_sub(cpu).as_secs_f64();
    let wrong: usize = wrong.iter().sum();
    if wrong > 0 {
        failures.push(format!("files: {wrong} of {} came back changed", PEOPLE * each));
    }
    let bytes = (PEOPLE * each * SIZE) as f64 / MB;
    let grown = |to: u64| to.saturating_sub(before) as f64 / MB;
    Ok(vec![
        Row::note(&format!("Files: {PEOPLE} uploads of 8 MB at once"), format!("{:.0} MB/s", bytes / up))
            .remark(&format!(
                "to the disk, hashed on the way; at most {:.0} MB of memory more than at rest",
                grown(peak)
            )),
        Row::note("Same files down again", format!("{:.0} MB/s", bytes / down)).remark(&format!(
            "every byte compared; {:.0} MB per server-CPU-s; at most {:.0} MB of memory more than at rest",
            bytes / cpu_down.max(0.01),
            grown(machine::peak(server.pid())?)
        )),
    ])
}

/// Has everybody do something at once. Gives the seconds it took and what came of it.
fn all<T: Send>(tokens: &[String], act: impl Fn(usize, &str) -> Result<T> + Sync) -> Result<(f64, Vec<T>)> {
    let clock = Clock::start();
    let made = thread::scope(|scope| {
        let act = &act;
        let threads: Vec<_> =
            tokens.iter().enumerate().map(|(who, token)| scope.spawn(move || act(who, token))).collect();
        threads
            .into_iter()
            .map(|t| t.join().map_err(|_| "somebody with files panicked")?)
            .collect::<Result<Vec<T>>>()
    })?;
    Ok((clock.elapsed().as_secs_f64(), made))
}

fn upload(to: SocketAddr, who: usize, token: &str, count: usize) -> Result<Vec<Kept>> {
    let mut asker = Asker::connect(to)?;
    let mut rng = SeededRng::new(who as u64 + 300);
    let mut kept = Vec::new();
    let mut bytes = vec![0; SIZE];
    rng.fill(&mut bytes);
    for n in 0..count {
        // Each file is another one, or the server would keep it once.
        rng.fill(&mut bytes[..4096]);
        let mut request = format!(
            "POST {BASE}/files?name=load-{who}-{n}.bin HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/octet-stream\r\nContent-Length: {SIZE}\r\n\r\n"
        )
        .into_bytes();
        request.extend_from_slice(&bytes);
        let (status, body) = asker.ask_bytes(&request)?;
        let json: serde_json::Value = serde_json::from_slice(&body)?;
        let id = json["id"].as_str().filter(|_| status == 201);
        let id = id.ok_or_else(|| format!("an upload was answered {status}: {json}"))?;
        kept.push(Kept { url: format!("{BASE}/files/{id}"), digest: Sha256::digest(&bytes).into() });
    }
    Ok(kept)
}

/// How many came back changed.
fn download(from: SocketAddr, token: &str, kept: &[Kept]) -> Result<usize> {
    let mut asker = Asker::connect(from)?;
    let mut wrong = 0;
    for file in kept {
        let request =
            format!("GET {} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n", file.url);
        let (status, body) = asker.ask_bytes(request.as_bytes())?;
        let digest: [u8; 32] = Sha256::digest(&body).into();
        wrong += usize::from(status != 200 || digest != file.digest);
    }
    Ok(wrong)
}

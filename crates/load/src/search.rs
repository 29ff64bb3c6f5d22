//! A grown database: how soon a server is ready on it, and how soon it finds things.

use crate::{
    Result, fill,
    fresh::median,
    http::{Answer, Asker, get, post},
    lane::world,
    make,
    measure::{histogram, ms},
    report::Row,
    run::Place,
    server::Server,
    words::Words,
};
use hdrhistogram::Histogram;
use portico_types::Id;
use std::{fmt::Write, path::Path};

const STARTS: usize = 5;
/// Queries of a kind.
const QUERIES: usize = 300;
/// Not measured.
const WARM: usize = 20;
/// Asked for at once.
const PAGE: usize = 20;

pub(crate) fn measure(place: &Place, failures: &mut Vec<String>) -> Result<Vec<Row>> {
    let count = if place.quick { 100_000 } else { place.messages };
    let (data, people) = world(place, "grown", 3, 1)?;
    place.say(&format!("writing {count} messages"));
    let filled = fill::messages(&data, &people, count)?;
    let size = std::fs::metadata(data.join("portico.db"))?.len() as f64 / 1_048_576.0;
    let mut starts = Vec::new();
    for _ in 1..STARTS {
        starts.push(Server::start(&place.server, &data)?.ready_after);
    }
    let server = Server::start(&place.server, &data)?;
    starts.push(server.ready_after);
    let ready = median(&mut starts);
    let millions = count as f64 / 1e6;
    let mut rows = vec![
        Row::goal(
            &format!("Start to ready with {millions:.1} M messages"),
            format!("{ready:.0} ms"),
            ("≤ 300 ms", ready <= 300.0),
            ("≤ 100 ms", ready <= 100.0),
        )
        .remark(&format!("database {size:.0} MB"))
        .timed(),
    ];
    let mut asker = Asker::connect(server.address)?;
    if let Err(what) = is_indexed_alike(&mut asker, &data, &people, &filled.wide) {
        failures.push(format!(
            "search: what was written into the tables is not found as what the server wrote: {what}"
        ));
    }
    let mut ask = |rooms: &[Id], member: usize, kind: Kind| -> Result<Histogram<u64>> {
        let queries = queries(&data, rooms, kind)?;
        let asked = Asked { token: &people.tokens[member], rooms, kind };
        run(&mut asker, &asked, &queries, failures)
    };
    let words = ask(&filled.wide, 0, Kind::Words)?;
    let chinese = ask(&filled.wide, 0, Kind::Chinese)?;
    for (name, times) in [("two terms", &words), ("a two-character CJK word", &chinese)] {
        let p99 = ms(times, 0.99);
        rows.push(
            Row::goal(
                &format!("Search, {millions:.1} M messages, {name}, newest 20, over HTTP"),
                format!("p50 {:.1}, p99 {p99:.1} ms", ms(times, 0.5)),
                ("p99 ≤ 20 ms", p99 <= 20.0),
                ("p99 ≤ 8 ms", p99 <= 8.0),
            )
            .remark(&format!("slowest {:.1} ms", ms(times, 1.0)))
            .timed(),
        );
    }
    let narrow = ask(&filled.narrow, 1, Kind::Words)?;
    rows.push(Row::note(
        "Search, two terms, by a member of the smallest channels only",
        format!("p50 {:.1}, p99 {:.1} ms", ms(&narrow, 0.5), ms(&narrow, 0.99)),
    ));
    Ok(rows)
}

/// Posts words of an old message anew: a search must find the new one first and the old one too.
fn is_indexed_alike(asker: &mut Asker, data: &Path, people: &make::World, rooms: &[Id]) -> Result<()> {
    let token = &people.tokens[0];
    for kind in [Kind::Words, Kind::Chinese] {
        let query = queries(data, rooms, kind)?.swap_remove(0);
        let text = query.join(" ");
        let body = serde_json::json!({ "body": text.trim() }).to_string();
        let key = format!("alike-{}", kind as u8);
        let posted = asker.ask(&post(&format!("/rooms/{}/messages", rooms[0]), token, &key, &body))?;
        let posted: serde_json::Value = serde_json::from_str(&posted.body)?;
        let found = asker.ask(&get(&format!("/search?limit={PAGE}&q={}", escaped(text.trim())), token))?;
        check(&found, &query, rooms)?;
        let found: serde_json::Value = serde_json::from_str(&found.body)?;
        let items = found["items"].as_array().ok_or("no items")?;
        if posted["id"].is_null() || items[0]["message"]["id"] != posted["id"] || items.len() < 2 {
            return Err(format!("{text:?} finds {} messages", items.len()).into());
        }
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Words,
    Chinese,
}

/// Queries that find something: words of messages in the searcher's own channels.
fn queries(data: &Path, rooms: &[Id], kind: Kind) -> Result<Vec<[String; 2]>> {
    let db = make::open(data)?;
    let mut pick = Words::new(11);
    let mut found = Vec::new();
    while found.len() < WARM + QUERIES {
        let room = rooms[pick.number() as usize % rooms.len()];
        let last: i64 = db
            .prepare_cached("SELECT last_number FROM room WHERE id = ?1")?
            .query_row([room.0], |r| r.get(0))?;
        let number = 1 + (pick.number() % last.max(1) as u64) as i64;
        let text: String = db
            .prepare_cached("SELECT body FROM message WHERE tenant_id = 1 AND room_id = ?1 AND number = ?2")?
            .query_row(rusqlite::params![room.0, number], |r| r.get(0))?;
        let mut words: Vec<&str> = text.split(' ').filter(|w| w.is_ascii()).collect();
        words.dedup();
        let run: Vec<char> = text.chars().filter(|c| !c.is_ascii()).collect();
        match kind {
            Kind::Words if words.len() > 1 => {
                let at = pick.number() as usize % (words.len() - 1);
                found.push([words[at].to_owned(), words[at + 1].to_owned()]);
            }
            Kind::Chinese if run.len() > 1 => {
                let at = pick.number() as usize % (run.len() - 1);
                found.push([run[at..at + 2].iter().collect(), String::new()]);
            }
            _ => {}
        }
    }
    Ok(found)
}

struct Asked<'a> {
    token: &'a str,
    rooms: &'a [Id],
    kind: Kind,
}

fn run(
    asker: &mut Asker,
    asked: &Asked<'_>,
    queries: &[[String; 2]],
    failures: &mut Vec<String>,
) -> Result<Histogram<u64>> {
    let mut times = histogram()?;
    for (i, query) in queries.iter().enumerate() {
        let text = if asked.kind == Kind::Words { query.join("+") } else { escaped(&query[0]) };
        let request = get(&format!("/search?limit={PAGE}&q={text}"), asked.token);
        let clock = crate::clock::Clock::start();
        let answer = asker.ask(&request)?;
        let time = clock.elapsed();
        if i >= WARM {
            times.saturating_record(time.as_micros() as u64);
        }
        if let Err(what) = check(&answer, query, asked.rooms) {
            failures.push(format!("search for {}: {what}", query.join(" ").trim()));
        }
    }
    Ok(times)
}

/// Everything found must hold what was asked for, be in the searcher's channels, and come newest first.
fn check(answer: &Answer, query: &[String; 2], rooms: &[Id]) -> Result<()> {
    if answer.status != 200 {
        return Err(format!("answered {}: {}", answer.status, answer.body).into());
    }
    let found: serde_json::Value = serde_json::from_str(&answer.body)?;
    let items = found["items"].as_array().ok_or("no items")?;
    if items.is_empty() {
        return Err("nothing was found, though it is there".into());
    }
    let mut before = i64::MAX;
    for item in items {
        let text = item["message"]["body"]["text"].as_str().ok_or("a hit without text")?;
        if !query.iter().all(|word| text.contains(word.as_str())) {
            return Err(format!("found {text:?}").into());
        }
        let room: Id = item["message"]["room_id"]
            .as_str()
            .unwrap_or_default()
            .parse()
            .map_err(|_| "a hit without room")?;
        if !rooms.contains(&room) {
            return Err(format!("found something in {room}, where the searcher is not").into());
        }
        let at = item["message"]["created_at"].as_i64().ok_or("a hit without time")?;
        if at > before {
            return Err("not newest first".into());
        }
        before = at;
    }
    Ok(())
}

/// Percent-encoded.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, b| {
        // Writing to a String cannot fail.
        let _fine = write!(out, "%{b:02X}");
        out
    })
}
